// The list of workstations: one page of those that the filters mean, in the order of any column, also of a hundred thousand.
import { isVersion } from '@usher/core';
import { workstationQuerySchema, type Workstation } from '@usher/protocol';
import type * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import { nullLowest } from '../../database/null-order.ts';
import { listAnswer, listQuery, rowsOf, type Sort } from '../../http/list-query.ts';
import type { Lookup } from './conditions.ts';
import { foundByFew } from './found-by-few.ts';
import { simplified, type Found } from './found.ts';
import { countHaving, countLive } from './kept-counts.ts';
import { usualLimits, type Limits } from './limits.ts';
import { byProduct, productOrders } from './product-order.ts';
import {
  countAll,
  countReadily,
  matching,
  matchingAlong,
  resolveFilter,
  shownProduct,
  walking,
  walkOf,
  type WorkstationQuery,
} from './read-model.ts';
import type { ResolvedFilter } from './resolved-filter.ts';
import { segment, type Segment } from './segment.ts';
import { workstationItems } from './workstation-items.ts';

/** Columns of the workstation itself, with what decides where they are equal; each has its index. */
const ownOrders = {
  hostname: ['nameKey'],
  user: ['userName', 'nameKey'],
  os: ['osPlatform', 'osRelease', 'nameKey'],
  lastSeenAt: ['lastSeenAt', 'nameKey'],
  activatedAt: ['activatedAt', 'nameKey'],
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

/**
 * One page of workstations. Where the order is by something of a product, those without anything of it count as lowest.
 * @param limits how it is read; the answer is the same
 * @throws ProblemError `product.not-found`, `group.not-found`
 */
export async function listWorkstations(
  read: Reader,
  query: z.output<typeof workstationListQuery>,
  limits = usualLimits,
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
  limits = usualLimits,
) {
  const { sort, ...asked } = query;
  const resolved = await resolveFilter(read, asked);
  const productId = await shownProduct(read, resolved.productId);
  const filter = await simplified(read, resolved);
  const few = await foundByFew(read, filter, limits.few);
  const readily = await countReadily(read, filter, limits, few);
  const all = readily === null ? await readAll(read, filter, few, { sort, productId }, limits) : null;
  if (all !== null) {
    const ids = (limit: number, offset: number) => Promise.resolve(all.slice(offset, offset + limit));
    return { total: all.length, productId, ids };
  }
  const total = readily ?? (await countAll(read, filter, limits));
  const ids = async (limit: number, offset: number): Promise<string[]> => {
    // What lies behind the middle is read from the end.
    const rows = Math.min(limit, total - offset);
    const behind = total - offset - rows;
    const isBehind = behind < offset;
    const skipped = isBehind ? behind : offset;
    const order = { sort: isBehind ? turned(sort) : sort, productId };
    const lookup = await lookupFor(read, rows + skipped, total, limits);
    const isSorted = total <= limits.few && (few !== null || lookup === 'table' || filter.retired === true);
    const segments = isSorted
      ? [
          sorted(
            few === null ? matching(read, filter, 'each') : matchingAlong(read, few.rows, few.without(filter)),
            order,
          ),
        ]
      : await segmentsFor(read, filter, order, lookup, limits);
    const found = await idsOf(segments, rows, skipped);
    return isBehind ? found.reverse() : found;
  };
  return { total, productId, ids };
}

/** An order that is asked for, and the product that is shown. */
interface Order {
  readonly sort: Sort<Field>;
  readonly productId: string | null;
}

/**
 * Every workstation that a filter means, in an order: where few have something of it, or where no more than are read ahead turn out to be
 * all; else null. So they need not be counted.
 */
async function readAll(
  read: Reader,
  filter: ResolvedFilter,
  few: Found | null,
  order: Order,
  { ahead }: Limits,
): Promise<string[] | null> {
  if (few !== null) return sorted(matchingAlong(read, few.rows, few.without(filter)), order).ids(few.number, 0);
  if (filter.retired === true) return null;
  const walk = byColumns(walking(read, { filter, passed: [] }, 'each'), ['nameKey'], 'asc');
  const ids = await segment(walk).ids(ahead + 1, 0);
  if (ids.length > ahead) return null;
  return ids.length === 0
    ? []
    : sorted(read.selectFrom('workstations').where('workstations.id', 'in', ids), order).ids(ids.length, 0);
}

function turned({ field, direction }: Sort<Field>): Sort<Field> {
  return { field, direction: direction === 'asc' ? 'desc' : 'asc' };
}

/** How what is asked for is best looked up, when so many rows of all those that the filter means are read. */
async function lookupFor(read: Reader, rows: number, total: number, { few, lookups }: Limits): Promise<Lookup> {
  // What few have is found by another way, so that no more rows than this are looked up in vain.
  const perRow = (await countLive(read)) / Math.max(total, few, 1);
  return rows * perRow <= lookups ? 'each' : 'table';
}

/** Whether some workstation has nothing of a product, so that the list has a part of those. */
async function hasOthers(read: Reader, filter: ResolvedFilter, productId: string): Promise<boolean> {
  if (filter.productId === productId) return false;
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

/** Parts of a list that is read along indexes. */
async function segmentsFor(
  read: Reader,
  filter: ResolvedFilter,
  order: Order,
  lookup: Lookup,
  limits: Limits,
): Promise<Segment[]> {
  const { productId, sort } = order;
  if (productId === null || !isOfProduct(sort.field)) {
    return [sorted(walking(read, await walkOf(read, filter, lookup, limits), lookup), order)];
  }
  const { version, below, versionOf } = filter;
  // In the order of versions, the one that is asked for is a range of it.
  const isItsVersion =
    sort.field === 'installedVersion' &&
    versionOf === productId &&
    (version === undefined ? below !== undefined : isVersion(version));
  const others = isItsVersion ? { ...filter, version: undefined, below: undefined, productId } : filter;
  const walk = await walkOf(read, others, lookup, limits);
  const column = productOrders[sort.field];
  const following = { productId, column, direction: sort.direction, lookup, ...(isItsVersion && { version, below }) };
  return byProduct(read, walk, following, !isItsVersion && (await hasOthers(read, filter, productId)));
}

function isOfProduct(field: Field): field is keyof typeof productOrders {
  return field in productOrders;
}

/** Workstations in an order. */
function sorted(query: WorkstationQuery, { sort: { field, direction }, productId }: Order): Segment {
  if (field === 'status') {
    const opposite = direction === 'asc' ? 'desc' : 'asc';
    return segment(
      query
        .orderBy('status', nullLowest(direction))
        .orderBy('nameKey', nullLowest(opposite))
        .orderBy('workstations.id', nullLowest(opposite)),
    );
  }
  if (!isOfProduct(field)) return segment(byColumns(query, ownOrders[field], direction));
  if (productId === null) return segment(byColumns(query, ['nameKey'], direction));
  return segment(bySorting(query, productId, productOrders[field], direction));
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
  column: (typeof productOrders)[keyof typeof productOrders],
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
