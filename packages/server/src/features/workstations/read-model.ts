// Which workstations a filter, a group or a name means.
import { isVersion } from '@usher/core';
import type { WorkstationFilter } from '@usher/protocol';
import { sql, type SelectQueryBuilder } from 'kysely';
import { dialectOf, type Reader } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';
import { ProblemError } from '../../problem-error.ts';
import { resolveProduct } from '../products/read-model.ts';
import { answered, conditionsOf, everyStatus, having, type Lookup } from './conditions.ts';
import { foundByFew } from './found-by-few.ts';
import { foundByLack } from './found-by-lack.ts';
import { countRows, isNoneOf, partsOf, productIds, simplified, type Found, type Rows } from './found.ts';
import { countBelow, countVersion, keptCount } from './kept-counts.ts';
import { usualLimits, type Limits } from './limits.ts';
import type { ResolvedFilter } from './resolved-filter.ts';
import { inChunks } from './store.ts';

/** A query for workstations that still has to be told what to select. */
export type WorkstationQuery = SelectQueryBuilder<Tables, 'workstations', object>;

/**
 * Looks up what a filter refers to: a product by id or UpgradeCode, a group by id or name.
 * @throws ProblemError `product.not-found`, `group.not-found`
 */
export async function resolveFilter(read: Reader, filter: WorkstationFilter): Promise<ResolvedFilter> {
  const { product, group, ...others } = filter;
  const saved = group === undefined ? undefined : await resolveFilter(read, await filterOfGroup(read, group));
  const productId = product === undefined ? undefined : (await resolveProduct(read, product)).id;
  const isByVersion = filter.version !== undefined || filter.below !== undefined;
  const only = isByVersion ? await shownProduct(read, productId) : null;
  const isByAnswer = filter.verdict !== undefined || filter.code !== undefined;
  const answerOf = !isByAnswer ? undefined : productId === undefined ? await productIds(read) : [productId];
  return { ...others, productId, versionOf: only ?? undefined, answerOf, saved };
}

/** The product that is meant where none need be named: the one that is asked for, or the only one; null where there are several. */
export async function shownProduct(read: Reader, asked: string | undefined): Promise<string | null> {
  if (asked !== undefined) return asked;
  const [only, another] = await read.selectFrom('products').select('id').orderBy('createdAt').limit(2).execute();
  return only !== undefined && another === undefined ? only.id : null;
}

/** The workstations that a filter means: never retired ones, but for `retired: true`, which means those alone. */
export function matching(read: Reader, filter: ResolvedFilter, lookup: Lookup = 'table'): WorkstationQuery {
  return narrowed(read, read.selectFrom('workstations'), filter, lookup);
}

/** The same, found by rows of which each names one of them, or one that the filter does not mean: for few rows. */
export function matchingAlong(read: Reader, rows: Rows, filter: ResolvedFilter): WorkstationQuery {
  // Nothing that follows names the rows, so that it is a query for workstations like any other. A cross join, since SQLite takes those in the
  // order in which they are written.
  const few = read.selectFrom(aheadOf(read, rows).as('few')) as unknown as SelectQueryBuilder<WithFew, 'few', object>;
  const along = few.crossJoin('workstations').whereRef('workstations.id', '=', 'few.workstationId');
  return narrowed(read, along, filter, 'each');
}

/**
 * Rows that are found before anything else. PostgreSQL would walk along the order instead, in the belief that what is found lies
 * scattered there; names begin with a place, and so lie together. An offset keeps it from that.
 */
function aheadOf(read: Reader, rows: Rows): Rows {
  return dialectOf(read) === 'postgres' ? read.selectFrom(rows.as('found')).select('workstationId').offset(0) : rows;
}

type WithFew = Tables & { few: { workstationId: string } };

/** A filter as it is read along an order: what is asked of each workstation, and those that are passed by. */
export interface Walk {
  readonly filter: ResolvedFilter;
  readonly passed: readonly Rows[];
}

