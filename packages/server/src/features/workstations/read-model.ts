// Which workstations a filter, a group or a name means.
import { isVersion, versionSortKey } from '@usher/core';
import { answers, type WorkstationFilter } from '@usher/protocol';
import { expressionBuilder, sql, type Expression, type SelectQueryBuilder, type SqlBool } from 'kysely';
import { dialectOf, type DialectName, type Reader } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';
import { containsLowerCase } from '../../database/text-search.ts';
import { ProblemError } from '../../problem-error.ts';
import { resolveProduct } from '../products/read-model.ts';
import { countBelow, countStatus, countTagged, countVersion, keptCount } from './kept-counts.ts';
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

/**
 * How what workstations have is looked up along a list: in a `table` of all that have it, which is made first and serves for any number of
 * rows, or for `each` row by itself, which is quicker for the first few thousand.
 */
export type Lookup = 'each' | 'table';

/** The workstations that a filter means: never retired ones, but for `retired: true`, which means those alone. */
export function matching(read: Reader, filter: ResolvedFilter, lookup: Lookup = 'table'): WorkstationQuery {
  return narrowed(read, read.selectFrom('workstations'), filter, lookup);
}

/**
 * The same, found by the first thing that the filter names and that few workstations have: a tag, or a version of a product. In an order they
 * are sorted, which is quicker than following an index past all the others.
 * @param few so many workstations are few
 */
export async function matchingQuickly(
  read: Reader,
  filter: ResolvedFilter,
  lookup: Lookup = 'table',
  few = fewEnough(read),
): Promise<WorkstationQuery> {
  for (const named of [filter, ...(filter.saved === undefined ? [] : [filter.saved])]) {
    const { tag, version, below, versionOf, answerOf, retired } = named;
    if (retired === true) break;
    /** What is left to ask for, once they were found by something. */
    const without = (found: Partial<ResolvedFilter>): ResolvedFilter =>
      named === filter ? { ...filter, ...found } : { ...filter, saved: { ...named, ...found } };
    if (tag !== undefined && (await countTagged(read, tag)) <= few) {
      const tagged = read.selectFrom('workstationTags as few').where('few.tag', '=', tag);
      return narrowed(read, along(tagged), without({ tag: undefined }), 'each');
    }
    if (answerOf !== undefined && (await isAnsweredByFew(read, named, few))) {
      const rows = answered(named);
      return narrowed(
        read,
        along(read.selectFrom((answerOf.length === 1 ? rows : rows.distinct()).as('few'))),
        without({ answerOf: undefined, ...(version === undefined && below === undefined && { productId: undefined }) }),
        'each',
      );
    }
    const products = versionOf === undefined ? await productIds(read) : [versionOf];
    const isByVersion = version !== undefined && isVersion(version);
    const isFew =
      (isByVersion && (await countVersion(read, products, version)) <= few) ||
      (below !== undefined && version === undefined && (await countBelow(read, products, below)) <= few);
    if (!isFew) continue;
    const having = read
      .selectFrom('workstationProducts')
      .select('workstationId')
      .where('productId', 'in', products)
      .$if(isByVersion, (query) => query.where('versionKey', '=', versionSortKey(version ?? '')))
      .$if(below !== undefined, (query) => query.where('versionKey', '<', versionSortKey(below ?? '')));
    // Of one product nobody has two versions.
    const rows = products.length === 1 ? having : having.distinct();
    return narrowed(
      read,
      along(read.selectFrom(rows.as('few'))),
      without({ version: undefined, below: undefined, productId: undefined }),
      'each',
    );
  }
  // PostgreSQL knows by itself whether an index of statuses is a help.
  const isStatusCommon = dialectOf(read) === 'sqlite' && (await isCommon(read, filter, few));
  return narrowed(read, read.selectFrom('workstations'), filter, lookup, isStatusCommon);
}

/** So few are sorted more quickly than an index is followed past all that the filter does not mean. */
export function fewEnough(read: Reader): number {
  return dialectOf(read) === 'postgres' ? 5000 : 20_000;
}

