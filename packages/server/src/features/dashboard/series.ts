// The plots over time, from the recorded history up to the present instant.
import { compareVersions } from '@usher/core';
import type { burnUpSchema, versionSeriesSchema } from '@usher/protocol';
import type * as z from 'zod';
import { isoInstant, isoNow, type Clock } from '../../clock.ts';
import type { Reader } from '../../database/database.ts';
import { ProblemError } from '../../problem-error.ts';
import { allProducts, resolveProduct } from '../products/read-model.ts';
import { assignmentCounts, unreadable, versionCounts } from './fleet-counts.ts';
import { countsAt, firstSnapshotAt, type Counts } from './history-store.ts';

/** The query of the series: so many days up to now, of one product or of all. */
export interface SeriesQuery {
  readonly product?: string | undefined;
  readonly days: number;
}

const mostPoints = 200;
const mostVersions = 8;
const minute = 60_000;
/** As often as a young update is recorded. */
const quarter = minute / 4;
const day = 24 * 60 * minute;

/** The name of all versions that are not shown by name. */
const other = 'other';

/** Evenly spread instants from one to another, both with them, at least so many milliseconds apart. */
function instants(from: number, to: number, apart: number): string[] {
  const steps = Math.max(1, Math.min(mostPoints - 1, Math.floor((to - from) / apart)));
  return Array.from({ length: steps + 1 }, (_, index) => isoInstant(Math.round(from + ((to - from) * index) / steps)));
}

/** How many workstations had which version, over time. @throws ProblemError `product.not-found` */
export async function versionSeries(
  read: Reader,
  clock: Clock,
  query: SeriesQuery,
): Promise<z.output<typeof versionSeriesSchema>> {
  const products = query.product === undefined ? await allProducts(read) : [await resolveProduct(read, query.product)];
  const now = clock.now();
  const since = now - query.days * day;
  const firsts = [];
  for (const { id } of products) firsts.push(await firstSnapshotAt(read, id));
  const starts = firsts.filter((at) => at !== null).map((at) => Math.max(since, Date.parse(at)));
  const at = starts.length === 0 ? [isoInstant(now)] : instants(Math.min(...starts, now), now, minute);
  const points = at.map(() => new Map<string, number>());
  for (const { id } of products) {
    const held: (Counts | null)[] = await countsAt(read, id, at.slice(0, -1));
    held.push(Object.fromEntries(await versionCounts(read, id)));
    for (const [index, counts] of held.entries()) {
      for (const [version, number] of Object.entries(counts ?? {})) {
        points[index]?.set(version, (points[index].get(version) ?? 0) + number);
      }
    }
  }
  const versions = shownVersions(points);
  return {
    versions,
    points: points.map((counts, index) => ({ at: at[index] ?? '', counts: countsInOrder(counts, versions) })),
  };
}

/** The versions that most workstations had over the whole time, lowest first; `other` before them where there are more. */
function shownVersions(points: readonly ReadonlyMap<string, number>[]): string[] {
  const sums = new Map<string, number>();
  for (const counts of points) {
    for (const [version, number] of counts) sums.set(version, (sums.get(version) ?? 0) + number);
  }
  const named = [...sums].filter(([version]) => version !== unreadable).sort(([, a], [, b]) => b - a);
  const shown = named.slice(0, mostVersions).map(([version]) => version);
  shown.sort(compareVersions);
  return shown.length < sums.size ? [other, ...shown] : shown;
}

function countsInOrder(counts: ReadonlyMap<string, number>, versions: readonly string[]): number[] {
  const named = new Set(versions);
  let rest = 0;
  for (const [version, number] of counts) if (!named.has(version)) rest += number;
  return versions.map((version) => (version === other ? rest : (counts.get(version) ?? 0)));
}

/**
 * How many workstations had the target of an update over time, from its start until it ended, or until now.
 * @throws ProblemError `update.not-found`
 */
export async function burnUp(read: Reader, clock: Clock, id: string): Promise<z.output<typeof burnUpSchema>> {
  const update = await read
    .selectFrom('updates')
    .select(['startedAt', 'endedAt'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (update === undefined) throw new ProblemError('update.not-found', `There is no update ${id}.`);
  const { startedAt, endedAt } = update;
  if (startedAt === null) return { points: [] };
  const present = await assignmentCounts(read, id);
  const until = endedAt ?? isoNow(clock);
  const at = instants(Date.parse(startedAt), Date.parse(until), quarter);
  const recorded = await countsAt(read, id, at.slice(0, -1));
  const first = recorded.find((counts) => counts !== null) ?? present;
  const points = recorded.map((counts, index) => ({
    at: at[index] ?? '',
    // Before the first snapshot nothing can have been installed: only a check after the start closes an assignment so.
    ...(counts === null ? { installed: 0, failed: 0, total: totalOf(first) } : parts(counts)),
  }));
  return { points: [...points, { at: until, ...parts(present) }] };
}

function parts(counts: Counts) {
  return { installed: counts.installed ?? 0, failed: counts.failed ?? 0, total: totalOf(counts) };
}

function totalOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, number) => sum + number, 0);
}
