// Exports that a spreadsheet cannot be tricked with, and names read from what people paste.
import { describe, expect, it } from 'vitest';
import { readNames, toCsv } from './csv.ts';

const rows = (text: string) => text.replace('\uFEFF', '').trimEnd().split('\r\n');

describe('CSV', () => {
  it.each([
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ['+1-2', "'+1-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-2+3', "'-2+3"],
    ['\t=1', "'\t=1"],
  ])('neutralises a cell that begins like a formula: %s', (cell, written) => {
    expect(rows(toCsv([[cell]]))[0]).toBe(written);
  });

  it('leaves numbers, also negative ones, as they are', () => {
    expect(rows(toCsv([['-3', '12', '-1.5']]))).toEqual(['-3,12,-1.5']);
  });

  it('quotes what holds a separator, a quote or a line break', () => {
    expect(toCsv([['a,b', 'say "x"', 'two\nlines']])).toContain('"a,b","say ""x""","two\nlines"');
  });
});

describe('names', () => {
  it('are read from lines, commas, semicolons and tabs, each once', () => {
    expect(readNames('WS-1\nWS-2, ws-1;"WS-3"\tWS-4\r\n\r\n')).toEqual(['WS-1', 'WS-2', 'WS-3', 'WS-4']);
  });

  it('are read from a CSV file with a header and a byte-order mark', () => {
    expect(readNames('\uFEFFhostname\r\nWS-1\r\nWS-2\r\n')).toEqual(['WS-1', 'WS-2']);
  });

  it('are none in an empty text', () => {
    expect(readNames(' \n ; ')).toEqual([]);
  });
});
