// Names read from what people paste.
import { describe, expect, it } from 'vitest';
import { readNames } from './read-names.ts';

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
