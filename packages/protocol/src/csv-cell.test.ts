// Cells that a spreadsheet shows and never runs.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvCell } from './csv-cell.ts';

/** Reads one cell back, as RFC 4180 says. */
function read(cell: string): string {
  return cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '|calc', '%x'])('%j cannot be run', (text) => {
  expect(read(csvCell(text))).toBe(`'${text}`);
});

test('every text comes back, with an apostrophe before it at most', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const back = read(csvCell(text));
      expect([text, `'${text}`]).toContain(back);
      expect(back).not.toMatch(/^[=+\-@]/);
    }),
  );
});