/** How a filter is read along an order; where what it asks is looked up in tables, those of what few lack are shorter. */
export async function walkOf(read: Reader, filter: ResolvedFilter, lookup: Lookup, limits: Limits): Promise<Walk> {
  // A table of few is soon made.
  const found = await foundByLack(
    read,
    filter,
    lookup === 'each' ? Math.min(limits.lookups, limits.lacking) : limits.lacking,
  );
  const left = found.reduce((rest, { without }) => without(rest), filter);
  return { filter: await simplified(read, left), passed: found.map(({ rows }) => rows) };
}

/** The workstations of a walk. */
export function walking(read: Reader, { filter, passed }: Walk, lookup: Lookup): WorkstationQuery {
  // PostgreSQL knows by itself whether an index of statuses is a help.
  const isStatusCommon = dialectOf(read) === 'sqlite' && filter.retired !== true;
  const query = narrowed(read, read.selectFrom('workstations'), filter, lookup, isStatusCommon);
  return passed.reduce((so, rows) => so.where((e) => isNoneOf(e.ref('workstations.id'), rows)), query);
}

function narrowed(
  read: Reader,
  query: WorkstationQuery,
  filter: ResolvedFilter,
  lookup: Lookup,
  isStatusCommon = false,
): WorkstationQuery {
  return query
    .where('retiredAt', filter.retired === true ? 'is not' : 'is', null)
    .where((e) => e.and(conditionsOf(filter, dialectOf(read), lookup, isStatusCommon)));
}

/** How many workstations a query means. */
export async function countOf(query: WorkstationQuery): Promise<number> {
  const { total } = await query.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return total;
}

/** How many workstations a filter means now. @throws ProblemError `product.not-found`, `group.not-found` */
export async function countWorkstations(read: Reader, filter: WorkstationFilter): Promise<number> {
  return countMatching(read, await resolveFilter(read, filter));
}

/** How many workstations a resolved filter means now: as it is kept, or counted. */
export async function countMatching(read: Reader, asked: ResolvedFilter, limits = usualLimits): Promise<number> {
  const filter = await simplified(read, asked);
  const few = await foundByFew(read, filter, limits.few);
  const readily = await countReadily(read, filter, limits, few);
  if (readily !== null) return readily;
  if (few !== null) return countOf(matchingAlong(read, few.rows, few.without(filter)));
  return countAll(read, filter, limits);
}

/** How many a simplified filter means, where nothing helps but to look at all. */
export async function countAll(read: Reader, filter: ResolvedFilter, limits: Limits): Promise<number> {
  // Few are retired.
  if (filter.retired === true) return countOf(matching(read, filter, 'each'));
  const walk = await walkOf(read, filter, 'table', limits);
  const query = walking(read, walk, 'table');
  return countOf(isSearched(filter) ? query : query.where(...everyStatus));
}

/**
 * How many a simplified filter means, where it is kept, or kept but for conditions that few lack: then they are counted and subtracted. Null
 * where more would have to be looked at.
 * @param few what few have of it
 */
export async function countReadily(
  read: Reader,
  filter: ResolvedFilter,
  limits: Limits,
  few: Found | null,
): Promise<number | null> {
  const isRange = isByAnswerAlone(filter) && filter.answerOf?.length === 1;
  const kept = await (isRange ? countAnswered(read, filter) : keptCount(read, filter));
  if (kept !== null || isSearched(filter)) return kept;
  const ofAny = await countOfAny(read, filter, limits.lacking);
  if (ofAny !== null) return ofAny;
  const [lack] = await foundByLack(read, filter, limits.lacking);
  if (lack === undefined || (few !== null && few.number < lack.number)) {
    return isByAnswerAlone(filter) ? countAnswered(read, filter) : null;
  }
  const rest = await simplified(read, lack.without(filter));
  const all = await countReadily(read, rest, limits, null);
  return all === null ? null : all - (await countOf(matchingAlong(read, lack.rows, rest)));
}

/**
 * How many have a version of any of several products, where nothing else is asked: as it is kept of the product of which most have it, and
 * those that have it of another one only. Null where more than so many would have to be looked at.
 */
