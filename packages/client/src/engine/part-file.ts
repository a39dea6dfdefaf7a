// A file that is being downloaded: it grows beside its final place, is hashed as it comes, and can be gone on with later.
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { ClientError, systemCode } from '../client-error.ts';
import { removeFile, renameDurably, writeAtomically } from '../state/atomic-file.ts';
import { readTextIfThere } from '../state/state-file.ts';

/** What is to be fetched, by the signed metadata. */
export interface DownloadTarget {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** How much waits at most while something is being written: the hash and the network go on meanwhile. */
const batchBytes = 1024 * 1024;
/** So many bytes of a file are handed to the disk while more comes, so that there is little left to wait for at its end. */
const syncBytes = 32 * 1024 * 1024;

/** What came is not what was approved. */
export function wrongContent(message: string): ClientError {
  return new ClientError('verification.failed', `${message} Tell your administrator.`);
}

/** The file that grows beside its final place. */
export class PartFile {
  etag: string | null = null;
  /** What has come, and is in the file or on its way there. */
  length = 0;
  readonly #path: string;
  readonly #target: DownloadTarget;
  #hash: Hash = createHash('sha256');
  #handle: FileHandle | null = null;
  /** What has come and is not being written yet, and how much before it is written or being written. */
  readonly #waiting: Buffer[] = [];
  #begun = 0;
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  #syncing: Promise<void> = Promise.resolve();
  #synced = 0;

  constructor(path: string, target: DownloadTarget) {
    this.#path = path;
    this.#target = target;
  }

  /** What it will have, by the signed metadata. */
  get size(): number {
    return this.#target.size;
  }

  get isWhole(): boolean {
    return this.length === this.#target.size;
  }

  get #partPath(): string {
    return `${this.#path}.part`;
  }

  get #etagPath(): string {
    return `${this.#path}.part.etag`;
  }

  /** Takes up what lies there; true where that was something. Without the ETag it can't be gone on with. */
  async begin(): Promise<boolean> {
    const etag = await readTextIfThere(this.#etagPath);
    const size = await sizeOf(this.#partPath);
    if (etag === null || etag === '' || size === 0 || size > this.#target.size) {
      await this.restart(null);
      return false;
    }
    for await (const bytes of createReadStream(this.#partPath) as AsyncIterable<Buffer>) this.#hash.update(bytes);
    this.#handle = await open(this.#partPath, 'r+');
    this.etag = etag;
    this.#goOnFrom(size);
    return true;
  }

  /** Throws away what lies there and begins at the first byte. Only a strong ETag can be gone on with later. */
  async restart(etag: string | null): Promise<void> {
    await this.close();
    this.#handle = await open(this.#partPath, 'w', 0o600);
    this.#hash = createHash('sha256');
    this.#goOnFrom(0);
    this.etag = etag?.startsWith('"') === true ? etag : null;
    if (this.etag === null) await removeFile(this.#etagPath);
    else await writeAtomically(this.#etagPath, this.etag);
  }

  /** Takes what has come. It is written at once, or, while what came before is being written, together with what comes then. */
  async append(bytes: Buffer): Promise<void> {
    if (this.length + bytes.length > this.#target.size) {
      await this.discard();
      throw wrongContent('The server sent more bytes than the approved installer has.');
    }
    this.#hash.update(bytes);
    this.#waiting.push(bytes);
    this.length += bytes.length;
    if (!this.#isWriting || this.length - this.#begun >= batchBytes) await this.#writeWaiting();
  }

  /** Resolves when everything that has come is in the file. */
  async flush(): Promise<void> {
    await this.#writeWaiting();
    await this.#writing;
  }

  /** Begins to write what waits, as soon as the write before it has ended. Rejects with what that one failed with. */
  async #writeWaiting(): Promise<void> {
    await this.#writing;
    const batch = Buffer.concat(this.#waiting.splice(0));
    const from = this.#begun;
    this.#begun += batch.length;
    this.#isWriting = true;
    this.#writing = this.#write(batch, from).finally(() => (this.#isWriting = false));
    // Whoever waits for it next meets the failure; until then it is nobody's unhandled one.
    this.#writing.catch(() => undefined);
  }

  async #write(bytes: Buffer, from: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await this.#opened().write(bytes, done, bytes.length - done, from + done);
      done += bytesWritten;
    }
    if (from - this.#synced < syncBytes) return;
    this.#synced = from;
    // One at a time; what fails is met at the end.
    this.#syncing = this.#syncing.then(() => this.#handle?.datasync());
    this.#syncing.catch(() => undefined);
  }

  /** Puts the whole file into its place. False where its hash is wrong: then it is thrown away. */
  async finish(): Promise<boolean> {
    await this.flush();
    if (this.#hash.digest('hex') !== this.#target.sha256) {
      await this.discard();
      return false;
    }
    await this.#syncing;
    await this.#opened().sync();
    await this.close();
    await renameDurably(this.#partPath, this.#path);
    await removeFile(this.#etagPath);
    return true;
  }

  async discard(): Promise<void> {
    await this.close();
    await removeFile(this.#partPath);
    await removeFile(this.#etagPath);
    this.#goOnFrom(0);
  }

  #goOnFrom(length: number): void {
    this.length = length;
    this.#begun = length;
    this.#synced = length;
    this.#syncing = Promise.resolve();
    this.#waiting.length = 0;
    this.#writing = Promise.resolve();
  }

  async close(): Promise<void> {
    // What failed was met by whoever wrote it; here only the file's handle is to be free.
    await this.#writing.catch(() => undefined);
    await this.#syncing.catch(() => undefined);
    await this.#handle?.close();
    this.#handle = null;
  }

  #opened(): FileHandle {
    if (this.#handle === null) throw new Error('the part file is closed');
    return this.#handle;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0;
    throw error;
  }
}
