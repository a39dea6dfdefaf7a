// What is particular to the embedded database: how it is opened, and what it refuses.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isBusy, SqliteDialect } from './sqlite-dialect.ts';

interface Tables {
  things: { a: unknown; b: unknown };
}

let folder: string;
let db: Kysely<Tables>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'usher-test-'));
  db = new Kysely({
    dialect: new SqliteDialect({ file: join(folder, 'x.db'), readOnly: false, busyTimeout: 50, synchronous: 'full' }),
  });
  await db.schema.createTable('things').addColumn('a', 'text').addColumn('b', 'blob').execute();
});

afterEach(async () => {
  await db.destroy();
  rmSync(folder, { recursive: true, force: true });
});

test('writes ahead, waits for the disk and checks foreign keys', async () => {
  const pragma = async (name: string) =>
    Object.values((await sql`pragma ${sql.raw(name)}`.execute(db)).rows[0] as Record<string, unknown>)[0];
  expect(await pragma('journal_mode')).toBe('wal');
  expect(await pragma('synchronous')).toBe(2);
  expect(await pragma('foreign_keys')).toBe(1);
});

test('waits for another process that writes, and goes on with other work meanwhile', async () => {
  const other = new DatabaseSync(join(folder, 'x.db'));
  other.exec('begin immediate');
  const waiting = db.transaction().execute((tx) => tx.insertInto('things').values({ a: 'x', b: null }).execute());
  setTimeout(() => other.exec('commit'), 20);
  await waiting;
  expect(await db.selectFrom('things').select('a').execute()).toEqual([{ a: 'x' }]);
  other.exec('begin immediate');
  await expect(db.transaction().execute(() => Promise.resolve())).rejects.toThrow('database is locked');
  other.close();
});

test('knows every kind of "busy" that SQLite tells apart', () => {
  const [one, other] = [new DatabaseSync(join(folder, 'x.db')), new DatabaseSync(join(folder, 'x.db'), { timeout: 0 })];
  other.exec('begin');
  other.exec('select * from things');
  one.exec("insert into things (a) values ('x')");
  const kinds: unknown[] = [];
  const refusal = (statement: string): unknown => {
    try {
      other.exec(statement);
      return null;
    } catch (error) {
      kinds.push((error as { errcode: number }).errcode);
      return error;
    }
  };
  expect(isBusy(refusal("insert into things (a) values ('y')"))).toBe(true);
  other.exec('rollback');
  one.exec('begin immediate');
  expect(isBusy(refusal('begin immediate'))).toBe(true);
  expect(isBusy(refusal('insert into nothing values (1)'))).toBe(false);
  // SQLITE_BUSY_SNAPSHOT, SQLITE_BUSY and SQLITE_ERROR: the kind stands above the lowest byte.
  expect(kinds).toEqual([517, 5, 1]);
  one.close();
  other.close();
});

test.each([
  ['a Date', new Date(0)],
  ['an object', { a: 1 }],
  ['a bare undefined', undefined],
])('refuses %s as a parameter, instead of binding nothing', async (_what, value) => {
  await expect(sql`insert into things (a) values (${value})`.execute(db)).rejects.toThrow(TypeError);
  expect(await db.selectFrom('things').selectAll().execute()).toEqual([]);
});

test('keeps bytes, and booleans as 0 and 1', async () => {
  await db
    .insertInto('things')
    .values({ a: 'x', b: Buffer.from([1, 2, 3]) })
    .execute();
  await db.insertInto('things').values({ a: 'y', b: true }).execute();
  const rows = await db.selectFrom('things').select('b').orderBy('a').execute();
  expect(rows).toEqual([{ b: new Uint8Array([1, 2, 3]) }, { b: 1 }]);
});

test('leaves a lock out of a query, and nothing else', () => {
  const query = db.selectFrom('things').select('a').distinct().forUpdate().skipLocked().compile();
  expect(query.sql.trim()).toBe('select distinct "a" from "things"');
});

test('a double-quoted text is a column, never silently a text', async () => {
  await expect(sql`select "nothing" from things`.execute(db)).rejects.toThrow(/no such column/);
});

test('says that the disk is full where SQLite has rolled back by itself, and writes again once there is room', async () => {
  const insert = (bytes: number) =>
    db.transaction().execute(async (trx) => {
      await trx
        .insertInto('things')
        .values({ a: 'large', b: new Uint8Array(bytes) })
        .execute();
    });
  await sql`pragma max_page_count = 5`.execute(db);
  await expect(insert(100_000)).rejects.toThrow('database or disk is full');
  await sql`pragma max_page_count = 1000`.execute(db);
  await insert(100_000);
  expect(await db.selectFrom('things').select('a').execute()).toEqual([{ a: 'large' }]);
});
