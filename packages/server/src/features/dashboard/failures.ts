// Failures by cause, and the time that updates took to reach their workstations.
import { assignmentStates, isOpenAssignment } from '@usher/core';
import type { complianceSeriesSchema, failureSeriesSchema } from '@usher/protocol';
import { sql, type SqlBool } from 'kysely';
import type * as z from 'zod';
import { isoInstant, type Clock } from '../../clock.ts';
import type { Reader } from '../../database/database.ts';
import { ProblemError } from '../../problem-error.ts';
import { resolveProduct } from '../products/read-model.ts';
import { codesOf, failuresAfter, readCursor } from './failure-store.ts';
import { assignmentCounts } from './fleet-counts.ts';
import type { SeriesQuery } from './series.ts';

const hour = 3_600_000;
const day = 24 * hour;
const mostCauses = 50;
const mostUpdates = 20;

/** More failures than ever wait to be taken into the history. */
const mostWaiting = 10_000;

interface Cause {
  count: number;
  workstations: number;
  lastAt: string;
}

/**
 * Failed attempts by cause, most frequent first: the recorded ones by whole days (whole months where the time reaches further back than
 * days are kept), and those that were not taken into the history yet.
 * @throws ProblemError `product.not-found`, `update.not-found`
 */
export async function failureSeries(
  read: Reader,
  clock: Clock,
  query: SeriesQuery & { readonly update?: string | undefined },
): Promise<z.output<typeof failureSeriesSchema>> {
  const updates = await updatesMeant(read, query);
  const since = isoInstant(clock.now() - query.days * day);
  const recorded = read
    .selectFrom('failureHistory')
    .where((e) =>
      e.or([
        e.and([e('period', '>=', since.slice(0, 10)), e('lastAt', '>=', since)]),
        // The month in which the time begins.
        e('period', '=', since.slice(0, 7)),
      ]),
    )
    .$if(updates !== null, (rows) => rows.where('updateId', 'in', updates ?? ['']));
  const rows = await recorded
    .select((e) => [
      'cause',
      e.fn.sum<number>('number').as('number'),
      e.fn.count<number>('workstationId').distinct().as('workstations'),
      e.fn.max('lastAt').as('lastAt'),
    ])
    .groupBy('cause')
    .execute();
  const causes = new Map<string, Cause>(
    rows.map(({ cause, number, workstations, lastAt }) => [
      cause,
      { count: number, workstations: workstations, lastAt },
    ]),
  );
  const waiting = (await failuresAfter(read, await readCursor(read), mostWaiting)).filter(
    ({ updateId }) => updates?.includes(updateId) ?? true,
  );
  const concerned = [...new Set(waiting.map(({ workstationId }) => workstationId))];
  const known =
    concerned.length === 0
      ? []
      : await recorded
          .select(['cause', 'workstationId'])
          .where('workstationId', 'in', concerned.slice(0, 2000))
          .distinct()
          .execute();
  const counted = new Set(known.map(({ cause, workstationId }) => `${cause} ${workstationId}`));
  for (const { cause, workstationId, at } of waiting) {
    const present = causes.get(cause) ?? { count: 0, workstations: 0, lastAt: at };
    const key = `${cause} ${workstationId}`;
    causes.set(cause, {
      count: present.count + 1,
      workstations: present.workstations + (counted.has(key) ? 0 : 1),
      lastAt: at > present.lastAt ? at : present.lastAt,
    });
    counted.add(key);
  }
  const items = [...causes].map(([cause, numbers]) => ({ ...codesOf(cause), ...numbers }));
  items.sort((a, b) => b.count - a.count || (a.lastAt < b.lastAt ? 1 : -1));
  return { items: items.slice(0, mostCauses) };
}

/** The updates that a query means; null for all. */
async function updatesMeant(
  read: Reader,
  { product, update }: { readonly product?: string | undefined; readonly update?: string | undefined },
): Promise<string[] | null> {
  if (update !== undefined) {
    const row = await read.selectFrom('updates').select('id').where('id', '=', update).executeTakeFirst();
    if (row === undefined) throw new ProblemError('update.not-found', `There is no update ${update}.`);
    return [row.id];
  }
  if (product === undefined) return null;
  const { id } = await resolveProduct(read, product);
  const rows = await read.selectFrom('updates').select('id').where('productId', '=', id).execute();
  return rows.map((row) => row.id);
}

/**
 * Of each update that was started lately, newest first: how long it took until workstations came to its target. Those that were there
 * already count for nothing; nor do those that it does not reach any more. The median and the ninetieth percentile (nearest rank) are of
 * all others, so each is there only once so many have come.
 * @throws ProblemError `product.not-found`
 */
export async function complianceSeries(
  read: Reader,
  clock: Clock,
  query: SeriesQuery,
): Promise<z.output<typeof complianceSeriesSchema>> {
  const productId = query.product === undefined ? null : (await resolveProduct(read, query.product)).id;
  const updates = await read
    .selectFrom('updates')
    .select(['id', 'name', 'targetVersion', 'startedAt'])
    .where('startedAt', '>=', isoInstant(clock.now() - query.days * day))
    .$if(productId !== null, (rows) => rows.where('productId', '=', productId ?? ''))
    .orderBy('startedAt', 'desc')
    .orderBy('number', 'desc')
    .limit(mostUpdates)
    .execute();
  const items = [];
  for (const { id, name, targetVersion, startedAt } of updates) {
    if (startedAt === null) continue;
    const counts = await assignmentCounts(read, id);
    const installed = counts.installed ?? 0;
    const alreadyThere = await countAlreadyThere(read, id);
    const arrived = installed - alreadyThere;
    const open = assignmentStates.filter(isOpenAssignment).reduce((sum, state) => sum + (counts[state] ?? 0), 0);
    const hours = async (share: number): Promise<number | null> => {
      const rank = Math.ceil((arrived + open) * share);
      if (rank === 0 || rank > arrived) return null;
      const at = await installedAtRank(read, id, rank);
      return at === null ? null : Math.max(0, Date.parse(at) - Date.parse(startedAt)) / hour;
    };
    items.push({
      update: { id, name },
      target: targetVersion,
      startedAt,
      installed,
      total: Object.values(counts).reduce((sum, number) => sum + number, 0),
      alreadyThere,
      arrived,
      toArrive: arrived + open,
      medianHours: await hours(0.5),
      ninetiethPercentileHours: await hours(0.9),
    });
  }
  return { items };
}

/** Those that an update found at its target. */
function installedIn(read: Reader, updateId: string) {
  return (
    read
      .selectFrom('assignments')
      .where('updateId', '=', updateId)
      // Written out, not as a parameter: only so SQLite knows that the index of those serves.
      .where((e) => sql<SqlBool>`${e.ref('state')} = ${sql.lit('installed')}`)
  );
}

async function countAlreadyThere(read: Reader, updateId: string): Promise<number> {
  const { number } = await installedIn(read, updateId)
    .select((e) => e.fn.countAll<number>().as('number'))
    .where('installedAt', 'is', null)
    .executeTakeFirstOrThrow();
  return number;
}

async function installedAtRank(read: Reader, updateId: string, rank: number): Promise<string | null> {
  const row = await installedIn(read, updateId)
    .select('installedAt')
    .where('installedAt', 'is not', null)
    .orderBy('installedAt')
    .limit(1)
    .offset(rank - 1)
    .executeTakeFirst();
  return row?.installedAt ?? null;
}
