// Whose turn it is to download while nobody waits for it.
import type { Kysely } from 'kysely';

const text = 'text' as const;

/** Makes the table of downloads that were granted, or asked for and put off. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('downloadTurns')
    .addColumn('workstationId', text, (c) => c.notNull().primaryKey())
    .addColumn('granted', 'integer', (c) => c.notNull())
    .addColumn('askedAt', text, (c) => c.notNull())
    .addColumn('until', text, (c) => c.notNull())
    .execute();
}
