// Lists of workstations in an order of what they have of a product: read along the index of that.
import { versionSortKey } from '@usher/core';
import { sql, type SqlBool } from 'kysely';
import type { Reader } from '../../database/database.ts';
import { nullLowest } from '../../database/null-order.ts';
import { everyStatus, type Lookup } from './conditions.ts';
import { countRows, isNoneOf } from './found.ts';
import { countHaving } from './kept-counts.ts';
import { walking, type Walk } from './read-model.ts';
import { segment, type Segment } from './segment.ts';

/** Columns of what a workstation has of the product that is shown. */
export const productOrders = {
  installedVersion: 'versionKey',
  desiredVersion: 'desiredVersion',
  lastError: 'lastErrorAt',
} as const;

type ProductColumn = (typeof productOrders)[keyof typeof productOrders];

/** An order by something of a product, and how it is read. */
export interface ProductOrder {
  readonly productId: string;
  readonly column: ProductColumn;
  readonly direction: 'asc' | 'desc';
  readonly lookup: Lookup;
  /** The version that is asked for, or the one that it is to be below. */
  readonly version?: string | undefined;
  readonly below?: string | undefined;
}

/** Two parts, so that each has an index to follow: those with something of the product, and the others. */
export function byProduct(read: Reader, walk: Walk, order: ProductOrder, withOthers: boolean): Segment[] {
  const { productId, direction, lookup } = order;
  const first = havingProduct(read, walk, order);
  if (!withOthers) return [first];
  const others = walking(read, walk, lookup).where((e) =>
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
  const second = segment(
    others.orderBy('nameKey', nullLowest(direction)).orderBy('workstations.id', nullLowest(direction)),
  );
  return direction === 'desc' ? [first, second] : [second, first];
}

/** Those with something of a product, along its index: past those that are retired, or looked up where more is asked of them. */
function havingProduct(read: Reader, walk: Walk, order: ProductOrder): Segment {
  const { productId, column, direction, lookup, version, below } = order;
  const { productId: asked, versionOf: _, retired, ...others } = walk.filter;
  // The order asks for the product already.
  const filter = asked === productId ? { ...walk.filter, productId: undefined } : walk.filter;
  const isMore = filter.productId !== undefined || Object.values(others).some((value) => value !== undefined);
  const { q, ...rest } = others;
  // What a text means is searched once, in a table; everything else is quicker looked up from row to row.
  const isSearch =
    q !== undefined && filter.productId === undefined && Object.values(rest).every((one) => one === undefined);
  if (retired === true || (isMore && (lookup === 'each' || !isSearch))) {
    const joined = walking(read, { ...walk, filter }, lookup)
      .innerJoin('workstationProducts as shown', 'shown.workstationId', 'workstations.id')
      .where('shown.productId', '=', productId)
      .$if(version !== undefined, (query) => query.where('shown.versionKey', '=', versionSortKey(version ?? '')))
      .$if(below !== undefined, (query) => query.where('shown.versionKey', '<', versionSortKey(below ?? '')))
      .$if(filter.q === undefined, (query) => query.where(...everyStatus))
      .orderBy(`shown.${column}`, nullLowest(direction))
      .orderBy('shown.workstationId', nullLowest(direction));
    return segment(joined);
  }
  const retiredOnes = read.selectFrom('workstations').select('id').where('retiredAt', 'is not', null);
  const meant = walking(read, { filter, passed: [] }, lookup).select('workstations.id');
  const all = read
    .selectFrom('workstationProducts as shown')
    .select('shown.workstationId')
    .where('shown.productId', '=', productId)
    .$if(version !== undefined, (query) => query.where('shown.versionKey', '=', versionSortKey(version ?? '')))
    .$if(below !== undefined, (query) => query.where('shown.versionKey', '<', versionSortKey(below ?? '')))
    .$if(!isSearch, (query) => query.where('shown.workstationId', 'not in', retiredOnes))
    // As the value of a function it is looked at along the order.
    .$if(isSearch, (query) =>
      query.where((e) => sql<SqlBool>`(coalesce(${e.ref('shown.workstationId')}, '') in (${meant})) is true`),
    );
  const past = walk.passed.reduce(
    (query: typeof all, rows) => query.where((e) => isNoneOf(e.ref('shown.workstationId'), rows)),
    all,
  );
  const along = past
    .orderBy(`shown.${column}`, nullLowest(direction))
    .orderBy('shown.workstationId', nullLowest(direction));
  const isPlain = !isSearch && walk.passed.length === 0 && version === undefined && below === undefined;
  return {
    ids: async (limit, offset) => {
      const rows = await along.limit(limit).offset(offset).execute();
      return rows.map(({ workstationId }) => workstationId);
    },
    count: () => (isPlain ? countHaving(read, productId) : countRows(read, past)),
  };
}
