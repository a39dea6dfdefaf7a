// The rows of an export are counted as they come, wherever the parts are cut.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headLine, makeRowReader } from './export-rows.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function read(text: string, sizes: readonly number[]): { rest: string; rows: number } {
  const reader = makeRowReader();
  const bytes = encoder.encode(text);
  const rest: number[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    rest.push(...reader.take(bytes.subarray(at, at + size)));
    at += size;
  }
  return { rest: decoder.decode(Uint8Array.from(rest)), rows: reader.rows() };
}

describe('the rows of an export', () => {
  it('are counted without the line of names, which goes', () => {
    expect(read('hostname,state\r\nPC-1,failed\r\nPC-2,failed\r\n', [])).toEqual({
      rest: 'PC-1,failed\r\nPC-2,failed\r\n',
      rows: 2,
    });
    expect(read('hostname\r\n', [])).toEqual({ rest: '', rows: 0 });
    expect(read('', [])).toEqual({ rest: '', rows: 0 });
  });

  it('may hold line breaks and quotes in their cells', () => {
    expect(read('note\r\n"two\r\nlines and ""quotes"""\r\n', []).rows).toBe(1);
  });

  it('are the same wherever the parts are cut', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'ç', '"', ',', '\r\n', '😀') });
    const line = fc
      .array(cell, { minLength: 1, maxLength: 3 })
      .map((cells) => `${cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')}\r\n`);
    const sizes = fc.array(fc.nat(9), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), sizes, (lines, cuts) => {
        expect(read(`a,b\r\n${lines.join('')}`, cuts)).toEqual({ rest: lines.join(''), rows: lines.length });
      }),
    );
  });
});

describe('the line of names', () => {
  it('begins with a byte-order mark and quotes what holds a separator', () => {
    expect(headLine(['Estação', 'Versão, atual'])).toBe('\uFEFFEstação,"Versão, atual"\r\n');
  });
});
