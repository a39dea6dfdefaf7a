// A migrated database of a test's own, on the dialect that the test runs on.
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
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

/** A place for a database of the dialect that this test runs on (SQLite in the unit project). On PostgreSQL it is migrated already. */
export async function databasePlace(dialect: 'sqlite' | 'postgres' = injectedDialect()): Promise<DatabasePlace> {
  if (dialect === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'usher-test-'));
    return {
      config: { kind: 'sqlite', file: join(folder, 'usher.db') },
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  }
  const server = inject('postgresUrl');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(server, `create database ${name} template ${templateName} strategy wal_log`);
  return {
    config: { kind: 'postgres', url: `${server}/${name}` },
    remove: () => administer(server, `drop database if exists ${name} with (force)`),
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
  await migrate(database, systemClock);
  return {
    ...database,
    config: place.config,
    close: async () => {
      await database.close();
      await place.remove();
    },
  };
}

function injectedDialect(): 'sqlite' | 'postgres' {
  // Projects that are not run per dialect provide none.
  return inject('dialect') ?? 'sqlite';
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${server}/postgres` });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
