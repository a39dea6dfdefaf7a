// Which installers the published catalogue holds: noted with each publication.
import type { Transaction } from '../../database/database.ts';

/** Notes that the catalogue, as it is published in this transaction, holds every approved installer and no other. */
export async function markPublished({ db }: Transaction): Promise<void> {
  await db
    .updateTable('installers')
    .set({ published: 1 })
    .where('decision', '=', 'approved')
    .where('published', '=', 0)
    .execute();
  await db
    .updateTable('installers')
    .set({ published: 0 })
    .where('decision', '!=', 'approved')
    .where('published', '=', 1)
    .execute();
}
