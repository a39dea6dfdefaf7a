// The texts of a database, in every code page and with every length.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertPoolSize, StringPool } from './string-pool.ts';

/** A pool of texts as the format wants it; `undefined` is an empty slot. */
function poolOf(codePage: number, texts: readonly (Buffer | undefined)[], threeByte = false): StringPool {
  const entries: Buffer[] = [];
  const entry = (length: number, references: number): void => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt16LE(length, 0);
    bytes.writeUInt16LE(references, 2);
    entries.push(bytes);
  };
  for (const text of texts) {
    if (text === undefined) entry(0, 0);
    else if (text.length > 0xffff) {
      entry(0, 1);
      entry(text.length & 0xffff, text.length >>> 16);
    } else entry(text.length, 1);
  }
  const head = Buffer.alloc(4);
  head.writeUInt32LE((codePage | (threeByte ? 0x80000000 : 0)) >>> 0);
  return new StringPool(Buffer.concat([head, ...entries]), Buffer.concat(texts.filter((text) => text !== undefined)));
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('texts', () => {
  it.each([
    [1252, '80e7e3f5', '€çãõ'],
    [1250, '9ae8', 'šč'],
    [1251, 'cff0e8e2e5f2', 'Привет'],
    [1253, 'c1e8', 'Αθ'],
    [1255, 'f9ec', 'של'],
    [874, 'a1a2', 'กข'],
    [932, '8365835883678e9a', 'テスト字'],
    [936, 'b2e2cad4', '测试'],
    [949, 'c5d7bdbac6ae', '테스트'],
    [950, 'b4fab8d5', '測試'],
    [65001, 'c3a9e282ac', 'é€'],
    [0, 'c3a9e282ac', 'é€'],
    [0, 'e9', 'é'],
  ])('are decoded from code page %i', (codePage, bytes, text) => {
    const pool = poolOf(codePage, [hex(bytes), Buffer.from('plain')]);
    expect(pool.codePage).toBe(codePage);
    expect(pool.text(1)).toBe(text);
    expect(pool.text(2)).toBe('plain');
  });

  it('are not decoded from a code page that nobody knows', () => {
    expect(() => poolOf(12345, [])).toThrow(/code page 12345/);
  });

  it('keep their numbers when slots are empty', () => {
    const pool = poolOf(0, [undefined, Buffer.from('second'), undefined, Buffer.from('fourth')]);
    expect([0, 1, 2, 3, 4].map((id) => pool.text(id))).toEqual([null, '', 'second', '', 'fourth']);
  });

  it('keep their numbers behind one longer than 64 KiB, which itself is not read', () => {
    const pool = poolOf(0, [Buffer.from('first'), Buffer.alloc(70_000, 'x'), Buffer.from('third')]);
    expect(pool.text(1)).toBe('first');
    expect(() => pool.text(2)).toThrow(/70000 bytes, too many/);
    expect(pool.text(3)).toBe('third');
  });

  it('are referred to with three bytes when the pool says so', () => {
    expect(poolOf(0, []).referenceBytes).toBe(2);
    expect(poolOf(1252, [Buffer.from('x')], true)).toMatchObject({ referenceBytes: 3, codePage: 1252 });
  });

  it('come back as they were put in', () => {
    const texts = fc.array(fc.option(fc.string({ unit: 'binary', minLength: 1, maxLength: 10 }), { nil: undefined }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(texts, (list) => {
        const pool = poolOf(
          65001,
          list.map((text) => (text === undefined ? undefined : Buffer.from(text))),
        );
        list.forEach((text, index) => expect(pool.text(index + 1)).toBe(text ?? ''));
      }),
      { numRuns: 100 },
    );
  });
});

describe('a pool that contradicts itself', () => {
  const malformed = { code: 'installer.malformed' };
  const refusal = (build: () => unknown): unknown => {
    try {
      return build();
    } catch (error) {
      return error;
    }
  };

  it.each<[string, () => unknown]>([
    ['is empty', () => new StringPool(Buffer.alloc(0), Buffer.alloc(0))],
    ['ends within an entry', () => new StringPool(Buffer.alloc(7), Buffer.alloc(0))],
    ['has a text beyond the data', () => new StringPool(hex('0000000005000100'), Buffer.from('abcd'))],
    ['leaves data over', () => new StringPool(hex('0000000003000100'), Buffer.from('abcd'))],
    ['ends within a long length', () => new StringPool(hex('0000000000000100'), Buffer.alloc(0))],
    ['has no such text', () => poolOf(0, [Buffer.from('x')]).text(2)],
    ['has absurdly many texts', () => assertPoolSize(0x10000000, 10)],
    ['has absurdly much text', () => assertPoolSize(10, 0x10000000)],
  ])('is refused when it %s', (_name, build) => {
    expect(refusal(build)).toMatchObject(malformed);
  });
});
