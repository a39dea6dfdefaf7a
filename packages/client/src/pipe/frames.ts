// Frames on the pipe: four bytes of length (big-endian), then that many bytes of UTF-8; bounded, whatever comes.
import { ClientError } from '../client-error.ts';

const headLength = 4;

/** Bytes. What a caller may send at once: the longest thing in it is a pass that was typed in. */
export const longestRequest = 16 * 1024;
/** Bytes. What the engine may answer at once: a signed policy of up to a mebibyte, quoted twice. */
export const longestAnswer = 4 * 1024 * 1024;

/** One text as a frame. Throws a `RangeError` where it is longer than the other side would take. */
export function frameOf(text: string, longest: number): Buffer {
  const length = Buffer.byteLength(text);
  if (length === 0 || length > longest) throw new RangeError(`a frame of ${length} bytes is not taken`);
  const frame = Buffer.allocUnsafe(headLength + length);
  frame.writeUInt32BE(length, 0);
  frame.write(text, headLength);
  return frame;
}

/** Puts frames together from the pieces that they arrive in; holds at most one frame and one piece. */
export class FrameReader {
  readonly #longest: number;
  #pieces: Buffer[] = [];
  #held = 0;

  /** @param longest bytes; a frame that says that it is longer is refused before any more of it is kept */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** True where a frame has begun and is not whole yet. */
  get isMidFrame(): boolean {
    return this.#held > 0;
  }

  /**
   * The texts of the frames that are whole now.
   * @throws ClientError `engine.not-understood` for a length of 0, one that is too long, and what is no UTF-8
   */
  push(piece: Uint8Array): readonly string[] {
    this.#pieces.push(Buffer.from(piece));
    this.#held += piece.length;
    const texts: string[] = [];
    for (let text = this.#next(); text !== null; text = this.#next()) texts.push(text);
    return texts;
  }

  #next(): string | null {
    if (this.#held < headLength) return null;
    const length = this.#joined(headLength).readUInt32BE(0);
    if (length === 0 || length > this.#longest) throw garbled(`a frame of ${length} bytes`);
    if (this.#held < headLength + length) return null;
    const all = this.#joined(this.#held);
    const rest = all.subarray(headLength + length);
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#held = rest.length;
    return textOf(all.subarray(headLength, headLength + length));
  }

  /** The first piece, which then has at least that many bytes. Joining happens once for the head and once for the frame. */
  #joined(least: number): Buffer {
    const [first = Buffer.alloc(0)] = this.#pieces;
    if (first.length >= least) return first;
    const whole = Buffer.concat(this.#pieces);
    this.#pieces = [whole];
    return whole;
  }
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw garbled('bytes that are no UTF-8');
    throw error;
  }
}

function garbled(what: string): ClientError {
  return new ClientError('engine.not-understood', `On the pipe came ${what}.`);
}