async function countOfAny(read: Reader, filter: ResolvedFilter, limit: number): Promise<number | null> {
  const { version, below, versionOf, ...others } = filter;
  const asked = version ?? below;
  if (asked === undefined || !isVersion(asked) || (version !== undefined && below !== undefined)) return null;
  if (versionOf !== undefined || Object.values(others).some((value) => value !== undefined)) return null;
  const products: { id: string; number: number }[] = [];
  for (const id of await productIds(read)) {
    const number = version === undefined ? countBelow(read, [id], asked) : countVersion(read, [id], asked);
    products.push({ id, number: await number });
  }
  products.sort((a, b) => b.number - a.number);
  const [most, ...rest] = products;
  if (most === undefined || rest.reduce((sum, { number }) => sum + number, 0) > limit) return null;
  const dialect = dialectOf(read);
  let total = most.number;
  const before = [most.id];
  for (const { id, number } of rest) {
    if (number === 0) continue;
    const those = (product: string) => having(dialect, product, { version, below }, 'table');
    const already = before.map((product) =>
      read
        .selectFrom(having(dialect, product, { version, below }, 'each').as('already'))
        .select('already.workstationId')
        .whereRef('already.workstationId', '=', sql.ref('has.workstationId')),
    );
    const only = already.reduce((rows, each) => rows.where((e) => e.not(e.exists(each))), those(id));
    total += await countOf(matchingAlong(read, only, { ...filter, version: undefined, below: undefined }));
    before.push(id);
  }
  return total;
}

/** What a name means: one workstation, none, or several, which is never a guess. */
export interface NamesFound {
  /** The id of each name that means exactly one. */
  readonly ids: Map<string, string>;
  readonly unknown: string[];
  readonly ambiguous: string[];
}

/** Looks up workstations that are not retired by their host names, in any case. */
export async function findByNames(read: Reader, names: readonly string[]): Promise<NamesFound> {
  const keys = new Map(names.map((name) => [name, nameKeyOf(name)]));
  const rows = await inChunks([...new Set(keys.values())], (chunk) =>
    read
      .selectFrom('workstations')
      .select(['id', 'nameKey'])
      .where('nameKey', 'in', chunk)
      .where('retiredAt', 'is', null)
      .execute(),
  );
  const found = new Map<string, string[]>();
  for (const { id, nameKey } of rows) found.set(nameKey, [...(found.get(nameKey) ?? []), id]);
  const ids = new Map<string, string>();
  const unknown: string[] = [];
  const ambiguous: string[] = [];
  for (const [name, key] of keys) {
    const [id, another] = found.get(key) ?? [];
    if (id === undefined) unknown.push(name);
    else if (another !== undefined) ambiguous.push(name);
    else ids.set(name, id);
  }
  return { ids, unknown, ambiguous };
}

/** A host name as names are compared: without the case of its letters and the space around it. */
export function nameKeyOf(hostname: string): string {
  return hostname.trim().toLowerCase();
}

async function filterOfGroup(read: Reader, group: string): Promise<WorkstationFilter> {
  const row = await read
    .selectFrom('groups')
    .select('filter')
    .where((e) => e.or([e('id', '=', group), e('name', '=', group)]))
    .executeTakeFirst();
  if (row === undefined) throw new ProblemError('group.not-found');
  return JSON.parse(row.filter) as WorkstationFilter;
}

/** How many workstations that are not retired were answered in this way: all along one index, less those that are retired. */
async function countAnswered(read: Reader, filter: ResolvedFilter): Promise<number> {
  const rows = answered(filter);
  const retired = read
    .selectFrom('workstations')
    .crossJoin(rows.as('gone'))
    .select('workstations.id as workstationId')
    .where('retiredAt', 'is not', null)
    .whereRef('gone.workstationId', '=', 'workstations.id');
  const [all = 0, gone = 0] = await Promise.all(
    // Of one product nobody has two answers.
    [rows, retired].map((each) => countRows(read, filter.answerOf?.length === 1 ? each : each.distinct())),
  );
  return all - gone;
}

/** Whether a text is searched, which no count is kept of. */
function isSearched(filter: ResolvedFilter): boolean {
  return partsOf(filter).some(({ part }) => (part.q ?? '').trim() !== '');
}

/** Whether a filter names the last answer and, perhaps, its product, but nothing else. */
function isByAnswerAlone({
  productId: _,
  answerOf,
  verdict: __,
  code: ___,
  retired,
  ...others
}: ResolvedFilter): boolean {
  return answerOf !== undefined && retired !== true && Object.values(others).every((value) => value === undefined);
}
