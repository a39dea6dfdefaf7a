// A compound file opened for reading: its streams, read piece by piece in bounded memory ([MS-CFB]).
import { AllocationTable, describe } from './allocation-table.ts';
import { readDirectory, type StorageEntry, type StreamEntry } from './compound-directory.ts';
import { END_OF_CHAIN, readCompoundHeader, type CompoundHeader } from './compound-header.ts';
import { InstallerError, malformed } from './installer-error.ts';
import { CHUNK_BYTES, MAX_DIRECTORY_ENTRIES, MAX_SPARE_MINI_SECTORS } from './limits.ts';
import { RandomAccessFile } from './random-access-file.ts';
import { SectorCache } from './sector-cache.ts';

const MINI_STREAM_CUTOFF = 4096;
const MINI_SECTOR_BYTES = 64;
const SHORT_RUN_BYTES = 64 * 1024;

/** A run of bytes of the file that belongs together. */
interface Extent {
  readonly position: number;
  readonly length: number;
}

/** Where the mini stream lies: its sectors, and those of the table of its chains. */
interface MiniStream {
  readonly sectors: readonly number[];
  readonly tableSectors: readonly number[];
  readonly size: number;
}

/** A compound file. Opened with `CompoundFile.open`; whoever opens it closes it. */
export class CompoundFile {
  readonly root: StorageEntry;
  readonly #file: RandomAccessFile;
  readonly #header: CompoundHeader;
  readonly #fat: AllocationTable;
  readonly #directorySectors: readonly number[];
  readonly #miniTable: SectorCache;
  #miniStream: MiniStream | undefined;

