// What a filter asks of a workstation, as conditions of a query, each in the form that is looked up most quickly.
import { isVersion, versionSortKey } from '@usher/core';
import { answers } from '@usher/protocol';
import { expressionBuilder, sql, type Expression, type SelectQueryBuilder, type SqlBool } from 'kysely';
import type { DialectName } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';
import { containsLowerCase } from '../../database/text-search.ts';
import type { ResolvedFilter } from './resolved-filter.ts';

/**
 * How what workstations have is looked up along a list: in a `table` of all that have it, which is made first and serves for any number of
 * rows, or for `each` row by itself, which is quicker for the first few thousand.
 */
export type Lookup = 'each' | 'table';

/** Always so; said where workstations are counted, so that the narrow index can serve. */
export const everyStatus = ['workstations.status', '>', ''] as const;

/** What a filter asks of each workstation. */
export function conditionsOf(
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
    conditions.push(isAmongMany(having(dialect, versionOf, { version, below }, lookup), dialect, lookup));
  } else if (productId !== undefined && answerOf === undefined) {
    conditions.push(isAmongMany(having(dialect, productId, {}, lookup), dialect, lookup));
  }
  if (answerOf !== undefined) conditions.push(isAmongMany(answered(filter), dialect, lookup));
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
export function having(
  dialect: DialectName,
  productId: string | undefined,
  { version, below }: Pick<ResolvedFilter, 'version' | 'below'>,
  lookup: Lookup,
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
      return dialect === 'postgres' || lookup === 'table'
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

/** Rows of what workstations have, to be looked up by workstation. */
export type Having = SelectQueryBuilder<Tables & { has: { workstationId: string } }, 'has', { workstationId: string }>;

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

/** The same where many may be among them: looked up in a table of all of them on SQLite too, still along the order of the list. */
function isAmongMany(rows: Having, dialect: DialectName, lookup: Lookup): Expression<SqlBool> {
  const e = expressionBuilder<Tables, 'workstations'>();
  return dialect === 'postgres' || lookup === 'each'
    ? isAmong(rows, dialect, lookup)
    : e(e.fn.coalesce(e.ref('workstations.id'), e.val('')), 'in', rows);
}
