// Products as others ask for them: one by its reference, its enforcement now, and what is prohibited of it by number.
import { effectiveEnforcement, type Enforcement, type Prohibition } from '@usher/core';
import type { Selectable } from 'kysely';
import type { Reader } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';
import { ProblemError } from '../../problem-error.ts';

/** A product as it is stored. */
export type ProductRow = Selectable<Tables['products']>;

/** An UpgradeCode as it is kept: upper case, in braces. */
export function canonicalGuid(text: string): string {
  return `{${text.replace(/^\{|\}$/g, '').toUpperCase()}}`;
}

/** Finds a product by its id or its UpgradeCode, in any case, with braces or without; undefined where there is none. */
export function findProduct(reader: Reader, reference: string): Promise<ProductRow | undefined> {
  return reader
    .selectFrom('products')
    .selectAll()
    .where((e) => e.or([e('id', '=', reference), e('upgradeCode', '=', canonicalGuid(reference))]))
    .executeTakeFirst();
}

/**
 * The product that a reference means: an id or an UpgradeCode in any case. Left out, it is the only product.
 * @throws ProblemError `product.not-found`; `product.ambiguous` where it is left out and there are several
 */
export async function resolveProduct(reader: Reader, reference: string | undefined): Promise<ProductRow> {
  if (reference !== undefined) {
    const product = await findProduct(reader, reference);
    if (product === undefined) throw new ProblemError('product.not-found');
    return product;
  }
  const [product, another] = await reader.selectFrom('products').selectAll().orderBy('createdAt').limit(2).execute();
  if (product === undefined) throw new ProblemError('product.not-found', 'This server manages no product yet.');
  if (another !== undefined) throw new ProblemError('product.ambiguous');
  return product;
}

/** Whether a product is enforced or observed at an instant: an end of the observation that has passed counts. */
export function enforcementOf(product: ProductRow, now: string): Enforcement {
  return effectiveEnforcement(product.enforcement as Enforcement, product.enforcementUntil, now);
}

/** The prohibitions by number that are in force for a product, oldest first, as the rules take them. */
export async function prohibitionsInForce(reader: Reader, productId: string): Promise<Prohibition[]> {
  const rows = await reader
    .selectFrom('prohibitions')
    .select(['kind', 'version', 'reason'])
    .where('productId', '=', productId)
    .where('liftedAt', 'is', null)
    .orderBy('addedAt')
    .orderBy('id')
    .execute();
  return rows.map(({ kind, version, reason }) => (kind === 'below' ? { below: version, reason } : { version, reason }));
}

/** Every product, oldest first. */
export function allProducts(reader: Reader): Promise<ProductRow[]> {
  return reader.selectFrom('products').selectAll().orderBy('createdAt').orderBy('id').execute();
}