  private constructor(file: RandomAccessFile) {
    this.#file = file;
    this.#header = readCompoundHeader(file);
    this.#fat = new AllocationTable(file, this.#header);
    this.#miniTable = new SectorCache(this.#header.sectorSize, (sector) => this.#fat.readSector(sector));
    const directoryLimit = (MAX_DIRECTORY_ENTRIES * 128) / this.#header.sectorSize;
    this.#directorySectors = this.#fat.chain(this.#header.firstDirectorySector, directoryLimit, 'Directory');
    const directory = Buffer.concat(this.#directorySectors.map((sector) => this.#fat.readSector(sector)));
    this.root = readDirectory(directory, this.#header.sectorSize === 4096);
    const together = totalSize(this.root);
    // Streams that share sectors would let a small file be read without end.
    if (together > file.size) throw malformed('Directory', `its streams have ${together} bytes, the file ${file.size}`);
  }

  /** Opens the compound file at `path`. Rejects with `installer.not-msi`, `installer.malformed`, or a file system error. */
  static async open(path: string): Promise<CompoundFile> {
    const file = await RandomAccessFile.open(path);
    try {
      return new CompoundFile(file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Length of the whole file in bytes. */
  get size(): number {
    return this.#file.size;
  }

  /** Opens, hands to `use`, and closes whatever happens. Numbers that lead out of a structure are `installer.malformed`. */
  static async with<T>(path: string, use: (file: CompoundFile) => Promise<T> | T): Promise<T> {
    try {
      const file = await CompoundFile.open(path);
      try {
        return await use(file);
      } finally {
        await file.close();
      }
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new InstallerError('installer.malformed', 'File: a number in it leads out of its place.', { cause });
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** The bytes of a stream from `offset`, `length` of them, at once: for small streams and small parts. */
  read(stream: StreamEntry, offset = 0, length = stream.size - offset): Buffer {
    this.#assertInside(stream, offset, length);
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    for (const extent of this.#extents(stream, offset, length)) {
      this.#file.readIntoSync(bytes.subarray(filled, filled + extent.length), extent.position);
      filled += extent.length;
    }
    return bytes;
  }

  /** The same, in pieces of at most 512 KiB. */
  *pieces(stream: StreamEntry, offset = 0, length = stream.size - offset): Generator<Buffer> {
    for (const extent of this.#extents(stream, offset, length)) {
      yield this.#file.readSync(extent.position, extent.length);
    }
  }

  /**
   * The bytes of a stream in pieces of at most 512 KiB; the next piece is read while the caller works on this one.
   * A piece is overwritten when the one after the next is asked for: whoever keeps it copies it.
   */
  async *chunks(stream: StreamEntry): AsyncGenerator<Buffer> {
    const size = Math.min(CHUNK_BYTES, stream.size);
    let ready = Buffer.allocUnsafe(size);
    let spare = Buffer.allocUnsafe(size);
    const extents = this.#extents(stream, 0, stream.size);
    let extent = extents.next();
    const readNext = async (buffer: Buffer): Promise<Buffer | undefined> => {
      let filled = 0;
      for (; extent.done !== true && filled + extent.value.length <= buffer.length; extent = extents.next()) {
        const { position, length } = extent.value;
        const part = buffer.subarray(filled, filled + length);
        // A scattered stream has many short runs: each would wait longer for its turn than for its bytes.
        if (length < SHORT_RUN_BYTES) this.#file.readIntoSync(part, position);
        else await this.#file.readInto(part, position);
        filled += length;
      }
      return filled === 0 ? undefined : buffer.subarray(0, filled);
    };
    let current = await readNext(ready);
    while (current !== undefined) {
      const next = readNext(spare);
      // Marked as handled at once: the caller may stop, or throw, while the read is under way.
      next.catch(() => undefined);
      try {
        yield current;
      } finally {
        await next.catch(() => undefined);
      }
      [ready, spare] = [spare, ready];
      current = await next;
    }
  }

  /**
   * The byte after the last one that belongs to anything: tables, directory, or a stream. Walks every chain.
   * A sector that only the allocation table calls used does not count.
   */
  endOfContent(): number {
    const { sectorSize } = this.#header;
    let highest = this.#fat.highestTableSector();
    const mini = this.#mini();
    for (const sectors of [this.#directorySectors, mini.sectors, mini.tableSectors]) {
      for (const sector of sectors) highest = Math.max(highest, sector);
    }
    let end = this.#fat.position(highest) + sectorSize;
    const visit = (storage: StorageEntry): void => {
      for (const entry of storage.children) {
        if (entry.kind === 'storage') visit(entry);
        else if (entry.size >= MINI_STREAM_CUTOFF) {
          for (const { position, length } of this.#extents(entry, 0, entry.size)) {
            end = Math.max(end, Math.ceil((position + length) / sectorSize) * sectorSize);
          }
        }
      }
    };
    visit(this.root);
    return end;
  }

  /** Where a part of a stream lies, in runs of at most `CHUNK_BYTES`; at its end the chain has to end too. */
  *#extents(stream: StreamEntry, offset: number, length: number): Generator<Extent> {
    const where = `Stream of ${stream.size} bytes`;
    this.#assertInside(stream, offset, length);
    if (length === 0) return;
    const isMini = stream.size < MINI_STREAM_CUTOFF;
    const unit = isMini ? MINI_SECTOR_BYTES : this.#header.sectorSize;
    const next = (sector: number): number => (isMini ? this.#nextMini(sector) : this.#fat.next(sector));
    const position = (sector: number): number => (isMini ? this.#miniPosition(sector) : this.#fat.position(sector));

    let sector = isMini ? stream.firstSector : this.#fat.first(stream.firstSector, where);
    let skip = offset;
    for (; skip >= unit; skip -= unit) sector = this.#follow(next(sector), where);
    let remaining = length;
    let start = position(sector) + skip;
    let run = Math.min(unit - skip, remaining);
    remaining -= run;
    while (remaining > 0) {
      sector = this.#follow(next(sector), where);
      const here = position(sector);
      const part = Math.min(unit, remaining);
      if (here === start + run && run + part <= CHUNK_BYTES) run += part;
      else {
        yield { position: start, length: run };
        start = here;
        run = part;
      }
      remaining -= part;
    }
    if (offset + length === stream.size && next(sector) !== END_OF_CHAIN) {
      throw malformed(where, 'its chain of sectors goes on after its end, or in a circle');
    }
    yield { position: start, length: run };
  }

  #assertInside(stream: StreamEntry, offset: number, length: number): void {
    const where = `Stream of ${stream.size} bytes`;
    if (stream.size > this.#file.size) throw malformed(where, `the file has only ${this.#file.size}`);
    if (offset < 0 || length < 0 || offset + length > stream.size) {
      throw malformed(where, 'a part outside of it is needed');
    }
  }

  #follow(sector: number, where: string): number {
    if (sector === END_OF_CHAIN) throw malformed(where, 'its chain of sectors ends before it does');
    return sector;
  }

  #mini(): MiniStream {
    if (this.#miniStream !== undefined) return this.#miniStream;
    const { firstMiniFatSector, miniFatSectorCount, sectorSize } = this.#header;
    const { size, firstSector } = this.root;
    if (size > MAX_DIRECTORY_ENTRIES * MINI_STREAM_CUTOFF || size > this.#file.size) {
      throw malformed('Mini stream', `${size} bytes are more than it can have`);
    }
    const sectorsNeeded = Math.ceil(size / sectorSize);
    const limit = sectorsNeeded + MAX_SPARE_MINI_SECTORS;
    const sectors = size === 0 ? [] : this.#fat.chain(firstSector, limit, 'Mini stream');
    if (sectors.length < sectorsNeeded) throw malformed('Mini stream', 'its chain of sectors ends before it does');
    const tableSectors =
      miniFatSectorCount === 0 ? [] : this.#fat.chain(firstMiniFatSector, miniFatSectorCount, 'Mini allocation table');
    this.#miniStream = { sectors, tableSectors, size };
    return this.#miniStream;
  }

  #nextMini(sector: number): number {
    const perSector = this.#header.sectorSize / 4;
    const location = this.#mini().tableSectors[Math.floor(sector / perSector)];
    if (location === undefined) throw malformed('Mini allocation table', `it has no ${describe(sector)}`);
    return this.#miniTable.get(location).readUInt32LE((sector % perSector) * 4);
  }

  #miniPosition(sector: number): number {
    const { sectors, size } = this.#mini();
    const offset = sector * MINI_SECTOR_BYTES;
    // The last mini sector may be cut off by the mini stream's size; what is read of it is checked by the file's end.
    if (offset >= size) throw malformed('Mini stream', `it has no mini sector ${sector}`);
    const { sectorSize } = this.#header;
    const home = sectors[Math.floor(offset / sectorSize)];
    if (home === undefined) throw malformed('Mini stream', `it has no mini sector ${sector}`);
    return this.#fat.position(home) + (offset % sectorSize);
  }
}

const totalSize = (storage: StorageEntry): number =>
  storage.children.reduce((sum, entry) => sum + (entry.kind === 'storage' ? totalSize(entry) : entry.size), 0);
