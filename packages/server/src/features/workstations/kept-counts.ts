// How many workstations there are of a kind, from the counts that are kept: a few rows, however large the fleet is.
import { isVersion, versionSortKey } from '@usher/core';
import type { Reader } from '../../database/database.ts';
import type { ResolvedFilter } from './resolved-filter.ts';

/** What a kept count says of those who have something of a product, not counting retired workstations. */
export interface InstalledCount {
  readonly productId: string;
  /** As versions are sorted; empty where nothing is installed, `?` for a text that is no version. */
  readonly versionKey: string;
  /** Empty where it is not known. */
  readonly productCode: string;
  readonly osArch: string;
  readonly osLanguage: string;
  readonly number: number;
}

/** Workstations that are not retired, by status, whether they are online, and whether they claim another's place. */
export function statusCounts(read: Reader) {
  return read
    .selectFrom('workstationCounts')
    .select((e) => ['status', 'online', 'claiming', e.fn.sum<number>('number').as('number')])
    .groupBy(['status', 'online', 'claiming'])
    .execute();
}

/** What is installed of some versions of some products: each pair of one of both. */
export function installedCounts(
  read: Reader,
  products: readonly string[],
  versionKeys: readonly string[],
): Promise<InstalledCount[]> {
  return read
    .selectFrom('installedCounts')
    .select((e) => [
      'productId',
      'versionKey',
      'productCode',
      'osArch',
      'osLanguage',
      e.fn.sum<number>('number').as('number'),
    ])
    .where('productId', 'in', products)
    .where('versionKey', 'in', versionKeys)
    .groupBy(['productId', 'versionKey', 'productCode', 'osArch', 'osLanguage'])
    .execute();
}

/** How many workstations have which version of a product, by the key that it is sorted by, without zeros. */
export async function versionKeyCounts(read: Reader, productId: string) {
  const rows = await read
    .selectFrom('installedCounts')
    .select((e) => ['versionKey', e.fn.sum<number>('number').as('number')])
    .where('productId', '=', productId)
    .groupBy('versionKey')
    .orderBy('versionKey')
    .execute();
  return rows.filter(({ number }) => number > 0);
}

/** How many workstations have something of each product; also nothing that is installed, where it is known to be nothing. */
export function productCounts(read: Reader, products: readonly string[]) {
  return read
    .selectFrom('installedCounts')
    .select((e) => ['productId', e.fn.sum<number>('number').as('count')])
    .where('productId', 'in', products)
    .groupBy('productId')
    .execute();
}

/** How many workstations have something of one product. */
export async function countHaving(read: Reader, productId: string): Promise<number> {
  const [row] = await productCounts(read, [productId]);
  return row?.count ?? 0;
}

/** How many workstations are not retired. */
export async function countLive(read: Reader): Promise<number> {
  return (await statusCounts(read)).reduce((sum, { number }) => sum + number, 0);
}

/** How many workstations a filter means, where that is kept; null where they have to be counted. */
export async function keptCount(read: Reader, filter: ResolvedFilter): Promise<number | null> {
  const { status, version, below, tag, q, productId, versionOf, answerOf, saved, retired } = filter;
  if (retired === true || (q !== undefined && q.trim() !== '') || answerOf !== undefined) return null;
  const named = [status, version ?? below ?? productId, tag].filter((value) => value !== undefined);
  if (saved !== undefined) return named.length === 0 ? keptCount(read, saved) : null;
  if (tag !== undefined) {
    const isAlone = version === undefined && below === undefined && productId === undefined;
    return isAlone ? countTagged(read, tag, status) : null;
  }
  if (below !== undefined) {
    const isKept = status === undefined && version === undefined && versionOf !== undefined;
    return isKept ? countBelow(read, [versionOf], below) : null;
  }
  if (version !== undefined) {
    const isKept = status === undefined && versionOf !== undefined && isVersion(version);
    return isKept ? countVersion(read, [versionOf], version) : null;
  }
  if (productId !== undefined) return status === undefined ? countHaving(read, productId) : null;
  return status === undefined ? countLive(read) : countStatus(read, status);
}

/** How many workstations have a status. */
export async function countStatus(read: Reader, status: string): Promise<number> {
  const rows = await statusCounts(read);
  return rows.filter((row) => row.status === status).reduce((sum, { number }) => sum + number, 0);
}

/** How many workstations have a tag. */
export async function countTagged(read: Reader, tag: string, status?: string): Promise<number> {
  const row = await read
    .selectFrom('tagCounts')
    .select((e) => e.fn.sum<number | null>('number').as('number'))
    .where('tag', '=', tag)
    .$if(status !== undefined, (query) => query.where('status', '=', status ?? ''))
    .executeTakeFirst();
  return row?.number ?? 0;
}

/** How many workstations have a version of some products; one that has it of two counts twice. */
export async function countVersion(read: Reader, products: readonly string[], version: string): Promise<number> {
  const row = await read
    .selectFrom('installedCounts')
    .select((e) => e.fn.sum<number | null>('number').as('number'))
    .where('productId', 'in', products)
    .where('versionKey', '=', versionSortKey(version))
    .executeTakeFirst();
  return row?.number ?? 0;
}

/** How many workstations have a version of some products that is lower than this; one that has one of two counts twice. */
export async function countBelow(read: Reader, products: readonly string[], version: string): Promise<number> {
  const row = await read
    .selectFrom('installedCounts')
    .select((e) => e.fn.sum<number | null>('number').as('number'))
    .where('productId', 'in', products)
    // Nothing is installed, and a text that is no version: some databases order that sign before the digits, others after them.
    .where('versionKey', 'not in', ['', '?'])
    .where('versionKey', '<', versionSortKey(version))
    .executeTakeFirst();
  return row?.number ?? 0;
}
