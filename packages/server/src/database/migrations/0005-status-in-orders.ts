// The status at the end of each order of workstations, so that a list of one status is read along its order, however deep the page.
import { sql, type Kysely } from 'kysely';
import { createOrderedIndex } from './ordered-index.ts';

const orders = [
  ['workstationsName', 'nameKey'],
  ['workstationsUser', 'userName', 'nameKey'],
  ['workstationsSystem', 'osPlatform', 'osRelease', 'nameKey'],
  ['workstationsSeen', 'lastSeenAt', 'nameKey'],
  ['workstationsActivated', 'activatedAt', 'nameKey'],
] as const;

/** Makes the indexes of the lists of workstations anew. */
export async function up(database: Kysely<unknown>): Promise<void> {
  const isLive = sql`where ${sql.ref('retiredAt')} is null`;
  for (const [name, ...order] of orders) {
    await database.schema.dropIndex(name).execute();
    await createOrderedIndex(database, name, 'workstations', [...order, 'id', 'searchText', 'status'], isLive);
  }
}
