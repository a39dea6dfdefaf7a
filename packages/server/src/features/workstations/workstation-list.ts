// The list of workstations: one page of those that the filters mean, in the order of any column, also of a hundred thousand.
import { workstationQuerySchema, type Workstation } from '@usher/protocol';
import { sql, type SqlBool } from 'kysely';
import type * as z from 'zod';
import { dialectOf, type Reader } from '../../database/database.ts';
import { nullLowest } from '../../database/null-order.ts';
import { listAnswer, listQuery, rowsOf, type Sort } from '../../http/list-query.ts';
import {
  answered,
  countMatching,
  countOf,
  everyStatus,
  fewEnough,
  matching,
  matchingQuickly,
  resolveFilter,
  shownProduct,
  type Lookup,
  type WorkstationQuery,
} from './read-model.ts';
import { countHaving, countLive } from './kept-counts.ts';
import type { ResolvedFilter } from './resolved-filter.ts';
import { workstationItems } from './workstation-items.ts';

/** Columns of the workstation itself, with what decides where they are equal; each has its index. */
const ownOrders = {
  hostname: ['nameKey'],
  user: ['userName', 'nameKey'],
  os: ['osPlatform', 'osRelease', 'nameKey'],
  lastSeenAt: ['lastSeenAt', 'nameKey'],
  activatedAt: ['activatedAt', 'nameKey'],
} as const;

/** Columns of what a workstation has of the product that is shown. */
const productOrders = {
  installedVersion: 'versionKey',
  desiredVersion: 'desiredVersion',
  lastError: 'lastErrorAt',
} as const;

const fields = [
  'hostname',
  'user',
  'os',
  'lastSeenAt',
  'activatedAt',
  'installedVersion',
  'desiredVersion',
  'lastError',
  'status',
] as const;

type Field = (typeof fields)[number];
type ProductColumn = (typeof productOrders)[keyof typeof productOrders];
type Direction = 'asc' | 'desc';

const { status, version, below, verdict, code, product, group, tag, retired } = workstationQuerySchema.shape;

/** The query of `GET /workstations`. Those that wait for approval come first unless told otherwise. */
export const workstationListQuery = listQuery<
  Field,
  {
    status: typeof status;
    version: typeof version;
    below: typeof below;
    verdict: typeof verdict;
    code: typeof code;
    product: typeof product;
    group: typeof group;
    tag: typeof tag;
    retired: typeof retired;
  }
>(fields, '-status', { status, version, below, verdict, code, product, group, tag, retired });

/** Workstations of one part of an export. */
const atOnce = 500;

/** Part of a list: rows in one order, after those of the part before. */
interface Segment {
  ids(limit: number, offset: number): Promise<string[]>;
  count(): Promise<number>;
}

/**
 * One page of workstations. Where the order is by something of a product, those without anything of it count as lowest.
 * @param limits how it is read; the answer is the same
 * @throws ProblemError `product.not-found`, `group.not-found`
 */
export async function listWorkstations(
  read: Reader,
  query: z.output<typeof workstationListQuery>,
  limits = limitsOf(read),
) {
  const { page: _, pageSize: __, ...asked } = query;
  const { total, productId, ids } = await ordered(read, asked, limits);
  const { limit, offset } = rowsOf(query);
  const shown = offset < total ? await ids(limit, offset) : [];
  return listAnswer(await workstationItems(read, shown, productId), total, query);
}

/**
 * Every workstation that a query means, in its order, a part at a time. Which ones is settled at the beginning, so that none is missed
 * or given twice while workstations come by.
 * @throws ProblemError `product.not-found`, `group.not-found`
 */
export async function everyWorkstation(
  read: Reader,
  query: Omit<z.output<typeof workstationListQuery>, 'page' | 'pageSize'>,
): Promise<AsyncGenerator<Workstation[]>> {
  const { total, productId, ids } = await ordered(read, query);
  const all = total === 0 ? [] : await ids(total, 0);
  return (async function* () {
    for (let start = 0; start < all.length; start += atOnce) {
      yield await workstationItems(read, all.slice(start, start + atOnce), productId);
    }
  })();
}

