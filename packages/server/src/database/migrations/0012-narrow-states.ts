// PostgreSQL keeps equal entries of an index together, and takes the narrow one of states for what it is: small.
import type { Kysely } from 'kysely';

/** Makes the index of an update's states narrow again on PostgreSQL; on SQLite the wide one saves a look at every row. */
export async function up(database: Kysely<unknown>): Promise<void> {
  if (!database.getExecutor().adapter.supportsTransactionalDdl) return;
  const { schema } = database;
  await schema.dropIndex('assignmentsState').execute();
  await schema.createIndex('assignmentsState').on('assignments').columns(['updateId', 'state']).execute();
}
