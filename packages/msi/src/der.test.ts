// The gate before every signature: exactly one element, in exactly one encoding.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oidOf, readDer } from './der.ts';
import { InstallerError } from './installer-error.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

function codeOf(bytes: Uint8Array): string {
  try {
    readDer(bytes);
    return 'read';
  } catch (error) {
    if (error instanceof InstallerError) return error.code;
    throw error;
  }
}

const nested = (depth: number): Buffer => {
  let bytes: Buffer = hex('0500');
  for (let level = 0; level < depth; level++) {
    const { length } = bytes;
    bytes = Buffer.concat([length < 128 ? Buffer.from([0x30, length]) : Buffer.from([0x30, 0x81, length]), bytes]);
  }
  return bytes;
};

describe('DER', () => {
  it('is read with the exact bytes of each part', () => {
    const bytes = hex('30 0a 02 01 05 31 05 04 03 61 62 63');
    const node = readDer(bytes);
    expect(node.children.map(({ tag }) => tag)).toEqual([0x02, 0x31]);
    expect(Buffer.from(node.children[1]?.children[0]?.contents ?? []).toString()).toBe('abc');
    expect(Buffer.from(node.children[1]?.raw ?? [])).toEqual(bytes.subarray(5));
  });

  it.each([
    ['1.2.840.113549.1.7.2', '06092a864886f70d010702'],
    ['2.5.4.3', '0603550403'],
    ['2.999.3', '0603883703'],
    ['0.9.2342.19200300.100.1.25', '060a0992268993f22c640119'],
  ])('names %s', (oid, bytes) => {
    expect(oidOf(readDer(hex(bytes)))).toBe(oid);
  });

  it('is not read when it is cut off anywhere', () => {
    const bytes = hex('30 0d 06 09 2a 86 48 86 f7 0d 01 07 02 05 00');
    expect(codeOf(bytes)).toBe('read');
    for (let length = 0; length < bytes.length; length++) {
      expect(codeOf(bytes.subarray(0, length))).toBe('installer.tampered');
    }
  });

  it.each([
    ['a byte after it', '05 00 00'],
    ['an indefinite length', '30 80 05 00 00 00'],
    ['a length in more bytes than it needs', '04 81 03 61 62 63'],
    ['a length with a leading zero', `04 82 00 80 ${'00'.repeat(128)}`],
    ['a length of five bytes', '04 85 00 00 00 00 01 61'],
    ['a child longer than its parent', '30 03 04 05 61'],
    ['a string made of parts', '24 05 04 03 61 62 63'],
    ['a sequence that is not made of parts', '10 02 05 00'],
    ['a tag of several bytes', '1f 81 01 00'],
    ['an empty number', '02 00'],
    ['no tag', '00 00'],
  ])('is not read with %s', (_name, bytes) => {
    expect(codeOf(hex(bytes))).toBe('installer.tampered');
  });

  it('is read to a depth of 40, not deeper', () => {
    expect(codeOf(nested(40))).toBe('read');
    expect(codeOf(nested(41))).toBe('installer.tampered');
  });

  it('is not read with more than 20,000 elements', () => {
    const many = (count: number): Buffer => {
      const content = Buffer.alloc(count * 2, hex('0500'));
      return Buffer.concat([
        Buffer.from([0x30, 0x83, 0, content.length >> 8, content.length & 0xff]).fill(content.length >> 16, 2, 3),
        content,
      ]);
    };
    expect(codeOf(many(32_768))).toBe('installer.tampered');
  });

  it('never fails in another way', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(['read', 'installer.tampered']).toContain(codeOf(bytes));
      }),
      { numRuns: 500 },
    );
  });
});
