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

/** Notes that the catalogue, as it is published in this transaction, holds these installers and no other. */
export async function markPublishedExactly(
  { db }: Transaction,
  held: readonly { readonly path: string; readonly sha256: string }[],
): Promise<void> {
  const hashes = new Map(held.map(({ path, sha256 }) => [path, sha256]));
  const rows = await db
    .selectFrom('installers')
    .select(['id', 'targetPath', 'sha256', 'decision', 'published'])
    .execute();
  for (const { id, targetPath, sha256, decision, published } of rows) {
    const isHeld = decision === 'approved' && hashes.get(targetPath) === sha256 ? 1 : 0;
    if (published !== isHeld)
      await db.updateTable('installers').set({ published: isHeld }).where('id', '=', id).execute();
  }
}
