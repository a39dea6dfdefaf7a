// The bytes that a metadata file's signatures are made over, where they stand in the file as they were signed.

/**
 * How our own maker begins a file: signatures of nothing but hexadecimal digits, so that there is one way only to read
 * where the signed part starts.
 */
const beginning =
  /^\{"signatures":\[(?:\{"keyid":"[0-9a-f]{1,128}","sig":"[0-9a-f]{1,256}"\},?){1,64}\],"signed":(?=\{)/;

/** As much of a file as its beginning can take. */
const longestBeginning = 32_768;

/**
 * The signed part of a metadata file, byte for byte; null where the file is written in another way. Everything behind
 * `"signed":` counts, up to the last brace: a signature that fits these bytes leaves no room for anything else in them.
 * Whether they are what the keys signed only a signature can say; where it does not, the canonical form must be asked.
 */
export function signedBytesIn(file: Uint8Array): Buffer | null {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const found = beginning.exec(bytes.toString('latin1', 0, longestBeginning));
  if (found === null || bytes.at(-1) !== 0x7d) return null;
  return bytes.subarray(found[0].length, -1);
}
