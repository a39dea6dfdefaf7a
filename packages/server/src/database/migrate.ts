// Brings the schema of a database up to this release, one numbered step per transaction.
import { sql, type Kysely, type Transaction as KyselyTransaction } from 'kysely';
import { isoNow, type Clock } from '../clock.ts';
import type { Database } from './database.ts';
import { migrations as released, type Migration } from './migrations/index.ts';

/** Which step the database was at and which it is at now. */
export interface MigrationResult {
  readonly from: number;
  readonly to: number;
}

interface Bookkeeping {
  migrations: { number: number; name: string; appliedAt: string };
}

/** Any number that nothing else in the database uses for advisory locks. */
const migrationLock = 0x75736872;

/**
 * Applies what is missing. Two servers that start together on one PostgreSQL wait for each other. A database that a newer
 * release has migrated further is left as it is: migrations only expand, so this release still runs on it.
 */
export async function migrate(
  database: Database,
  clock: Clock,
  migrations: readonly Migration[] = released,
): Promise<MigrationResult> {
  const from = await step(database, (db) => newest(db));
  let to = from;
  for (const migration of migrations) {
    to = await step(database, async (db) => {
      const reached = await newest(db);
      if (reached >= migration.number) return reached;
      await migration.up(db as unknown as Kysely<unknown>);
      await db
        .insertInto('migrations')
        .values({ number: migration.number, name: migration.name, appliedAt: isoNow(clock) })
        .execute();
      return migration.number;
    });
  }
  return { from, to };
}

function step<T>(database: Database, work: (db: KyselyTransaction<Bookkeeping>) => Promise<T>): Promise<T> {
  return database.transaction(async (tx) => {
    const db = tx.db as unknown as KyselyTransaction<Bookkeeping>;
    if (database.dialect === 'postgres') await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(db);
    await db.schema
      .createTable('migrations')
      .ifNotExists()
      .addColumn('number', 'integer', (c) => c.primaryKey())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('appliedAt', 'text', (c) => c.notNull())
      .execute();
    return work(db);
  });
}

async function newest(db: Kysely<Bookkeeping>): Promise<number> {
  const row = await db
    .selectFrom('migrations')
    .select((e) => e.fn.max('number').as('number'))
    .executeTakeFirst();
  return row?.number ?? 0;
}
