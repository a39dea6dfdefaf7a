// A migrated database of a test's own, on the dialect that the test runs on.
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { makeLog, migrate, openDatabase, systemClock, type Database, type DatabaseConfig } from '@usher/server';
import { templateName } from '../postgres-global-setup.ts';

/** Where a test's database is, and how to get rid of it. */
export interface DatabasePlace {
  readonly config: DatabaseConfig;
  remove(): Promise<void>;
}

/** A place for a new SQLite database: nothing is there yet. */
export function emptyPlace(): DatabasePlace & { readonly config: { readonly kind: 'sqlite'; readonly file: string } } {
  const folder = mkdtempSync(join(tmpdir(), 'usher-test-'));
  return {
    config: { kind: 'sqlite', file: join(folder, 'usher.db') },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A place with a migrated, empty database of the dialect that this test runs on (SQLite in the unit project). */
export async function databasePlace(dialect: 'sqlite' | 'postgres' = injectedDialect()): Promise<DatabasePlace> {
  if (dialect === 'sqlite') {
    const place = emptyPlace();
    await writeFile(place.config.file, await (migratedFile ??= migrateFile()));
    return place;
  }
  const name = emptied.pop() ?? (await createDatabase());
  let removed: Promise<void> | undefined;
  return {
    config: { kind: 'postgres', url: `${inject('postgresUrl')}/${name}` },
    // Once, however often it is closed: else two tests would be given the same one.
    remove: () => (removed ??= recycle(name)),
  };
}

/** An open, migrated database; `close` also removes it. */
export interface TestDatabase extends Database {
  readonly config: DatabaseConfig;
}

/** Opens a fresh, migrated database. Close it when the test is over. */
export async function testDatabase(): Promise<TestDatabase> {
  const place = await databasePlace();
  const database = openDatabase(place.config, { log: makeLog('silent', systemClock), synchronous: 'off' });
  return {
    ...database,
    config: place.config,
    close: async () => {
      await database.close();
      await place.remove();
    },
  };
}

/** The bytes of a migrated SQLite database: writing them is much quicker than migrating. */
let migratedFile: Promise<Buffer> | undefined;

async function migrateFile(): Promise<Buffer> {
  const place = emptyPlace();
  const database = openDatabase(place.config, { log: makeLog('silent', systemClock), synchronous: 'off' });
  await migrate(database, systemClock);
  await database.close();
  const bytes = await readFile(place.config.file);
  await place.remove();
  return bytes;
}

function injectedDialect(): 'sqlite' | 'postgres' {
  // Projects that are not run per dialect provide none.
  return inject('dialect') ?? 'sqlite';
}

/** PostgreSQL databases of this worker that are empty again: emptying one is much quicker than making one. */
const emptied: string[] = [];

async function createDatabase(): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withClient('postgres', (client) =>
    client.query(`create database ${name} template ${templateName} strategy wal_log`),
  );
  return name;
}

/** Empties every table; a database whose schema a test changed is dropped instead. */
async function recycle(name: string): Promise<void> {
  const isAsMade = await withClient(name, async (client) => {
    const step = await client.query<{ step: number }>('select max(number) as step from migrations');
    if (step.rows[0]?.step !== inject('postgresStep')) return false;
    const tables = await client.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' and tablename not in ('migrations', 'eventHead', 'historyCursor')`,
    );
    await client.query(
      [
        'begin',
        // Foreign keys are not looked at: everything goes.
        'set local session_replication_role = replica',
        ...tables.rows.map((table) => `delete from "${table.name}"`),
        `update "eventHead" set seq = 0, hash = repeat('0', 64)`,
        'update "historyCursor" set seq = 0',
        'commit',
      ].join(';'),
    );
    return true;
  });
  if (isAsMade) emptied.push(name);
  else await withClient('postgres', (client) => client.query(`drop database ${name} with (force)`));
}

async function withClient<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: `${inject('postgresUrl')}/${database}` });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
