// Records history as it happens: snapshots when counts have changed, failures as the events tell of them; and keeps it small.
import { isoInstant, isoNow, type Clock } from '../../clock.ts';
import type { Database, Transaction } from '../../database/database.ts';
import type { Lease, Leases } from '../../database/leases.ts';
import { addFailures, failuresAfter, sumUpFailures, writeCursor, readCursor } from './failure-store.ts';
import { assignmentCounts, unreadable, versionCounts, type VersionCounts } from './fleet-counts.ts';
import { forget, newestSnapshots, thin, writeSnapshot, type OwnerKind } from './history-store.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** An update that began a moment ago is watched more closely. */
const youngFor = hour;

/** Versions of a product that are kept by name, the most frequent ones; what else is installed is summed up. */
const versionsByName = 50;

const failuresAtOnce = 500;

/** How long everything is kept: as far as a plot can reach. */
const keptFor = 400 * day;

/** From which age on how many snapshots are kept: the last one of ten minutes, of each hour, then of each third of a day or each day. */
const resolutions: readonly { readonly olderThan: number; readonly characters: Readonly<Record<OwnerKind, number>> }[] =
  [
    { olderThan: 6 * hour, characters: { product: 15, update: 15 } },
    { olderThan: 2 * day, characters: { product: 13, update: 13 } },
    { olderThan: 35 * day, characters: { product: 10, update: 12 } },
  ];

/** The history, as its jobs work on it. */
export interface HistoryService {
  /** Takes new failures in, and snapshots of what has changed: of updates that began within the hour each time, of all else once a minute. */
  record(lease?: Lease): Promise<void>;
  /** Thins out what is old. */
  thinOut(lease?: Lease): Promise<void>;
}

/** Makes the service. */
export function makeHistoryService(tools: {
  readonly database: Database;
  readonly leases: Leases;
  readonly clock: Clock;
}): HistoryService {
  const { database, leases, clock } = tools;
  const { read } = database;
  let wholeAt = -Infinity;

  /** One transaction that comes to nothing where the lease was lost. */
  function write(work: (tx: Transaction) => Promise<void>, lease: Lease | undefined): Promise<void> {
    return database.transaction(async (tx) => {
      if (lease !== undefined) await leases.confirm(tx, lease);
      await work(tx);
    });
  }

  async function takeFailuresIn(lease: Lease | undefined): Promise<void> {
    for (;;) {
      const after = await readCursor(read);
      const waiting = await failuresAfter(read, after, failuresAtOnce);
      const last = waiting.at(-1);
      if (last === undefined) return;
      await write(async (tx) => {
        // Another process may have been here in between: what it took in is not counted again.
        const present = await readCursor(tx.db);
        await addFailures(
          tx,
          waiting.filter(({ seq }) => seq > present),
        );
        await writeCursor(tx, Math.max(present, last.seq));
      }, lease);
      if (waiting.length < failuresAtOnce) return;
    }
  }

  async function writeChanged(
    counted: readonly { readonly id: string; readonly counts: string; readonly isLast: boolean }[],
    lease: Lease | undefined,
  ): Promise<void> {
    const newest = await newestSnapshots(
      read,
      counted.map(({ id }) => id),
    );
    const changed = counted.filter(({ id, counts, isLast }) => isLast || newest.get(id)?.counts !== counts);
    if (changed.length === 0) return;
    const at = isoNow(clock);
    await write(async (tx) => {
      for (const { id, counts } of changed) await writeSnapshot(tx, { ownerId: id, at, counts });
    }, lease);
  }

  /** Updates whose assignments move; one that ended is counted once more, as it then stands. */
  async function movingUpdates(isWhole: boolean) {
    const young = isoInstant(clock.now() - youngFor);
    const rows = await read
      .selectFrom('updates')
      .select(['id', 'state', 'endedAt'])
      .where('startedAt', 'is not', null)
      .where((e) =>
        e.or([e('state', 'in', ['running', 'paused']), e('endedAt', '>', isoInstant(clock.now() - keptFor))]),
      )
      .$if(!isWhole, (query) => query.where((e) => e.or([e('startedAt', '>', young), e('endedAt', '>', young)])))
      .orderBy('number')
      .execute();
    const isOver = ({ state }: { state: string }): boolean => state !== 'running' && state !== 'paused';
    const ended = rows.filter(isOver).map(({ id }) => id);
    const newest = await newestSnapshots(read, ended);
    return rows
      .map((row) => ({ ...row, isLast: isOver(row) }))
      .filter(({ id, isLast, endedAt }) => !isLast || (newest.get(id)?.at ?? '') < (endedAt ?? ''));
  }

  return {
    record: async (lease) => {
      await takeFailuresIn(lease);
      const isWhole = clock.now() - wholeAt >= minute;
      const updates = [];
      for (const { id, isLast } of await movingUpdates(isWhole)) {
        updates.push({ id, isLast, counts: JSON.stringify(await assignmentCounts(read, id)) });
      }
      await writeChanged(updates, lease);
      if (!isWhole) return;
      const products = await read.selectFrom('products').select('id').orderBy('id').execute();
      const versions = [];
      for (const { id } of products) {
        const counts = await versionCounts(read, id);
        versions.push({ id, isLast: false, counts: JSON.stringify(Object.fromEntries(bounded(counts))) });
      }
      await writeChanged(versions, lease);
      wholeAt = clock.now();
    },
    thinOut: async (lease) => {
      const now = clock.now();
      for (const kind of ['product', 'update'] as const) {
        for (const [index, { olderThan, characters }] of resolutions.entries()) {
          const from = now - (resolutions[index + 1]?.olderThan ?? keptFor);
          const period = { from: isoInstant(from), before: isoInstant(now - olderThan) };
          await write((tx) => thin(tx, kind, period, characters[kind]), lease);
        }
      }
      await write((tx) => forget(tx, isoInstant(now - keptFor)), lease);
      await write((tx) => sumUpFailures(tx, isoInstant(now - 35 * day), isoInstant(now - keptFor)), lease);
    },
  };
}

/** The most frequent versions by name, in the order of their names, the rest under the name of what is no version. */
function bounded(counts: VersionCounts): [string, number][] {
  const byNumber = [...counts].sort(([, a], [, b]) => b - a);
  const rest = byNumber.slice(versionsByName).reduce((sum, [, number]) => sum + number, 0);
  const named = new Map(byNumber.slice(0, versionsByName));
  if (rest > 0) named.set(unreadable, (named.get(unreadable) ?? 0) + rest);
  return [...named].sort(([a], [b]) => (a < b ? -1 : 1));
}
