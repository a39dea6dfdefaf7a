// The life of an update: started now or for later, paused, resumed, cancelled; and its failed assignments tried again.
import type { UpdateEvent } from '@usher/core';
import { isoNow } from '../../clock.ts';
import type { Database, Transaction } from '../../database/database.ts';
import { storableText } from '../../database/storable-text.ts';
import type { Initiator } from '../../initiator.ts';
import { ProblemError } from '../../problem-error.ts';
import { idsMeant, type WhichAssignments } from './assignment-list.ts';
import { lockUpdate } from './criteria-service.ts';
import { refuseIdleCutoff } from './criteria.ts';
import { startFacts, stateAfter, type Standing, type UpdateTools } from './standing.ts';
import {
  changeUpdate,
  countsOfOne,
  inChunks,
  moveMany,
  onAssignments,
  standingOf,
  type UpdateRow,
  type WorkstationIds,
} from './store.ts';
import { refuseUnpublished } from './target.ts';
import { because } from './why.ts';

/** Updates, as people move them. */
export interface LifecycleService {
  /**
   * Starts a draft: at once, or at its `startsAt` where that is still to come.
   * @throws ProblemError `update.not-found`, `update.wrong-state`, `update.no-workstations`, `update.target-not-approved`,
   *   `update.target-not-published`, `update.target-prohibited`, `update.cutoff-in-the-past`, `update.cutoff-before-start`
   */
  start(id: string, reason: string | undefined, by: Initiator): Promise<void>;
  /** Nothing new begins; what is under way finishes. @throws ProblemError `update.not-found`, `update.wrong-state` */
  pause(id: string, reason: string | undefined, by: Initiator): Promise<void>;
  /** @throws ProblemError `update.not-found`, `update.wrong-state` */
  resume(id: string, reason: string | undefined, by: Initiator): Promise<void>;
  /** Ends an update for good. @throws ProblemError `update.not-found`, `update.wrong-state` */
  cancel(id: string, reason: string | undefined, by: Initiator): Promise<void>;
  /**
   * Has failed assignments wait again: these, those that a filter shows, or all. Answers how many there were.
   * @throws ProblemError `update.not-found`, `update.wrong-state`
   */
  retry(id: string, which: WhichAssignments, reason: string | undefined, by: Initiator): Promise<{ retried: number }>;
  /** Begins every scheduled update whose time has come. */
  beginDue(): Promise<void>;
}

/** Most ids that an event names; beyond that the number says enough. */
export const idsInEvent = 500;

/** Makes the service. */
export function makeLifecycleService(
  tools: UpdateTools & { readonly database: Database; readonly standing: Standing },
): LifecycleService {
  const { database, clock, standing } = tools;

  /** Locks an update for an event of the table. @throws ProblemError `update.wrong-state` */
  async function lockFor(tx: Transaction, id: string, event: UpdateEvent, what: string): Promise<[UpdateRow, string]> {
    const update = await lockUpdate(tx, id);
    const state = stateAfter(update, event);
    if (state === undefined) throw wrongState(update, what);
    return [update, state];
  }

  function isDue({ startsAt }: UpdateRow): boolean {
    return startsAt === null || startsAt <= isoNow(clock);
  }

  function workstationsOf(tx: Transaction, update: UpdateRow) {
    return () =>
      tx.db.selectFrom('assignments').select('workstationId').where('updateId', '=', update.id) as WorkstationIds;
  }

  return {
    start: (id, reason, by) =>
      database.transaction(async (tx) => {
        const [update, state] = await lockFor(tx, id, 'start-now', 'started');
        if (!(await standingOf(tx.db, id)).hasAny) throw new ProblemError('update.no-workstations');
        await refuseUnpublished(tx.db, update.productId, update.targetVersion);
        refuseIdleCutoff(update, isoNow(clock));
        const { startsAt } = update;
        const counts = await countsOfOne(tx.db, id);
        const data = { ...startFacts(update), startsAt, workstations: total(counts), reason };
        if (!isDue(update)) {
          const scheduled = await changeUpdate(tx, update, { state: stateAfter(update, 'start-later') ?? state });
          standing.record(tx, by, 'update.scheduled', scheduled, data);
          return;
        }
        const started = await changeUpdate(tx, update, { state, startedAt: isoNow(clock) });
        standing.record(tx, by, 'update.started', started, data);
        await standing.takeEffect(tx, started, by);
      }),
    pause: (id, reason, by) =>
      database.transaction(async (tx) => {
        const [update, state] = await lockFor(tx, id, 'pause', 'paused');
        const paused = await changeUpdate(tx, update, {
          state,
          pausedReason: reason === undefined ? null : storableText(reason),
        });
        standing.record(tx, by, 'update.paused', paused, { reason });
        await standing.refreshDesired(tx, update.productId, workstationsOf(tx, update));
      }),
    resume: (id, reason, by) =>
      database.transaction(async (tx) => {
        const [update, state] = await lockFor(tx, id, 'resume', 'resumed');
        const resumed = await changeUpdate(tx, update, { state, pausedReason: null });
        standing.record(tx, by, 'update.resumed', resumed, { reason, pausedFor: update.pausedReason });
        await standing.takeEffect(tx, resumed, by);
      }),
    cancel: (id, reason, by) =>
      database.transaction(async (tx) => {
        const [update, state] = await lockFor(tx, id, 'cancel', 'cancelled');
        const now = isoNow(clock);
        const changes = { updatedAt: now, why: because('update-cancelled') };
        const open = await moveMany(tx, 'cancel', changes, () => onAssignments()('updateId', '=', id));
        const cancelled = await changeUpdate(tx, update, { state, endedAt: now, pausedReason: null });
        standing.record(tx, by, 'update.cancelled', cancelled, { from: update.state, open, reason });
        if (update.startedAt !== null) {
          await standing.refreshDesired(tx, update.productId, workstationsOf(tx, update));
        }
      }),
    retry: (id, which, reason, by) =>
      database.transaction(async (tx) => {
        const update = await lockUpdate(tx, id);
        if (update.state !== 'running' && update.state !== 'paused') throw wrongState(update, 'retried');
        const changes = { updatedAt: isoNow(clock), why: null, progressBytes: null, progressTotal: null };
        const e = onAssignments();
        const of = e('updateId', '=', id);
        const ids = await idsMeant(tx.db, id, which);
        const moved =
          ids === null
            ? [await moveMany(tx, 'retry', changes, () => of)]
            : await inChunks(ids, async (chunk) => [
                await moveMany(tx, 'retry', changes, () => e.and([of, e('workstationId', 'in', chunk)])),
              ]);
        const retried = moved.reduce((sum, each) => sum + each, 0);
        if (retried > 0) {
          const named = ids !== null && ids.length <= idsInEvent ? { asked: ids } : {};
          standing.record(tx, by, 'assignment.retried', update, { retried, ...named, filter: which.filter, reason });
        }
        return { retried };
      }),
    beginDue: async () => {
      const due = await database.read
        .selectFrom('updates')
        .select('id')
        .where('state', '=', 'scheduled')
        .where('startsAt', '<=', isoNow(clock))
        .orderBy('startsAt')
        .orderBy('number')
        .execute();
      for (const { id } of due) {
        await database.transaction(async (tx) => {
          const update = await lockUpdate(tx, id);
          if (isDue(update)) await standing.begin(tx, update);
        });
      }
    },
  };
}

function wrongState(update: UpdateRow, what: string): ProblemError {
  return new ProblemError('update.wrong-state', `${update.name} is ${update.state}: it cannot be ${what}.`);
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, each) => sum + each, 0);
}