async function ordered(
  read: Reader,
  query: Omit<z.output<typeof workstationListQuery>, 'page' | 'pageSize'>,
  limits = limitsOf(read),
) {
  const { sort, ...asked } = query;
  const filter = await resolveFilter(read, asked);
  const productId = await shownProduct(read, filter.productId);
  const total = await countMatching(read, filter, limits.few);
  const ids = async (limit: number, offset: number): Promise<string[]> => {
    // What lies behind the middle is read from the end.
    const rows = Math.min(limit, total - offset);
    const behind = total - offset - rows;
    const isBehind = behind < offset;
    const skipped = isBehind ? behind : offset;
    const segments = await segmentsFor(read, filter, isBehind ? turned(sort) : sort, productId, {
      few: limits.few,
      isFew: total <= limits.few,
      lookup: await lookupFor(read, filter, rows + skipped, total, limits),
    });
    const found = await idsOf(segments, rows, skipped);
    return isBehind ? found.reverse() : found;
  };
  return { total, productId, ids };
}

function turned({ field, direction }: Sort<Field>): Sort<Field> {
  return { field, direction: direction === 'asc' ? 'desc' : 'asc' };
}

/** Up to which number a list is read in one way, and beyond it in another. */
export interface Limits {
  /** So many workstations are sorted; more are read along an index. */
  readonly few: number;
  /** So many are looked up one by one; for more a table is made of what they are looked up in. */
  readonly lookups: number;
}

function limitsOf(read: Reader): Limits {
  return { few: fewEnough(read), lookups: 5000 };
}

/** How what is asked for is best looked up, when so many rows of all those that the filter means are read. */
async function lookupFor(
  read: Reader,
  filter: ResolvedFilter,
  rows: number,
  total: number,
  { few, lookups }: Limits,
): Promise<Lookup> {
  if (!isLookedUp(filter) && (filter.saved === undefined || !isLookedUp(filter.saved))) return 'each';
  // What few have is found by another way, so that no more rows than this are looked up in vain.
  const perRow = (await countLive(read)) / Math.max(total, few);
  return rows * perRow <= lookups ? 'each' : 'table';
}

function isLookedUp({ version, below, tag, answerOf }: ResolvedFilter): boolean {
  return [version, below, tag, answerOf].some((value) => value !== undefined);
}

/** How parts of a list are read: sorted, where they are few, and what workstations have looked up in one way or the other. */
interface Reading {
  readonly few: number;
  readonly isFew: boolean;
  readonly lookup: Lookup;
}

/** Whether some workstation has nothing of a product, so that the list has a part of those. */
async function hasOthers(read: Reader, filter: ResolvedFilter, productId: string): Promise<boolean> {
  if (filter.productId !== undefined) return false;
  if (filter.retired === true) return true;
  return (await countLive(read)) > (await countHaving(read, productId));
}

async function idsOf(segments: readonly Segment[], limit: number, offset: number): Promise<string[]> {
  const ids: string[] = [];
  let skip = offset;
  for (const segment of segments) {
    const more = await segment.ids(limit - ids.length, skip);
    ids.push(...more);
    if (ids.length >= limit) break;
    if (more.length > 0) skip = 0;
    else if (skip > 0) skip -= await segment.count();
  }
  return ids;
}

async function segmentsFor(
  read: Reader,
  filter: ResolvedFilter,
  sort: Sort<Field>,
  productId: string | null,
  { few, isFew, lookup }: Reading,
): Promise<Segment[]> {
  const { field, direction } = sort;
  const found = await matchingQuickly(read, filter, lookup, few);
  if (field === 'status') {
    const opposite = direction === 'asc' ? 'desc' : 'asc';
    const query = found
      .orderBy('status', nullLowest(direction))
      .orderBy('nameKey', nullLowest(opposite))
      .orderBy('workstations.id', nullLowest(opposite));
    return [segment(query)];
  }
  if (field in productOrders) {
    const column = productOrders[field as keyof typeof productOrders];
    if (productId === null) return [segment(byColumns(found, ['nameKey'], direction))];
    if (isFew) return [segment(bySorting(found, productId, column, direction))];
    const withOthers = await hasOthers(read, filter, productId);
    return byProduct(read, filter, { productId, column, direction, lookup }, withOthers);
  }
  return [segment(byColumns(found, ownOrders[field as keyof typeof ownOrders], direction))];
}

function byColumns(
  query: WorkstationQuery,
  columns: readonly (typeof ownOrders)[keyof typeof ownOrders][number][],
  direction: Direction,
): WorkstationQuery {
  const ordered = columns.reduce((so, column) => so.orderBy(column, nullLowest(direction)), query);
  return ordered.orderBy('workstations.id', nullLowest(direction));
}

