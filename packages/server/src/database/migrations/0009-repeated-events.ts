// What one workstation tells again and again, counted until it is recorded.
import type { Kysely } from 'kysely';

const text = 'text' as const;

/** Makes the table of the events that were recorded within the last minutes, and of how many like them were counted since. */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  await schema
    .createTable('repeatedEvents')
    .addColumn('workstationId', text, (c) => c.notNull())
    .addColumn('hash', text, (c) => c.notNull())
    .addColumn('since', text, (c) => c.notNull())
    .addColumn('recorded', 'integer', (c) => c.notNull())
    .addColumn('counted', 'integer', (c) => c.notNull())
    .addColumn('firstCountedAt', text)
    .addColumn('lastCountedAt', text)
    .addColumn('draft', text)
    .addPrimaryKeyConstraint('repeatedEventsKey', ['workstationId', 'hash'])
    .execute();
  await schema.createIndex('repeatedEventsSince').on('repeatedEvents').column('since').execute();
}
