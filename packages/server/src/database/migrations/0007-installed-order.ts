// The order in which an update reached its workstations, for the time that it took.
import { sql, type Kysely } from 'kysely';

/** Makes the index that the plot of compliance finds its ranks by. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createIndex('assignmentsInstalled')
    .on('assignments')
    .columns(['updateId', 'installedAt'])
    .where(sql.ref('state'), '=', sql.lit('installed'))
    .execute();
}
