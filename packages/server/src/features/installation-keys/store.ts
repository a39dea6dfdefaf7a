// Installation keys in SQL.
import type { Insertable, Selectable } from 'kysely';
import type { Reader, Transaction } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';

export type InstallationKeyRow = Selectable<Tables['installationKeys']>;

export async function insertKey({ db }: Transaction, key: Insertable<Tables['installationKeys']>): Promise<void> {
  await db.insertInto('installationKeys').values(key).execute();
}

export function findKeyBySecret(read: Reader, secretHash: string): Promise<InstallationKeyRow | undefined> {
  return read.selectFrom('installationKeys').selectAll().where('secretHash', '=', secretHash).executeTakeFirst();
}

/** Counts one use, if the key still has one: of two that take the last at once, one gets it. */
export async function countUse({ db }: Transaction, id: string, now: string): Promise<boolean> {
  const row = await db
    .updateTable('installationKeys')
    .set((e) => ({ uses: e('uses', '+', 1) }))
    .where('id', '=', id)
    .where('revokedAt', 'is', null)
    .where('expiresAt', '>', now)
    .where((e) => e.or([e('maxUses', 'is', null), e('uses', '<', e.ref('maxUses'))]))
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Locks a key until the transaction ends. */
export function lockKey({ db }: Transaction, id: string): Promise<InstallationKeyRow | undefined> {
  return db.selectFrom('installationKeys').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

export async function revokeKey({ db }: Transaction, id: string, now: string): Promise<void> {
  await db.updateTable('installationKeys').set({ revokedAt: now }).where('id', '=', id).execute();
}
