// Products, their publishers and their prohibitions in SQL.
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Reader, Transaction } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';
import type { ProductRow } from './read-model.ts';

export type PublisherRow = Selectable<Tables['publishers']>;
export type ProhibitionRow = Selectable<Tables['prohibitions']>;

/**
 * Locks a product until the transaction ends. `NO KEY`: a check writes rows that refer to the product, and must not wait for a
 * decision that itself waits for what the check holds (PostgreSQL locks the key of what a new row refers to).
 */
export function lockProduct({ db }: Transaction, id: string): Promise<ProductRow | undefined> {
  return db.selectFrom('products').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst();
}

/** @param upgradeCode in upper case */
export function lockProductByUpgradeCode({ db }: Transaction, upgradeCode: string): Promise<ProductRow | undefined> {
  return db
    .selectFrom('products')
    .selectAll()
    .where('upgradeCode', '=', upgradeCode)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

export async function insertProduct({ db }: Transaction, product: Insertable<Tables['products']>): Promise<void> {
  await db.insertInto('products').values(product).execute();
}

export async function updateProduct(
  { db }: Transaction,
  id: string,
  changes: Updateable<Tables['products']>,
): Promise<void> {
  if (Object.keys(changes).length === 0) return;
  await db.updateTable('products').set(changes).where('id', '=', id).execute();
}

export function publishersOf(read: Reader, productId: string): Promise<PublisherRow[]> {
  return read
    .selectFrom('publishers')
    .selectAll()
    .where('productId', '=', productId)
    .orderBy('addedAt')
    .orderBy('subject')
    .orderBy('issuer')
    .orderBy('authorityKey')
    .execute();
}

export async function insertPublisher({ db }: Transaction, publisher: Insertable<Tables['publishers']>): Promise<void> {
  await db.insertInto('publishers').values(publisher).execute();
}

export async function deletePublisher({ db }: Transaction, publisher: PublisherRow): Promise<void> {
  await db
    .deleteFrom('publishers')
    .where('productId', '=', publisher.productId)
    .where('subject', '=', publisher.subject)
    .where('issuer', '=', publisher.issuer)
    .where('authorityKey', '=', publisher.authorityKey)
    .execute();
}

export async function pinAuthorityKey({ db }: Transaction, publisher: PublisherRow, key: string): Promise<void> {
  await db
    .updateTable('publishers')
    .set({ authorityKey: key })
    .where('productId', '=', publisher.productId)
    .where('subject', '=', publisher.subject)
    .where('issuer', '=', publisher.issuer)
    .where('authorityKey', '=', publisher.authorityKey)
    .execute();
}

export async function insertProhibition(
  { db }: Transaction,
  prohibition: Insertable<Tables['prohibitions']>,
): Promise<void> {
  await db.insertInto('prohibitions').values(prohibition).execute();
}

/** A prohibition of a product that is in force, of the same kind and number. */
export function findInForce(
  read: Reader,
  productId: string,
  kind: string,
  versionKey: string,
): Promise<{ id: string } | undefined> {
  return read
    .selectFrom('prohibitions')
    .select('id')
    .where('productId', '=', productId)
    .where('kind', '=', kind)
    .where('versionKey', '=', versionKey)
    .where('liftedAt', 'is', null)
    .executeTakeFirst();
}

/** Locks a prohibition that is in force. */
export function lockProhibition(
  { db }: Transaction,
  productId: string,
  id: string,
): Promise<ProhibitionRow | undefined> {
  return db
    .selectFrom('prohibitions')
    .selectAll()
    .where('id', '=', id)
    .where('productId', '=', productId)
    .where('liftedAt', 'is', null)
    .forUpdate()
    .executeTakeFirst();
}

export async function markLifted(
  { db }: Transaction,
  id: string,
  lifted: { liftedBy: string; liftedAt: string; liftedReason: string },
): Promise<void> {
  await db.updateTable('prohibitions').set(lifted).where('id', '=', id).execute();
}
