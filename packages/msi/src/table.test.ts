// Tables give back their cells, and no table takes memory or time without end.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CompoundFile } from './compound-file.ts';
import { StringPool } from './string-pool.ts';
import { columnOfType, Table, type Column } from './table.ts';
import { makeCompoundFile } from './test-support/compound-file-maker.ts';
import { temporaryFolder } from './test-support/temporary-folder.ts';

const folder = temporaryFolder();
let files = 0;

const text: Column = { name: 'Text', kind: 'text', width: 2 };
const short: Column = { name: 'Short', kind: 'int16', width: 2 };
const long: Column = { name: 'Long', kind: 'int32', width: 4 };

/** A pool whose text 1 is `first`. */
function poolOf(first: string): StringPool {
  const pool = Buffer.alloc(8);
  pool.writeUInt16LE(first.length, 4);
  pool.writeUInt16LE(1, 6);
  return new StringPool(pool, Buffer.from(first));
}

/** Hands a table with this content to `use`. */
function withTable<T>(
  content: Buffer,
  columns: readonly Column[],
  first: string,
  use: (table: Table) => T,
): Promise<T> {
  const path = join(folder, `${++files}.bin`);
  writeFileSync(path, makeCompoundFile([{ name: 'table', content }]).bytes);
  return CompoundFile.with(path, (file) => {
    const entry = file.root.children[0];
    const stream = entry?.kind === 'stream' ? entry : undefined;
    return use(new Table('Sample', columns, { file, pool: poolOf(first), stream }));
  });
}

describe('a table', () => {
  // Two rows, column by column: texts 1 and none; 5 and none; -1 and 7.
  const content = Buffer.from('0100 0000 0580 0000 ffffff7f 07000080'.replaceAll(' ', ''), 'hex');

  it('gives back its cells by column, by row, and one by one', () =>
    withTable(content, [text, short, long], 'hello', (table) => {
      expect(table.rowCount).toBe(2);
      expect([...table.column('Long')]).toEqual([-1, 7]);
      expect(table.rows(['Short', 'Text'])).toEqual([
        [5, 'hello'],
        [null, null],
      ]);
      expect([table.at(0, 'Text'), table.at(1, 'Long')]).toEqual(['hello', 7]);
    }));

  it('refuses rows and columns that it does not have', () =>
    withTable(content, [text, short, long], 'hello', (table) => {
      expect(() => [...table.column('Other')]).toThrow(/no column Other/);
      expect(() => table.at(2, 'Text')).toThrow(/no row 3/);
      expect(() => table.rows(['Text'], 1)).toThrow(/2 rows are too many/);
    }));

  it('is made of whole rows', async () => {
    await expect(withTable(content, [text, short], 'hello', () => null)).resolves.toBeNull();
    await expect(withTable(content.subarray(1), [text, short], 'hello', () => null)).rejects.toThrow(/no whole rows/);
    await expect(withTable(content, [], 'hello', () => null)).rejects.toThrow(/no whole rows of 0/);
  });

  it('has no rows without end', async () => {
    await withTable(Buffer.alloc(2 * 70_000, 1), [text], 'x', (table) => {
      expect(() => [...table.column('Text')]).toThrow(/70000 rows of texts are too many/);
    });
    await withTable(Buffer.alloc(2 * 70_000, 1), [short], 'x', (table) => {
      expect([...table.column('Short')]).toHaveLength(70_000);
    });
    await expect(withTable(Buffer.alloc(2 * 4_000_001), [short], 'x', () => null)).rejects.toThrow(/rows are too many/);
  });

  it('does not repeat a long text without end', () =>
    withTable(Buffer.alloc(2 * 1000, Buffer.from('0100', 'hex')), [text], 'x'.repeat(16_000), (table) => {
      expect(() => [...table.column('Text')]).toThrow(/too much text/);
    }));
});

describe('a column', () => {
  it.each([
    [0x0d48, { kind: 'text', width: 3 }],
    [0x1d00, { kind: 'text', width: 3 }],
    [0x0502, { kind: 'int16', width: 2 }],
    [0x1502, { kind: 'int16', width: 2 }],
    [0x0104, { kind: 'int32', width: 4 }],
    [0x3104, { kind: 'int32', width: 4 }],
    [0x0900, { kind: 'binary', width: 2 }],
    [0x1900, { kind: 'binary', width: 2 }],
  ])('of type 0x%s is described', (type, expected) => {
    expect(columnOfType('C', type, 3)).toEqual({ name: 'C', ...expected });
  });

  it('of a number of 8 bytes does not exist', () => {
    expect(() => columnOfType('C', 0x0108, 2)).toThrow(
      expect.objectContaining({ code: 'installer.malformed' }) as Error,
    );
  });
});
