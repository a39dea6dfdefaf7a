// Indexes that alone say how workstations stand in updates: by workstation for what the rules make of thousands of them at once, by update for
// who takes part and how far they are.
import type { Kysely } from 'kysely';

const indexes = {
  assignmentsWorkstation: ['workstationId', 'updateId', 'state'],
  assignmentsState: ['updateId', 'state', 'workstationId'],
};

/** Makes both anew: they held less. */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  for (const [name, columns] of Object.entries(indexes)) {
    await schema.dropIndex(name).execute();
    await schema.createIndex(name).on('assignments').columns(columns).execute();
  }
}
