// Conditions of a filter that an index finds quickly, and what is left of the filter without them.
import { sql, type AliasableExpression, type Expression, type SqlBool } from 'kysely';
import type { Reader } from '../../database/database.ts';
import { countHaving, countLive, productCounts } from './kept-counts.ts';
import type { ResolvedFilter } from './resolved-filter.ts';

/** Rows that name workstations, each once; some of them can be retired. */
export type Rows = AliasableExpression<{ workstationId: string }>;

/** Whether a workstation is none of some rows: looked up in a table of them. */
export function isNoneOf(workstationId: Expression<string>, rows: Rows): Expression<SqlBool> {
  return sql<SqlBool>`${workstationId} not in (${rows})`;
}

/** One condition of a filter, as the workstations that meet it, or as those that do not. */
export interface Found {
  readonly rows: Rows;
  /** So many workstations that are not retired, or fewer. */
  readonly number: number;
  /** What a filter still asks without that condition. */
  readonly without: (filter: ResolvedFilter) => ResolvedFilter;
}

/** A filter by itself, or the one that its group saved, with what puts a change of it into the whole. */
export interface Part {
  readonly part: ResolvedFilter;
  readonly without: (found: Partial<ResolvedFilter>) => Found['without'];
}

/** The filters that one consists of. */
export function partsOf(filter: ResolvedFilter): Part[] {
  const own: Part = { part: filter, without: (found) => (whole) => ({ ...whole, ...found }) };
  if (filter.saved === undefined) return [own];
  const saved: Part = {
    part: filter.saved,
    without: (found) => (whole) => ({ ...whole, saved: whole.saved && { ...whole.saved, ...found } }),
  };
  return [own, saved];
}

/** What belongs together in a filter: either it or the one that a group saved asks for any of these. */
const together = [
  ['status'],
  ['tag'],
  ['q'],
  ['productId', 'versionOf', 'version', 'below', 'answerOf', 'verdict', 'code'],
] as const;

/**
 * The same filter in the form in which most is known of it: what a group saved is asked by the filter itself, where that asks nothing of the
 * kind, and a product is not asked for that everybody has.
 */
export async function simplified(read: Reader, filter: ResolvedFilter): Promise<ResolvedFilter> {
  let simple = merged(filter);
  if (simple.retired === true) return simple;
  for (const { part, without } of partsOf(simple)) {
    const { productId, version, below, answerOf } = part;
    if (productId === undefined || [version, below, answerOf].some((value) => value !== undefined)) continue;
    if (await isHeldByAll(read, productId)) simple = without({ productId: undefined })(simple);
  }
  return merged(simple);
}

function merged(filter: ResolvedFilter): ResolvedFilter {
  const { saved } = filter;
  if (saved === undefined || saved.saved !== undefined) return filter;
  let own: ResolvedFilter = filter;
  let left: ResolvedFilter | undefined;
  for (const names of together) {
    const asked = Object.fromEntries(names.map((name) => [name, saved[name]])) as Partial<ResolvedFilter>;
    if (names.every((name) => saved[name] === undefined)) continue;
    if (names.every((name) => filter[name] === undefined)) own = { ...own, ...asked };
    else left = { ...(left ?? nothing), ...asked };
  }
  return { ...own, saved: left };
}

const nothing: ResolvedFilter = {
  productId: undefined,
  versionOf: undefined,
  answerOf: undefined,
  saved: undefined,
};

async function isHeldByAll(read: Reader, productId: string): Promise<boolean> {
  return (await countHaving(read, productId)) >= (await countLive(read));
}

/** A product that every workstation has something of, if there is one. */
export async function commonProduct(read: Reader): Promise<string | undefined> {
  const live = await countLive(read);
  const counts = await productCounts(read, await productIds(read));
  return counts.find(({ count }) => count >= live)?.productId;
}

/** Every product. */
export async function productIds(read: Reader): Promise<string[]> {
  return (await read.selectFrom('products').select('id').execute()).map(({ id }) => id);
}

/** How many rows there are. */
export async function countRows(read: Reader, rows: Rows): Promise<number> {
  const { total } = await read
    .selectFrom(rows.as('few'))
    .select((e) => e.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return total;
}