function bySorting(
  query: WorkstationQuery,
  productId: string,
  column: ProductColumn,
  direction: Direction,
): WorkstationQuery {
  return query
    .leftJoin('workstationProducts as shown', (join) =>
      join.onRef('shown.workstationId', '=', 'workstations.id').on('shown.productId', '=', productId),
    )
    .orderBy((e) => e.case().when('shown.productId', 'is', null).then(0).else(1).end(), direction)
    .orderBy(`shown.${column}`, nullLowest(direction))
    .orderBy((e) => e.case().when('shown.productId', 'is', null).then(e.ref('nameKey')).end(), nullLowest(direction))
    .orderBy('workstations.id', direction);
}

/** An order by something of a product, and how it is read. */
interface ProductOrder {
  readonly productId: string;
  readonly column: ProductColumn;
  readonly direction: Direction;
  readonly lookup: Lookup;
}

/** Two parts, so that each has an index to follow: those with something of the product, and the others. */
function byProduct(read: Reader, filter: ResolvedFilter, order: ProductOrder, withOthers: boolean): Segment[] {
  const { productId, direction, lookup } = order;
  const others = matching(read, filter, lookup).where((e) =>
    e.not(
      e.exists(
        e
          .selectFrom('workstationProducts as shown')
          .select(sql.lit(1).as('one'))
          .whereRef('shown.workstationId', '=', 'workstations.id')
          .where('shown.productId', '=', productId),
      ),
    ),
  );
  const first = havingProduct(read, filter, order);
  if (!withOthers) return [first];
  const second = segment(byColumns(others, ['nameKey'], direction));
  return direction === 'desc' ? [first, second] : [second, first];
}

/**
 * Those with something of a product. Where nothing else is asked for, they are read along the index alone, past those that are retired; on
 * PostgreSQL also where only their answer is, which it would otherwise join and sort.
 */
function havingProduct(
  read: Reader,
  filter: ResolvedFilter,
  { productId, column, direction, lookup }: ProductOrder,
): Segment {
  const { productId: asked, versionOf: _, answerOf, verdict, code, retired, ...others } = filter;
  const isByAnswer = [answerOf, verdict, code].some((value) => value !== undefined);
  const isItsAnswer = answerOf?.length === 1 && answerOf[0] === productId && dialectOf(read) === 'postgres';
  const isMore = (isByAnswer && !isItsAnswer) || Object.values(others).some((value) => value !== undefined);
  if (retired === true || isMore) {
    // The join asks for the product already.
    const joined = matching(read, { ...filter, productId: filter.version === undefined ? undefined : asked }, lookup)
      .innerJoin('workstationProducts as shown', 'shown.workstationId', 'workstations.id')
      .where('shown.productId', '=', productId)
      .$if(filter.q === undefined, (query) => query.where(...everyStatus))
      .orderBy(`shown.${column}`, nullLowest(direction))
      .orderBy('shown.workstationId', nullLowest(direction));
    return segment(joined);
  }
  const along = read
    .selectFrom('workstationProducts as shown')
    .where('shown.productId', '=', productId)
    .where('shown.workstationId', 'not in', (e) =>
      e.selectFrom('workstations').select('id').where('retiredAt', 'is not', null),
    )
    .$if(isByAnswer, (query) =>
      query.where((e) =>
        lookup === 'table'
          ? sql<SqlBool>`(${e.ref('shown.workstationId')} in (${answered(filter)})) is true`
          : e.exists(answered(filter).whereRef('has.workstationId', '=', sql.ref('shown.workstationId'))),
      ),
    )
    .orderBy(`shown.${column}`, nullLowest(direction))
    .orderBy('shown.workstationId', nullLowest(direction))
    .select('shown.workstationId');
  return {
    ids: async (limit, offset) => {
      const rows = await along.limit(limit).offset(offset).execute();
      return rows.map(({ workstationId }) => workstationId);
    },
    count: () => (isByAnswer ? countMatching(read, filter) : countHaving(read, productId)),
  };
}

function segment(query: WorkstationQuery): Segment {
  return {
    ids: async (limit, offset) => {
      const rows = await query.select('workstations.id').limit(limit).offset(offset).execute();
      return rows.map(({ id }) => id);
    },
    count: () => countOf(query.clearOrderBy()),
  };
}
