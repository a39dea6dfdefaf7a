// Keeps the sectors of tables that were read last, within a fixed number of bytes.
import { SECTOR_CACHE_BYTES } from './limits.ts';

/** A cache of sectors by number, which forgets the one that was not asked for longest. */
export class SectorCache {
  readonly #sectors = new Map<number, Buffer>();
  readonly #capacity: number;
  readonly #read: (sector: number) => Buffer;

  constructor(sectorSize: number, read: (sector: number) => Buffer) {
    this.#capacity = Math.floor(SECTOR_CACHE_BYTES / sectorSize);
    this.#read = read;
  }

  get(sector: number): Buffer {
    const known = this.#sectors.get(sector);
    if (known !== undefined) {
      this.#sectors.delete(sector);
      this.#sectors.set(sector, known);
      return known;
    }
    const bytes = this.#read(sector);
    if (this.#sectors.size >= this.#capacity) {
      for (const oldest of this.#sectors.keys()) {
        this.#sectors.delete(oldest);
        break;
      }
    }
    this.#sectors.set(sector, bytes);
    return bytes;
  }
}
