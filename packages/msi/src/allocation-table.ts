// The chains of sectors of a compound file ([MS-CFB] 2.3 to 2.5), followed step by step and never loaded whole.
import { END_OF_CHAIN, MAX_REGULAR_SECTOR, type CompoundHeader } from './compound-header.ts';
import { malformed } from './installer-error.ts';
import type { RandomAccessFile } from './random-access-file.ts';
import { SectorCache } from './sector-cache.ts';

/** The FAT: for each sector of the file the next one of its chain. */
export class AllocationTable {
  readonly #header: CompoundHeader;
  readonly #cache: SectorCache;
  readonly #file: RandomAccessFile;
  readonly #entriesPerSector: number;
  /** Where the table's own sectors lie. */
  readonly #tableSectors: Uint32Array;
  readonly #difatSectors: number[] = [];
  // The page of the last step: nearly every next step is on it.
  #pageNumber = -1;
  #page: Buffer = Buffer.alloc(0);

  constructor(file: RandomAccessFile, header: CompoundHeader) {
    this.#file = file;
    this.#header = header;
    this.#entriesPerSector = header.sectorSize / 4;
    this.#cache = new SectorCache(header.sectorSize, (sector) => this.readSector(sector));
    this.#tableSectors = this.#locateTable();
  }

  /** The sector after `sector` in its chain, or `END_OF_CHAIN`. Throws `installer.malformed` on anything else. */
  next(sector: number): number {
    const number = Math.floor(sector / this.#entriesPerSector);
    if (number !== this.#pageNumber) {
      const location = this.#tableSectors[number];
      if (location === undefined) throw malformed('Allocation table', `sector ${sector} is outside of it`);
      this.#page = this.#cache.get(location);
      this.#pageNumber = number;
    }
    const next = this.#page.readUInt32LE((sector % this.#entriesPerSector) * 4);
    if (next !== END_OF_CHAIN && next >= this.#header.sectorCount) {
      throw malformed('Allocation table', `the chain goes from sector ${sector} to ${describe(next)}`);
    }
    return next;
  }

  /** A first sector as a directory or header gives it: checked to be inside the file. */
  first(sector: number, where: string): number {
    if (sector >= this.#header.sectorCount) throw malformed(where, `it begins at ${describe(sector)}`);
    return sector;
  }

  /** All sectors of the chain from `first`, at most `limit`. Throws `installer.malformed` on a longer chain or a loop. */
  chain(first: number, limit: number, where: string): number[] {
    const sectors: number[] = [];
    if (first === END_OF_CHAIN) return sectors;
    const seen = new Set<number>();
    for (let sector = this.first(first, where); sector !== END_OF_CHAIN; sector = this.next(sector)) {
      if (seen.has(sector)) throw malformed(where, `its sectors form a loop at sector ${sector}`);
      if (sectors.length >= limit) throw malformed(where, `it has more than ${limit} sectors`);
      seen.add(sector);
      sectors.push(sector);
    }
    return sectors;
  }

  /** Byte position of a sector in the file. */
  position(sector: number): number {
    return (sector + 1) * this.#header.sectorSize;
  }

  /** The highest sector that the tables themselves use. */
  highestTableSector(): number {
    let highest = 0;
    for (const sector of this.#tableSectors) highest = Math.max(highest, sector);
    for (const sector of this.#difatSectors) highest = Math.max(highest, sector);
    return highest;
  }

  readSector(sector: number): Buffer {
    return this.#file.readSync(this.position(sector), this.#header.sectorSize);
  }

  #locateTable(): Uint32Array {
    const { fatSectorCount, sectorCount, difat, difatSectorCount, firstDifatSector } = this.#header;
    const where = 'Allocation table';
    const sectors = new Uint32Array(fatSectorCount);
    let filled = 0;
    const add = (sector: number): void => {
      if (filled >= fatSectorCount) return;
      if (sector >= sectorCount) throw malformed(where, `a part of it lies at ${describe(sector)}`);
      sectors[filled++] = sector;
    };
    difat.forEach(add);
    let location = firstDifatSector;
    for (let read = 0; filled < fatSectorCount; read++) {
      if (read >= difatSectorCount || location >= sectorCount) {
        throw malformed(where, `only ${filled} of its ${fatSectorCount} sectors are listed`);
      }
      // The number of sectors bounds this loop, so a list in a circle ends too.
      this.#difatSectors.push(location);
      const page = this.readSector(location);
      for (let entry = 0; entry < this.#entriesPerSector - 1; entry++) add(page.readUInt32LE(entry * 4));
      location = page.readUInt32LE((this.#entriesPerSector - 1) * 4);
    }
    return sectors;
  }
}

/** A sector number in words, for messages. */
export function describe(sector: number): string {
  return sector > MAX_REGULAR_SECTOR
    ? `mark 0x${sector.toString(16)}`
    : `sector ${sector}, which the file does not have`;
}
