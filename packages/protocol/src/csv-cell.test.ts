// Cells that a spreadsheet shows and never runs.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvCell } from './csv-cell.ts';

/** Reads one cell back, as RFC 4180 says. */
function read(cell: string): string {
  return cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '|calc', '%x', '\t1', '\r'])('%j cannot be run', (text) => {
  expect(read(csvCell(text))).toBe(`'${text}`);
});

test.each([
  ['PC-x;=1+1;', "PC-x;'=1+1;"],
  ['a;+1;-2;;@x', "a;'+1;'-2;;'@x"],
  ['a\t=1', "a\t'=1"],
  ['a\r\n|calc', "a\r\n'|calc"],
  ['\t=1', "'\t'=1"],
  ['a;"=1;', `a;"'=1;`],
])('%j cannot be run where another sign than the comma separates', (text, harmless) => {
  expect(read(csvCell(text))).toBe(harmless);
});

test('every text comes back, with nothing but apostrophes in it, and no part of it can be run', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...Array.from('=+-@;\t\r\n|%,"\'aé')) }), (text) => {
      const back = read(csvCell(text));
      expect(back.replaceAll("'", '')).toBe(text.replaceAll("'", ''));
      expect(back).not.toMatch(/(?:^|[;\t\r\n]"*)[=+\-@|%]/);
      if (!/[=+\-@|%\t\r\n]/.test(text)) expect(back).toBe(text);
    }),
  );
});
