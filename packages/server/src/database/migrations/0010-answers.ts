// Which workstations had which answer to their last check, found and counted along an index.
import type { Kysely } from 'kysely';

/** Makes the index that lists of workstations are narrowed by. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createIndex('workstationProductsAnswer')
    .on('workstationProducts')
    .columns(['productId', 'verdictAction', 'workstationId', 'observedAction', 'verdictCode', 'observedCode'])
    .execute();
}
