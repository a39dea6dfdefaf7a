// What a filter asks and few workstations have: they are found by that, and looked at for everything else.
import { isVersion, versionSortKey } from '@usher/core';
import type { Reader } from '../../database/database.ts';
import { answered } from './conditions.ts';
import { countRows, partsOf, productIds, type Found, type Part } from './found.ts';
import { countBelow, countTagged, countVersion } from './kept-counts.ts';
import type { ResolvedFilter } from './resolved-filter.ts';

/** The condition of a filter that fewest workstations meet, if no more than so many do: a tag, a version of a product, an answer. */
export async function foundByFew(read: Reader, filter: ResolvedFilter, few: number): Promise<Found | null> {
  if (filter.retired === true) return null;
  let best: Found | null = null;
  for (const part of partsOf(filter)) {
    for (const find of [byTag, byVersion, byAnswer]) {
      const limit: number = best === null ? few : best.number - 1;
      const found: Found | null = await find(read, part, limit);
      if (found !== null && found.number <= limit) best = found;
    }
  }
  return best;
}

async function byTag(read: Reader, { part: { tag }, without }: Part): Promise<Found | null> {
  if (tag === undefined) return null;
  return {
    rows: read.selectFrom('workstationTags').select('workstationId').where('tag', '=', tag),
    number: await countTagged(read, tag),
    without: without({ tag: undefined }),
  };
}

async function byVersion(read: Reader, { part, without }: Part): Promise<Found | null> {
  const { version, below, versionOf } = part;
  if (version === undefined ? below === undefined : !isVersion(version)) return null;
  const products = versionOf === undefined ? await productIds(read) : [versionOf];
  const having = read
    .selectFrom('workstationProducts')
    .select('workstationId')
    .where('productId', 'in', products)
    .$if(version !== undefined, (query) => query.where('versionKey', '=', versionSortKey(version ?? '')))
    .$if(below !== undefined, (query) => query.where('versionKey', '<', versionSortKey(below ?? '')));
  return {
    // Of one product nobody has two versions.
    rows: products.length === 1 ? having : having.distinct(),
    number:
      version === undefined
        ? await countBelow(read, products, below ?? '')
        : await countVersion(read, products, version),
    without: without({ version: undefined, below: undefined, productId: undefined }),
  };
}

async function byAnswer(read: Reader, { part, without }: Part, limit: number): Promise<Found | null> {
  const { version, below, answerOf } = part;
  if (answerOf === undefined) return null;
  const rows = answered(part);
  const isVersionAsked = version !== undefined || below !== undefined;
  return {
    rows: answerOf.length === 1 ? rows : rows.distinct(),
    number: await countRows(read, rows.limit(limit + 1)),
    without: without({
      answerOf: undefined,
      verdict: undefined,
      code: undefined,
      ...(!isVersionAsked && { productId: undefined }),
    }),
  };
}