/** Whether so many have the status of a filter that an index of statuses is no help. */
async function isCommon(read: Reader, { status, retired }: ResolvedFilter, few: number): Promise<boolean> {
  if (status === undefined || retired === true) return false;
  return (await countStatus(read, status)) > few;
}

async function productIds(read: Reader): Promise<string[]> {
  return (await read.selectFrom('products').select('id').execute()).map(({ id }) => id);
}

type WithFew = Tables & { few: { workstationId: string } };

/** The workstations of some rows. A cross join, since SQLite takes those in the order in which they are written. */
function along(few: SelectQueryBuilder<WithFew, 'few', object>): WorkstationQuery {
  // Nothing that follows names the rows, so that it is a query for workstations like any other.
  return few.crossJoin('workstations').whereRef('workstations.id', '=', 'few.workstationId');
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
export async function countMatching(read: Reader, filter: ResolvedFilter, few = fewEnough(read)): Promise<number> {
  const kept = await countAtOnce(read, filter);
  if (kept !== null) return kept;
  if (await isCommon(read, filter, few)) {
    const ofEveryStatus = await countAtOnce(read, { ...filter, status: undefined });
    if (ofEveryStatus !== null) return ofEveryStatus - (await countOtherwise(read, filter));
  }
  return countOf((await matchingQuickly(read, filter, 'each', few)).where(...everyStatus));
}

/** The same where it is kept, or stands in one range of an index; else null. */
async function countAtOnce(read: Reader, filter: ResolvedFilter): Promise<number | null> {
  return isByAnswerAlone(filter) ? countAnswered(read, filter) : keptCount(read, filter);
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

/** Always so; said where workstations are counted, so that the narrow index can serve. */
export const everyStatus = ['workstations.status', '>', ''] as const;

function conditionsOf(
  filter: ResolvedFilter,
  dialect: DialectName,
  lookup: Lookup,
  isStatusCommon = false,
): Expression<SqlBool>[] {
  const e = expressionBuilder<Tables, 'workstations'>();
  const { status, version, below, tag, q, productId, versionOf, answerOf, saved } = filter;
  const conditions: Expression<SqlBool>[] = [];
  if (status !== undefined) {
    const column = e.ref('workstations.status');
    // As the value of a function it is looked at along the order of the list.
    conditions.push(e(isStatusCommon ? e.fn.coalesce(column, e.val('')) : column, '=', status));
  }
  if (version !== undefined || below !== undefined) {
    conditions.push(isAmong(having(dialect, versionOf, { version, below }), dialect, lookup));
  } else if (productId !== undefined && answerOf === undefined) {
    conditions.push(isAmong(having(dialect, productId), dialect, 'each'));
  }
  if (answerOf !== undefined) conditions.push(isAmongAll(answered(filter), dialect, lookup));
  if (tag !== undefined) {
    const tagged = e.selectFrom('workstationTags as has').select('has.workstationId').where('has.tag', '=', tag);
    conditions.push(isAmong(tagged, dialect, lookup));
  }
  if (q !== undefined && q.trim() !== '') conditions.push(searched(q.trim()));
  if (saved !== undefined) conditions.push(...conditionsOf(saved, dialect, lookup));
  return conditions;
}

/** A whole id, or machine id as Windows writes it, means just that one; everything else is looked for in host name and user. */
function searched(q: string): Expression<SqlBool> {
  const e = expressionBuilder<Tables, 'workstations'>();
  if (/^ws_[A-Za-z0-9_-]{20,64}$/.test(q)) return e('workstations.id', '=', q);
  const text = containsLowerCase(e.ref('workstations.searchText'), q);
  return /^\{?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i.test(q) ? e.or([e('machineId', '=', q), text]) : text;
}

/** Rows of what workstations have of a product, or of any: this version, or one that is lower, where it is named. */
function having(
  dialect: DialectName,
  productId: string | undefined,
  { version, below }: Pick<ResolvedFilter, 'version' | 'below'> = {},
): Having {
  return expressionBuilder<Tables>()
    .selectFrom('workstationProducts as has')
    .select('has.workstationId')
    .$if(productId !== undefined, (query) => query.where('has.productId', '=', productId ?? ''))
    .$if(version !== undefined, (query) => {
      const text = version ?? '';
      return isVersion(text)
        ? query.where('has.versionKey', '=', versionSortKey(text))
        : query.where('has.installedVersion', '=', text);
    })
    .$if(below !== undefined, (query) => {
      const lower = versionSortKey(below ?? '');
      return dialect === 'postgres'
        ? query.where('has.versionKey', '<', lower)
        : // As the value of a function, so that the row is found by its workstation, not among all with a lower version.
          query.where((e) => e(e.fn.coalesce('has.versionKey', sql.lit(null)), '<', lower));
    });
}

/** What an observation turns a refusal, or a duty to update, into. */
const observedAs = ['run', 'offer'];

/** Rows of those whose last check was answered in this way. With an observation that is what enforcement would have answered. */
export function answered({ answerOf = [], verdict, code }: ResolvedFilter): Having {
  const would = verdict === 'would-block' ? 'block' : verdict === 'would-require' ? 'require' : undefined;
  return expressionBuilder<Tables>()
    .selectFrom('verdicts as has')
    .select('has.workstationId')
    .where('has.productId', 'in', answerOf.length === 0 ? [''] : answerOf)
    .$if(would !== undefined, (query) =>
      query.where('has.verdictAction', 'in', observedAs).where('has.observedAction', '=', would ?? ''),
    )
    .$if(would === undefined, (query) =>
      // Any answer is named by all that there are, so that the code after it is found along the index too.
      query.where('has.verdictAction', 'in', verdict === undefined ? answers : [verdict]),
    )
    .$if(code !== undefined, (query) =>
      query.where(would === undefined ? 'has.verdictCode' : 'has.observedCode', '=', code ?? 0),
    );
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
    [rows, retired].map(async (each) => {
      const { total } = await read
        .selectFrom((filter.answerOf?.length === 1 ? each : each.distinct()).as('few'))
        .select((e) => e.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      return total;
    }),
  );
  return all - gone;
}

/** How many a filter would mean but for their status: few, where most have that one. */
function countOtherwise(read: Reader, filter: ResolvedFilter): Promise<number> {
  const others = matching(read, { ...filter, status: undefined }, 'each')
    .where(...everyStatus)
    .where('status', '!=', filter.status ?? '');
  return countOf(others);
}

/** Whether few were answered in this way; no more of them are counted than that takes. */
async function isAnsweredByFew(read: Reader, filter: ResolvedFilter, few: number): Promise<boolean> {
  const { total } = await read
    .selectFrom(
      answered(filter)
        .limit(few + 1)
        .as('few'),
    )
    .select((e) => e.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return total <= few;
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

type Having = SelectQueryBuilder<Tables & { has: { workstationId: string } }, 'has', { workstationId: string }>;

/**
 * Whether a workstation is among some rows, looked at along the order of the list: on SQLite one by one, on PostgreSQL in a table of all of them,
 * which it would otherwise join and sort.
 */
function isAmong(rows: Having, dialect: DialectName, lookup: Lookup): Expression<SqlBool> {
  const e = expressionBuilder<Tables, 'workstations'>();
  return dialect === 'postgres' && lookup === 'table'
    ? sql<SqlBool>`(${e.ref('workstations.id')} in (${rows})) is true`
    : e.exists(rows.whereRef('has.workstationId', '=', sql.ref('workstations.id')));
}

/** The same where most may be among them: looked up in a table of all of them on SQLite too, still along the order of the list. */
function isAmongAll(rows: Having, dialect: DialectName, lookup: Lookup): Expression<SqlBool> {
  const e = expressionBuilder<Tables, 'workstations'>();
  return dialect === 'postgres' || lookup === 'each'
    ? isAmong(rows, dialect, lookup)
    : e(e.fn.coalesce(e.ref('workstations.id'), e.val('')), 'in', rows);
}
