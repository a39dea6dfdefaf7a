// A file in a person's words from the server's lines, wherever their parts are cut.
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { csvLine, exportAddress, exportRows, headLine, type ListExport, makeLineReader } from './export-rows.ts';

const encoder = new TextEncoder();

describe('lines that come in parts', () => {
  it('are the same wherever the parts are cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ç', '"', ',', '\n', '😀') });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), fc.array(fc.nat(9), { maxLength: 40 }), (values, sizes) => {
        const bytes = encoder.encode(values.map((value) => `${JSON.stringify({ value })}\n`).join(''));
        const reader = makeLineReader();
        const lines: string[] = [];
        let at = 0;
        for (const size of [...sizes, bytes.length]) {
          lines.push(...reader.take(bytes.subarray(at, at + size)));
          at += size;
        }
        lines.push(...reader.rest());
        expect(lines.map((line) => (JSON.parse(line) as { value: string }).value)).toEqual(values);
      }),
    );
  });
});

describe('a line of the file', () => {
  const columns = [
    { id: 'name', label: 'Name' },
    { id: 'state', label: 'State', words: (value: unknown) => (value === 'failed' ? 'Falhou, de novo' : '–') },
    { id: 'count', label: 'Count' },
    { id: 'actions', label: 'More', isAction: true },
  ];

  it('has words for what the server says in its own, and nothing that a spreadsheet would run', () => {
    expect(csvLine(columns.slice(0, 3), { name: '=cmd|calc', state: 'failed', count: -3 })).toBe(
      `'=cmd|calc,"Falhou, de novo",-3\r\n`,
    );
    expect(csvLine(columns.slice(0, 3), { name: null, state: null })).toBe(',–,\r\n');
  });

  it('begins with names after a byte-order mark, each quoted where it holds a separator', () => {
    expect(headLine(['Estação', 'Versão, atual'])).toBe('\uFEFFEstação,"Versão, atual"\r\n');
  });

  it('is asked for with the columns that are shown, but for those of buttons', () => {
    const list: ListExport = { path: '/tokens', query: { q: 'a b' }, columns };
    expect(exportAddress(list, 'csv')).toBe('/api/v1/tokens/export?q=a+b&format=csv&columns=name%2Cstate%2Ccount');
    expect(exportAddress({ ...list, isWhole: true }, 'jsonl')).toBe('/api/v1/tokens/export?q=a+b&format=jsonl');
  });
});

describe('an export', () => {
  const answers: string[] = [];
  afterEach(() => {
    vi.unstubAllGlobals();
    answers.length = 0;
  });

  const serve = (lines: readonly object[]) =>
    vi.stubGlobal('fetch', (address: string) => {
      answers.push(address);
      return Promise.resolve(new Response(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
    });
  const list: ListExport = { path: '/tokens', query: {}, columns: [{ id: 'name', label: 'Name' }] };
  const rows = [
    { id: 'tk_1', name: 'one' },
    { id: 'tk_2', name: 'two' },
  ];

  it('holds every row, or those that are chosen, also as the lines that came', async () => {
    serve(rows);
    const never = new AbortController().signal;
    const whole = await exportRows(list, 'csv', () => undefined, never);
    expect([whole.rows, await whole.content.text()]).toEqual([2, 'Name\r\none\r\ntwo\r\n']);
    const counts: number[] = [];
    const some = await exportRows({ ...list, only: new Set(['tk_2']) }, 'jsonl', (count) => counts.push(count), never);
    expect([some.rows, await some.content.text()]).toEqual([1, '{"id":"tk_2","name":"two"}\n']);
    expect(counts.at(-1)).toBe(2);
    expect(answers[1]).toContain('columns=name%2Cid');
  });

  it('fails as the server says', async () => {
    const problem = { type: '', title: 'No', status: 403, detail: 'No.', code: 'permission.denied' };
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(problem), { status: 403 })));
    await expect(exportRows(list, 'csv', () => undefined, new AbortController().signal)).rejects.toMatchObject({
      code: 'permission.denied',
    });
  });
});
