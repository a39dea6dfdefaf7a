// The signature of node.exe is taken off before anything is put into it.
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { removeAuthenticode } from './remove-authenticode.ts';

const unsigned = await readFile(new URL('../../packages/testkit/testdata/programs/app.exe', import.meta.url));
const optionalHeader = unsigned.readUInt32LE(0x3c) + 24;
const certificateEntry = optionalHeader + 144;
const checksum = optionalHeader + 64;

/** The program with `size` bytes of a certificate table after it. */
function withCertificates(size: number): Buffer {
  const program = Buffer.concat([unsigned, Buffer.alloc(size, 0x30)]);
  program.writeUInt32LE(unsigned.length, certificateEntry);
  program.writeUInt32LE(size, certificateEntry + 4);
  return program;
}

describe('removeAuthenticode', () => {
  test('gives the program as it was before it was signed, without a checksum', () => {
    const expected = Buffer.from(unsigned);
    expected.writeUInt32LE(0, checksum);
    expect(removeAuthenticode(withCertificates(1000)).equals(expected)).toBe(true);
  });

  test('leaves a program without a signature as it is', () => {
    expect(removeAuthenticode(unsigned).equals(unsigned)).toBe(true);
  });

  test('refuses what is no Windows program, and one with something behind its signature', () => {
    expect(() => removeAuthenticode(Buffer.alloc(4096))).toThrow('not a 64-bit Windows program');
    const followed = Buffer.concat([withCertificates(8), Buffer.from('more')]);
    expect(() => removeAuthenticode(followed)).toThrow('not at the end');
  });
});
