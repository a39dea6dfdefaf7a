// Passes in SQL.
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Reader, Transaction } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';

type PassRow = Selectable<Tables['passes']>;

/** Those that a workstation was given for a product. */
export function passesFor(read: Reader, workstationId: string, productId: string) {
  return read.selectFrom('passes').where('workstationId', '=', workstationId).where('productId', '=', productId);
}

export async function insertPass({ db }: Transaction, pass: Insertable<Tables['passes']>): Promise<void> {
  await db.insertInto('passes').values(pass).execute();
}

/** Locks a pass until the transaction ends. */
export function lockPass({ db }: Transaction, id: string): Promise<PassRow | undefined> {
  return db.selectFrom('passes').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** The pass of a workstation and product that ends then; the one that was used already where there are two. */
export async function findPassEnding(
  { db }: Transaction,
  { workstationId, productId, until }: { workstationId: string; productId: string; until: string },
): Promise<string | undefined> {
  const row = await passesFor(db, workstationId, productId)
    .select('id')
    .where('until', '=', until)
    .orderBy('usedAt', 'desc')
    .orderBy('id')
    .executeTakeFirst();
  return row?.id;
}

export async function updatePass(
  { db }: Transaction,
  id: string,
  changes: Updateable<Tables['passes']>,
): Promise<void> {
  await db.updateTable('passes').set(changes).where('id', '=', id).execute();
}

/** Holds the workstation that a pass is for as it is, until the transaction ends. */
export function lockWorkstation({ db }: Transaction, id: string) {
  return db
    .selectFrom('workstations')
    .select(['hostname', 'status', 'retiredAt'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}
