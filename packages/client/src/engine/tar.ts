// Writes a tar archive (POSIX ustar) of small files held in memory, and finds a file in such a one.

/** One file of the archive. */
export interface TarEntry {
  /** ASCII, at most 100 characters. */
  readonly name: string;
  readonly content: Uint8Array;
}

const blockSize = 512;

/**
 * The archive's bytes. Throws a `RangeError` for a name that does not fit.
 * @param modifiedAt milliseconds since 1970, for all files
 */
export function tar(entries: readonly TarEntry[], modifiedAt: number): Buffer {
  const parts = entries.flatMap(({ name, content }) => [
    header(name, content.length, modifiedAt),
    content,
    Buffer.alloc((blockSize - (content.length % blockSize)) % blockSize),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(2 * blockSize)]);
}

/** The content of the file of that name in an archive that `tar` made; null where there is none. */
export function fileIn(archive: Buffer, name: string): Uint8Array | null {
  for (let at = 0; at + blockSize <= archive.length && archive[at] !== 0;) {
    const text = (from: number, length: number) =>
      archive.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 12), 8) || 0;
    const content = at + blockSize;
    if (text(0, 100) === name) return archive.subarray(content, content + size);
    at = content + Math.ceil(size / blockSize) * blockSize;
  }
  return null;
}

/** IEEE Std 1003.1, pax, "ustar Interchange Format". */
function header(name: string, size: number, modifiedAt: number): Buffer {
  if (!/^[\x21-\x7e]{1,100}$/.test(name)) throw new RangeError(`not a name for an archive: ${JSON.stringify(name)}`);
  const block = Buffer.alloc(blockSize);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;
  block.write(name, 0);
  block.write(octal(0o600, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(Math.floor(modifiedAt / 1000), 12), 136);
  block.write('        ', 148);
  block.write('0', 156);
  block.write('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
