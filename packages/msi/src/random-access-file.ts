// Reads parts of a file at any place, without ever holding the whole file.
import { readSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { malformed } from './installer-error.ts';

/** An open file, read by position. Small reads are synchronous; long ones are not, so that hashing and reading overlap. */
export class RandomAccessFile {
  /** Length in bytes when the file was opened; nothing beyond it is read. */
  readonly size: number;
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.size = size;
  }

  /** Opens the file at `path` for reading. Rejects with the file system's own error when it can't. */
  static async open(path: string): Promise<RandomAccessFile> {
    const handle = await open(path, 'r');
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw malformed('File', 'not a regular file');
      return new RandomAccessFile(handle, stats.size);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Exactly `length` bytes from `position`. Throws `installer.malformed` where the file ends before. */
  readSync(position: number, length: number): Buffer {
    this.#assertInside(position, length);
    const buffer = Buffer.allocUnsafe(length);
    this.readIntoSync(buffer, position);
    return buffer;
  }

  /** Fills `buffer` from `position`. Throws `installer.malformed` where the file ends before. */
  readIntoSync(buffer: Buffer, position: number): void {
    this.#assertInside(position, buffer.length);
    let done = 0;
    while (done < buffer.length) {
      const read = readSync(this.#handle.fd, buffer, done, buffer.length - done, position + done);
      if (read === 0) throw malformed('File', `it ends at byte ${position + done}, while it is read`);
      done += read;
    }
  }

  /** Fills `buffer` from `position`. Rejects with `installer.malformed` where the file ends before. */
  async readInto(buffer: Buffer, position: number): Promise<void> {
    this.#assertInside(position, buffer.length);
    let done = 0;
    while (done < buffer.length) {
      const { bytesRead } = await this.#handle.read(buffer, done, buffer.length - done, position + done);
      if (bytesRead === 0) throw malformed('File', `it ends at byte ${position + done}, while it is read`);
      done += bytesRead;
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #assertInside(position: number, length: number): void {
    if (position + length > this.size) {
      throw malformed('File', `it ends at byte ${this.size}, but bytes up to ${position + length} are needed`);
    }
  }
}
