// The history in SQL: snapshots that hold until the next one, failures summed up, and how far the events were taken in.
import { idPrefixes } from '@usher/protocol';
import { sql, type Expression, type ExpressionBuilder } from 'kysely';
import type { Reader, Transaction } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';

/** Whose counts a series holds: a product's by version, or an update's by state. */
export type OwnerKind = 'product' | 'update';

/** Counts by name. */
export type Counts = Readonly<Record<string, number>>;

/** The newest snapshot of each of some owners, by id; its counts as text. */
export async function newestSnapshots(
  read: Reader,
  ids: readonly string[],
): Promise<ReadonlyMap<string, { readonly at: string; readonly counts: string }>> {
  const newest = new Map<string, { at: string; counts: string }>();
  for (const id of ids) {
    const row = await read
      .selectFrom('countHistory')
      .select(['at', 'counts'])
      .where('ownerId', '=', id)
      .orderBy('at', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) newest.set(id, row);
  }
  return newest;
}

/** Writes a snapshot. One of that very instant is replaced. */
export async function writeSnapshot(
  { db }: Transaction,
  row: { readonly ownerId: string; readonly at: string; readonly counts: string },
): Promise<void> {
  await db
    .insertInto('countHistory')
    .values(row)
    .onConflict((conflict) => conflict.columns(['ownerId', 'at']).doUpdateSet({ counts: row.counts }))
    .execute();
}

/** The counts that held at some instants (ascending), one for each; null before the first. Only those that are needed are read. */
export async function countsAt(read: Reader, ownerId: string, instants: readonly string[]): Promise<(Counts | null)[]> {
  const [first = ''] = instants;
  const own = read.selectFrom('countHistory').where('ownerId', '=', ownerId);
  const before = await own.select('at').where('at', '<=', first).orderBy('at', 'desc').limit(1).execute();
  const since = await own
    .select('at')
    .where('at', '>', first)
    .where('at', '<=', instants.at(-1) ?? first)
    .orderBy('at')
    .execute();
  const known = [...before, ...since].map(({ at }) => at);
  let next = 0;
  const held = instants.map((instant) => {
    while (next < known.length && (known[next] ?? '') <= instant) next += 1;
    return known[next - 1] ?? null;
  });
  const wanted = [...new Set(held.filter((at) => at !== null))];
  const rows = wanted.length === 0 ? [] : await own.select(['at', 'counts']).where('at', 'in', wanted).execute();
  const counts = new Map(rows.map((row) => [row.at, JSON.parse(row.counts) as Counts]));
  return held.map((at) => (at === null ? null : (counts.get(at) ?? null)));
}

/** The instant of an owner's first snapshot; null where there is none. */
export async function firstSnapshotAt(read: Reader, ownerId: string): Promise<string | null> {
  const row = await read
    .selectFrom('countHistory')
    .select('at')
    .where('ownerId', '=', ownerId)
    .orderBy('at')
    .limit(1)
    .executeTakeFirst();
  return row?.at ?? null;
}

/** A time from one instant up to, but without, another. */
export interface Period {
  readonly from: string;
  readonly before: string;
}

/**
 * Thins the snapshots of a time out: of those whose instants begin with the same characters the last one stays.
 * @param characters 15 are ten minutes, 13 is an hour, 12 about a third of a day, 10 a day
 */
export async function thin(
  { db }: Transaction,
  kind: OwnerKind,
  { from, before }: Period,
  characters: number,
): Promise<void> {
  const start = (at: Expression<string>) => sql<string>`substr(${at}, 1, ${sql.lit(characters)})`;
  await db
    .deleteFrom('countHistory as older')
    .where((e) => e(sql<string>`substr(${e.ref('ownerId')}, 1, 3)`, '=', idPrefixes[kind]))
    .where('older.at', '>=', from)
    .where('older.at', '<', before)
    .where((e) => e(start(nextAt(e)), '=', start(e.ref('older.at'))))
    .execute();
}

/** Takes away what no plot reaches any more: snapshots that ceased to hold before an instant. */
export async function forget({ db }: Transaction, before: string): Promise<void> {
  await db
    .deleteFrom('countHistory as older')
    .where('older.at', '<', before)
    .where((e) => e(nextAt(e), '<', before))
    .execute();
}

/** When the next snapshot of the same owner was taken. */
function nextAt(e: ExpressionBuilder<Tables & { older: Tables['countHistory'] }, 'older'>) {
  return e
    .selectFrom('countHistory as later')
    .select((of) => of.fn.min('later.at').as('at'))
    .whereRef('later.ownerId', '=', 'older.ownerId')
    .whereRef('later.at', '>', 'older.at')
    .$asScalar();
}
