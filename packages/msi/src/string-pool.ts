// The texts of an MSI database, which its tables refer to by number.
import { decoderForCodePage, type TextDecode } from './code-page.ts';
import { malformed } from './installer-error.ts';
import { MAX_STRING_DATA_BYTES, MAX_STRING_POOL_BYTES, MAX_TEXT_BYTES } from './limits.ts';

const WHERE = 'String pool';

/** The texts of one database, decoded when asked for. */
export class StringPool {
  /** Windows code page of the texts; 0 is neutral. */
  readonly codePage: number;
  /** Bytes of a reference to a text in the tables: 2 or 3. */
  readonly referenceBytes: 2 | 3;
  readonly #data: Buffer;
  /** Where the text of each id ends in the data; it begins where the one before ends. */
  readonly #ends: Uint32Array;
  readonly #count: number;
  readonly #decode: TextDecode;

  /** `pool` and `data` are the streams `_StringPool` and `_StringData`. */
  constructor(pool: Buffer, data: Buffer) {
    if (pool.length < 4 || pool.length % 4 !== 0) throw malformed(WHERE, `it is ${pool.length} bytes long`);
    const head = pool.readUInt32LE(0);
    this.codePage = head & 0x7fffffff;
    this.referenceBytes = head >>> 31 === 1 ? 3 : 2;
    this.#decode = decoderForCodePage(this.codePage, WHERE);
    this.#data = data;
    this.#ends = new Uint32Array(pool.length / 4);
    let end = 0;
    let id = 0;
    for (let offset = 4; offset < pool.length; offset += 4) {
      let length = pool.readUInt16LE(offset);
      if (length === 0 && pool.readUInt16LE(offset + 2) !== 0) {
        // A text of 64 KiB or more: its length is the whole next entry.
        offset += 4;
        if (offset >= pool.length) throw malformed(WHERE, 'it ends within the length of a long text');
        length = pool.readUInt32LE(offset);
      }
      end += length;
      if (end > data.length) throw malformed(WHERE, `text ${id + 1} goes beyond the string data`);
      this.#ends[++id] = end;
    }
    if (end !== data.length) throw malformed(WHERE, `the string data has ${data.length} bytes instead of ${end}`);
    this.#count = id;
  }

  /** The text with this id; null for id 0, which stands for no text. */
  text(id: number): string | null {
    if (id === 0) return null;
    const end = this.#ends[id];
    const start = this.#ends[id - 1];
    if (id > this.#count || end === undefined || start === undefined)
      throw malformed(WHERE, `text ${id} does not exist`);
    if (end - start > MAX_TEXT_BYTES) throw malformed(WHERE, `text ${id} has ${end - start} bytes, too many here`);
    return this.#decode(this.#data.subarray(start, end));
  }
}

/** Throws `installer.malformed` when the streams of the pool are longer than any real package needs. */
export function assertPoolSize(poolBytes: number, dataBytes: number): void {
  if (poolBytes > MAX_STRING_POOL_BYTES) throw malformed(WHERE, `${poolBytes} bytes are too many`);
  if (dataBytes > MAX_STRING_DATA_BYTES) throw malformed(WHERE, `${dataBytes} bytes of texts are too many`);
}
