// A database as an earlier release left it.
import { sql } from 'kysely';
import { emptyPlace, type TestDatabase } from '@usher/testkit';
import { systemClock } from '../../clock.ts';
import { makeLog } from '../../log.ts';
import { openDatabase, type Database } from '../database.ts';
import { migrate } from '../migrate.ts';
import { migrations } from '../migrations/index.ts';

/** Calls with a database that only the first so many migrations have made, of the dialect of the one given, which it may use up. */
export async function withOlderDatabase(
  database: TestDatabase,
  steps: number,
  work: (older: Database) => Promise<void>,
): Promise<void> {
  if (database.dialect === 'postgres') {
    await database.transaction(({ db }) => sql`drop schema public cascade`.execute(db));
    await database.transaction(({ db }) => sql`create schema public`.execute(db));
  }
  const place = emptyPlace();
  const { config } = database.dialect === 'postgres' ? database : place;
  const older = openDatabase(config, { log: makeLog('silent', systemClock), synchronous: 'off' });
  try {
    await migrate(older, systemClock, migrations.slice(0, steps));
    await work(older);
  } finally {
    // Up to the present in any case: the next test may be given it.
    await migrate(older, systemClock);
    await older.close();
    await place.remove();
  }
}
