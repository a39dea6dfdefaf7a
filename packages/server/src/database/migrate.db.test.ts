// How the schema is brought up to date: step by step, whole steps, and from several servers at once.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sql } from 'kysely';
import { emptyPlace, ManualClock, testDatabase, type TestDatabase } from '@usher/testkit';
import { systemClock } from '../clock.ts';
import { makeLog } from '../log.ts';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { migrations, type Migration } from './migrations/index.ts';

let database: TestDatabase;
const newest = migrations.length;

beforeEach(async () => {
  database = await testDatabase();
});

afterEach(() => database.close());

const adding = (number: number, table: string): Migration => ({
  number,
  name: table,
  up: (db) => db.schema.createTable(table).addColumn('id', 'integer').execute(),
});

test('the numbers of the released migrations rise one by one', () => {
  expect(migrations.map((migration) => migration.number)).toEqual(migrations.map((_, index) => index + 1));
});

test('a database that is up to date is left as it is', async () => {
  expect(await migrate(database, systemClock)).toEqual({ from: newest, to: newest });
});

test('a new step is applied once', async () => {
  const steps = [...migrations, adding(newest + 1, 'extra')];
  expect(await migrate(database, new ManualClock(), steps)).toEqual({ from: newest, to: newest + 1 });
  expect(await migrate(database, new ManualClock(), steps)).toEqual({ from: newest + 1, to: newest + 1 });
});

test('a step that fails leaves nothing behind, and can be tried again', async () => {
  const broken: Migration = {
    ...adding(newest + 1, 'extra'),
    up: async (db) => {
      await adding(newest + 1, 'extra').up(db);
      throw new Error('half-way');
    },
  };
  await expect(migrate(database, systemClock, [...migrations, broken])).rejects.toThrow('half-way');
  const mended = [...migrations, adding(newest + 1, 'extra')];
  expect(await migrate(database, systemClock, mended)).toEqual({ from: newest, to: newest + 1 });
});

test('a database that a newer release migrated is left as it is', async () => {
  await migrate(database, systemClock, [...migrations, adding(newest + 1, 'extra')]);
  expect(await migrate(database, systemClock)).toEqual({ from: newest + 1, to: newest + 1 });
});

test('two that migrate at once apply every step once', async () => {
  const second = openDatabase(database.config, { log: makeLog('silent', systemClock), synchronous: 'off' });
  const steps = [...migrations, adding(newest + 1, 'one'), adding(newest + 2, 'two')];
  const results = await Promise.all([migrate(database, systemClock, steps), migrate(second, systemClock, steps)]);
  await second.close();
  expect(results.map((result) => result.to)).toEqual([newest + 2, newest + 2]);
});

test('no row can do without what names it, also where SQLite would let it', async () => {
  const place = emptyPlace();
  const empty = openDatabase(place.config, { log: makeLog('silent', systemClock), synchronous: 'off' });
  await migrate(empty, systemClock);
  // Of SQLite's keys only INTEGER ones refuse NULL by themselves (https://www.sqlite.org/lang_createtable.html, section 3.5).
  const { rows } = await sql`
    select tables.name || '.' || columns.name as name
    from sqlite_schema as tables join pragma_table_info(tables.name) as columns
    where tables.type = 'table' and columns.pk > 0 and columns."notnull" = 0 and lower(columns.type) <> 'integer'
  `.execute(empty.read);
  await empty.close();
  await place.remove();
  expect(rows).toEqual([]);
});

test('an empty database gets every step', async () => {
  const place = emptyPlace();
  const empty = openDatabase(place.config, { log: makeLog('silent', systemClock), synchronous: 'off' });
  expect(await migrate(empty, systemClock)).toEqual({ from: 0, to: newest });
  await empty.close();
  await place.remove();
});
