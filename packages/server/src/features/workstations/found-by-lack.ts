// What a filter asks and nearly all workstations have: looked up among the few that lack it.
import { isVersion, versionSortKey } from '@usher/core';
import { answers, workstationStatuses } from '@usher/protocol';
import { sql, type SelectQueryBuilder } from 'kysely';
import { dialectOf, type Reader } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';
import { answered, having, type Having } from './conditions.ts';
import { commonProduct, countRows, partsOf, type Found, type Part, type Rows } from './found.ts';
import { countBelow, countHaving, countLive, countStatus, countVersion } from './kept-counts.ts';
import type { ResolvedFilter } from './resolved-filter.ts';

/**
 * The conditions of a filter that all workstations but so many meet, as those that do not, the fewest first: a status, an answer, a version.
 * Who has nothing of a product is not among these; what is left of the filter asks for the product, unless everybody has it.
 */
export async function foundByLack(read: Reader, filter: ResolvedFilter, limit: number): Promise<Found[]> {
  if (filter.retired === true) return [];
  const found: (Found | null)[] = [];
  for (const part of partsOf(filter)) {
    for (const find of [byStatus, byVersion, byAnswer]) found.push(await find(read, part, limit));
  }
  return found
    .filter((one) => one !== null)
    .filter(({ number }) => number <= limit)
    .sort((a, b) => a.number - b.number);
}

async function byStatus(read: Reader, { part: { status }, without }: Part): Promise<Found | null> {
  if (status === undefined) return null;
  const others = workstationStatuses.filter((other) => other !== status);
  return {
    rows: read
      .selectFrom('workstations')
      .select('workstations.id as workstationId')
      .where('status', 'in', others)
      .where('retiredAt', 'is', null),
    number: (await countLive(read)) - (await countStatus(read, status)),
    without: without({ status: undefined }),
  };
}

async function byVersion(read: Reader, { part, without }: Part): Promise<Found | null> {
  const { productId, version, below, versionOf } = part;
  const asked = version ?? below;
  if (asked === undefined || (version !== undefined && below !== undefined) || !isVersion(asked)) return null;
  const of = versionOf ?? (await commonProduct(read));
  if (of === undefined) return null;
  const key = versionSortKey(asked);
  const others = read
    .selectFrom('workstationProducts as lacks')
    .select('lacks.workstationId')
    .where('productId', '=', of);
  // Each range by itself, so that each is read along the index of versions.
  const ranges = [
    others.where('versionKey', 'is', null),
    ...(version === undefined
      ? [others.where('versionKey', '>=', key)]
      : [others.where('versionKey', '<', key), others.where('versionKey', '>', key)]),
  ];
  const ofAny = versionOf === undefined ? having(dialectOf(read), undefined, { version, below }, 'each') : null;
  const number = await (version === undefined ? countBelow(read, [of], asked) : countVersion(read, [of], asked));
  return {
    rows: unionOf(ranges, ofAny),
    number: (await countHaving(read, of)) - number,
    without: without({ version: undefined, below: undefined, productId: versionOf ?? productId }),
  };
}

async function byAnswer(read: Reader, { part, without }: Part, limit: number): Promise<Found | null> {
  const { productId, answerOf, verdict, code } = part;
  if (answerOf === undefined || verdict === undefined || code !== undefined) return null;
  if (verdict === 'would-require' || verdict === 'would-block') return null;
  const [only, another] = answerOf;
  const of = another === undefined ? only : await commonProduct(read);
  if (of === undefined) return null;
  const all = read.selectFrom('verdicts as lacks').select('lacks.workstationId').where('productId', '=', of);
  const ranges = [
    all.where('verdictAction', 'is', null),
    all.where(
      'verdictAction',
      'in',
      answers.filter((other) => other !== verdict),
    ),
  ];
  const [none = 0, others = 0] = await Promise.all(ranges.map((range) => countRows(read, range.limit(limit + 1))));
  return {
    rows: unionOf(ranges, another === undefined ? null : answered(part)),
    number: none + others,
    without: without({
      answerOf: undefined,
      verdict: undefined,
      productId: another === undefined ? of : productId,
    }),
  };
}

type Lacking<Table extends string> = SelectQueryBuilder<
  Tables & Record<Table, { workstationId: string }>,
  Table,
  { workstationId: string }
>;

/** The rows of several ranges, but for those that are among others after all. */
function unionOf(ranges: readonly Lacking<'lacks'>[], butFor: Having | null): Rows {
  const [first, ...more] = ranges.map((range) =>
    butFor === null
      ? range
      : range.where((e) => e.not(e.exists(butFor.whereRef('has.workstationId', '=', sql.ref('lacks.workstationId'))))),
  );
  if (first === undefined) throw new RangeError('a union needs a range');
  return more.reduce((union, range) => union.unionAll(range), first);
}
