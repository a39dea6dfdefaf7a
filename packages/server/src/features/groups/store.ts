// Groups in SQL.
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Reader, Transaction } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';

export type GroupRow = Selectable<Tables['groups']>;

export function findGroup(read: Reader, id: string): Promise<GroupRow | undefined> {
  return read.selectFrom('groups').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Locks a group until the transaction ends. */
export function lockGroup({ db }: Transaction, id: string): Promise<GroupRow | undefined> {
  return db.selectFrom('groups').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

export async function insertGroup({ db }: Transaction, group: Insertable<Tables['groups']>): Promise<void> {
  await db.insertInto('groups').values(group).execute();
}

export async function updateGroup(
  { db }: Transaction,
  id: string,
  changes: Updateable<Tables['groups']>,
): Promise<void> {
  await db.updateTable('groups').set(changes).where('id', '=', id).execute();
}

export async function deleteGroup({ db }: Transaction, id: string): Promise<void> {
  await db.deleteFrom('groups').where('id', '=', id).execute();
}
