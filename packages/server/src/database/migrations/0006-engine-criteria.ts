// What engines do of their own accord: with a version that becomes prohibited while it runs, and with an update nobody started yet.
import type { Kysely } from 'kysely';

/** Adds the columns; what stands there already says nothing of it, so that nothing is closed, fetched or installed. */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  await schema
    .alterTable('products')
    .addColumn('whenProhibited', 'text', (c) => c.notNull().defaultTo('tell'))
    .execute();
  await schema
    .alterTable('products')
    .addColumn('closeAfterMinutes', 'integer', (c) => c.notNull().defaultTo(15))
    .execute();
  await schema
    .alterTable('updates')
    .addColumn('background', 'text', (c) => c.notNull().defaultTo('none'))
    .execute();
}
