// Installers and the decisions on them in SQL.
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Reader, Transaction } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';

export type InstallerRow = Selectable<Tables['installers']>;
export type DecisionRow = Selectable<Tables['installerDecisions']>;

export function findInstaller(read: Reader, id: string): Promise<InstallerRow | undefined> {
  return read.selectFrom('installers').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Locks an installer until the transaction ends. */
export function lockInstaller({ db }: Transaction, id: string): Promise<InstallerRow | undefined> {
  return db.selectFrom('installers').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

export async function insertInstaller({ db }: Transaction, row: Insertable<Tables['installers']>): Promise<void> {
  await db.insertInto('installers').values(row).execute();
}

export async function updateInstaller({ db }: Transaction, id: string, changes: Updateable<Tables['installers']>) {
  if (Object.keys(changes).length === 0) return;
  await db.updateTable('installers').set(changes).where('id', '=', id).execute();
}

export async function deleteInstaller({ db }: Transaction, id: string): Promise<void> {
  await db.deleteFrom('installers').where('id', '=', id).execute();
}

export function findBySha256(read: Reader, sha256: string): Promise<InstallerRow | undefined> {
  return read.selectFrom('installers').selectAll().where('sha256', '=', sha256).executeTakeFirst();
}

/** The installer of a product for the same version, architecture and language. */
export function findAlike(
  read: Reader,
  {
    productId,
    versionKey,
    architecture,
    language,
  }: Pick<InstallerRow, 'productId' | 'versionKey' | 'architecture' | 'language'>,
): Promise<InstallerRow | undefined> {
  return read
    .selectFrom('installers')
    .selectAll()
    .where('productId', '=', productId)
    .where('versionKey', '=', versionKey)
    .where('architecture', '=', architecture)
    .where('language', '=', language)
    .executeTakeFirst();
}

export async function insertDecision({ db }: Transaction, decision: Insertable<Tables['installerDecisions']>) {
  await db.insertInto('installerDecisions').values(decision).execute();
}

/** Every decision on an installer, oldest first. */
export function decisionsOn(read: Reader, installerId: string): Promise<DecisionRow[]> {
  return read
    .selectFrom('installerDecisions')
    .selectAll()
    .where('installerId', '=', installerId)
    .orderBy('id')
    .execute();
}
