// Takes the Authenticode signature off a Windows program: that of node.exe would be broken by what is put into it,
// and a broken signature is worse than none. An organization signs the finished client with its own.

/** Where the fields lie: Microsoft PE format, "Optional Header Data Directories" and "Attribute Certificate Table". */
const peOffsetField = 0x3c;
const fileHeaderSize = 24;
const magicPe32Plus = 0x20b;
const certificateTableOfPe32Plus = 144;
const checksumInOptionalHeader = 64;

/**
 * A copy of a 64-bit Windows program without its certificate table, which must be the last thing in the file.
 * @throws {Error} where it is no such program
 */
export function removeAuthenticode(program: Buffer): Buffer {
  const peOffset = program.readUInt32LE(peOffsetField);
  const optionalHeader = peOffset + fileHeaderSize;
  if (
    program.toString('latin1', peOffset, peOffset + 4) !== 'PE\0\0' ||
    program.readUInt16LE(optionalHeader) !== magicPe32Plus
  ) {
    throw new Error('not a 64-bit Windows program');
  }
  const entry = optionalHeader + certificateTableOfPe32Plus;
  const [offset, size] = [program.readUInt32LE(entry), program.readUInt32LE(entry + 4)];
  if (size === 0) return Buffer.from(program);
  if (offset + size !== program.length) throw new Error('the certificate table is not at the end of the program');
  const bare = Buffer.from(program.subarray(0, offset));
  bare.fill(0, entry, entry + 8);
  // Zero says that the checksum was not made; only drivers need one.
  bare.writeUInt32LE(0, optionalHeader + checksumInOptionalHeader);
  return bare;
}
