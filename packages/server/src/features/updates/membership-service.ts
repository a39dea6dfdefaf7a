// Which workstations an update holds: added by id, name, filter or all; removed; and what follows when one ends or is succeeded.
import type { addWorkstationsSchema, WorkstationFilter } from '@usher/protocol';
import type * as z from 'zod';
import { isoNow } from '../../clock.ts';
import type { Database, Transaction } from '../../database/database.ts';
import type { Initiator } from '../../initiator.ts';
import { invalidInput, ProblemError } from '../../problem-error.ts';
import {
  countMatching,
  findByNames,
  matching,
  resolveFilter,
  type WorkstationQuery,
} from '../workstations/read-model.ts';
import type { WorkstationHooks } from '../workstations/service.ts';
import { idsMeant, type WhichAssignments } from './assignment-list.ts';
import { lockUpdate } from './criteria-service.ts';
import { idsInEvent } from './lifecycle-service.ts';
import type { Standing, UpdateTools } from './standing.ts';
import { inChunks, lockUpdates, moveMany, onAssignments, type UpdateRow, type WorkstationIds } from './store.ts';
import { because } from './why.ts';

/** The body of `POST /updates/:id/workstations`, parsed. */
export type AddRequest = z.output<typeof addWorkstationsSchema>;

/** What came of it. */
export interface Added {
  readonly added: number;
  readonly alreadyThere: number;
  /** Ids and names that mean no workstation, or a retired one. */
  readonly unknown: string[];
  /** Names that several workstations bear. */
  readonly ambiguous: string[];
}

/** One addition to an update; its instant tells its assignments from those that were there. */
interface Addition {
  readonly update: UpdateRow;
  readonly now: string;
}

/** The workstations of updates. */
export interface MembershipService {
  /**
   * Adds workstations, in any state but `cancelled`; never a retired one, and none by a name that several bear.
   * @throws ProblemError `update.not-found`, `update.wrong-state`, `request.invalid`, `product.not-found`, `group.not-found`
   */
  add(id: string, request: AddRequest, by: Initiator): Promise<Added>;
  /** Takes workstations out: these, or all that a filter shows. @throws ProblemError `update.not-found`, `update.wrong-state` */
  remove(id: string, which: WhichAssignments, by: Initiator): Promise<{ removed: number }>;
  /** Retired workstations leave drafts; elsewhere what was open is cancelled. */
  readonly onRetired: WorkstationHooks['onRetired'][number];
  /** The new record takes the place of the old one: what was open begins anew there, the rest moves over as it is. */
  readonly onReplaced: WorkstationHooks['onReplaced'][number];
}

/** Makes the service. */
export function makeMembershipService(
  tools: UpdateTools & { readonly database: Database; readonly standing: Standing },
): MembershipService {
  const { database, clock, standing } = tools;

  /** Inserts an assignment for each workstation of a query that has none in the update yet. Answers how many. */
  async function insertFor(tx: Transaction, addition: Addition, filter: WorkstationFilter): Promise<number> {
    return insertThose(tx, addition, matching(tx.db, await resolveFilter(tx.db, filter)));
  }

  async function insertThose(tx: Transaction, { update, now }: Addition, found: WorkstationQuery): Promise<number> {
    const { numInsertedOrUpdatedRows } = await tx.db
      .insertInto('assignments')
      .columns([
        'updateId',
        'workstationId',
        'state',
        'attempt',
        'seq',
        'failures',
        'restartNeeded',
        'addedAt',
        'updatedAt',
      ])
      .expression(
        found.select((e) => [
          e.val(update.id).as('updateId'),
          'workstations.id as workstationId',
          e.val('waiting').as('state'),
          e.lit(0).as('attempt'),
          e.lit(0).as('seq'),
          e.lit(0).as('failures'),
          e.lit(0).as('restartNeeded'),
          e.val(now).as('addedAt'),
          e.val(now).as('updatedAt'),
        ]),
      )
      .onConflict((conflict) => conflict.columns(['updateId', 'workstationId']).doNothing())
      .executeTakeFirst();
    return Number(numInsertedOrUpdatedRows ?? 0);
  }

  async function addIds(tx: Transaction, addition: Addition, ids: readonly string[]): Promise<number> {
    const counts = await inChunks(ids, async (chunk) => {
      const those = tx.db.selectFrom('workstations').where('id', 'in', chunk);
      return [await insertThose(tx, addition, those)];
    });
    return counts.reduce((sum, each) => sum + each, 0);
  }

  async function countFound(tx: Transaction, filter: WorkstationFilter): Promise<number> {
    return countMatching(tx.db, await resolveFilter(tx.db, filter));
  }

  /** Only where somebody retired it meanwhile: the insertion waited for that, and did not see it. */
  async function dropRetired(tx: Transaction, { update, now }: Addition): Promise<number> {
    const { numDeletedRows } = await tx.db
      .deleteFrom('assignments')
      .where('updateId', '=', update.id)
      .where('addedAt', '=', now)
      .where('state', '=', 'waiting')
      .where('workstationId', 'in', (e) => e.selectFrom('workstations').select('id').where('retiredAt', 'is not', null))
      .executeTakeFirst();
    return Number(numDeletedRows);
  }

  async function add(tx: Transaction, id: string, request: AddRequest, by: Initiator): Promise<Added> {
    const update = await lockUpdate(tx, id);
    refuseCancelled(update);
    const addition = { update, now: isoNow(clock) };
    const filter = request.all === true ? {} : request.filter;
    if (filter?.retired === true) throw invalidInput('filter.retired', 'a retired workstation is never added');
    const named = await findByNames(tx.db, request.names ?? []);
    const asked = [...new Set([...(request.ids ?? []), ...named.ids.values()])];
    const live = await findLive(tx, asked);
    const chosen = asked.filter((each) => live.has(each));
    let added = await addIds(tx, addition, chosen);
    let found = chosen.length;
    if (filter !== undefined) {
      added += await insertFor(tx, addition, filter);
      found = await countMeant(tx, filter, chosen);
    }
    added -= await dropRetired(tx, addition);
    const answer = {
      added,
      alreadyThere: Math.max(0, found - added),
      unknown: [...new Set((request.ids ?? []).filter((each) => !live.has(each))), ...named.unknown],
      ambiguous: named.ambiguous,
    };
    if (added > 0) {
      const ids = chosen.length > 0 && chosen.length <= idsInEvent ? { ids: chosen } : {};
      standing.record(tx, by, 'assignment.added', update, { added, ...ids, filter, all: request.all });
      await follow(tx, addition, by);
    }
    return answer;
  }

  /** How many workstations were meant: those of the filter, and the named ones that it leaves out. */
  async function countMeant(tx: Transaction, filter: WorkstationFilter, chosen: readonly string[]): Promise<number> {
    if (chosen.length === 0) return countFound(tx, filter);
    const resolved = await resolveFilter(tx.db, filter);
    const both = await inChunks(chosen, (chunk) =>
      matching(tx.db, resolved).select('workstations.id').where('workstations.id', 'in', chunk).execute(),
    );
    return (await countFound(tx, filter)) + chosen.length - both.length;
  }

  /** What follows in an update that is in force. */
  async function follow(tx: Transaction, { update, now }: Addition, by: Initiator): Promise<void> {
    if (update.state !== 'running' && update.state !== 'completed') return;
    await standing.applicability(tx, update);
    const addedNow = () =>
      tx.db
        .selectFrom('assignments')
        .select('workstationId')
        .where('updateId', '=', update.id)
        .where('addedAt', '=', now) as WorkstationIds;
    await standing.refreshDesired(tx, update.productId, addedNow);
    await standing.settle(tx, update, by);
  }

  return {
    add: (id, request, by) => database.transaction((tx) => add(tx, id, request, by)),
    remove: (id, which, by) =>
      database.transaction(async (tx) => {
        const update = await lockUpdate(tx, id);
        refuseCancelled(update);
        const gone = await inChunks((await idsMeant(tx.db, id, which)) ?? [], (chunk) =>
          tx.db
            .deleteFrom('assignments')
            .where('updateId', '=', id)
            .where('workstationId', 'in', chunk)
            .returning('workstationId')
            .execute(),
        );
        const removed = gone.length;
        if (removed > 0) {
          const named = gone.map(({ workstationId }) => workstationId).sort();
          const listed = removed <= idsInEvent ? { ids: named } : {};
          standing.record(tx, by, 'assignment.removed', update, { removed, ...listed, filter: which.filter });
          await inChunks(named, async (chunk) => {
            const those = () =>
              tx.db
                .selectFrom('workstations')
                .select('workstations.id as workstationId')
                .where('id', 'in', chunk) as unknown as WorkstationIds;
            await standing.refreshDesired(tx, update.productId, those);
            return [];
          });
          await standing.settle(tx, update, by);
        }
        return { removed };
      }),
    onRetired: async (tx, ids, by) => {
      const updates = await lockUpdatesOf(tx, ids);
      const drafts = updates.filter(({ state }) => state === 'draft').map(({ id }) => id);
      const changes = { updatedAt: isoNow(clock), why: because('workstation-retired') };
      await inChunks(ids, async (chunk) => {
        if (drafts.length > 0) {
          await tx.db
            .deleteFrom('assignments')
            .where('updateId', 'in', drafts)
            .where('workstationId', 'in', chunk)
            .execute();
        }
        await moveMany(tx, 'cancel', changes, () => onAssignments()('workstationId', 'in', chunk));
        return [];
      });
      for (const update of updates) await standing.settle(tx, update, by);
    },
    onReplaced: async (tx, oldId, newId, by) => {
      const updates = await lockUpdatesOf(tx, [oldId, newId]);
      const now = isoNow(clock);
      const rows = await tx.db
        .selectFrom('assignments')
        .selectAll()
        .where('workstationId', 'in', [oldId, newId])
        .orderBy('updateId')
        .forUpdate()
        .execute();
      const held = new Set(rows.filter((row) => row.workstationId === newId).map(({ updateId }) => updateId));
      const cancelled = { updatedAt: now, why: because('workstation-replaced') };
      for (const row of rows) {
        if (row.workstationId !== oldId || held.has(row.updateId)) continue;
        const isOpen = row.state !== 'installed' && row.state !== 'superseded' && row.state !== 'cancelled';
        const fresh = isOpen ? asOnTheFirstDay : {};
        await tx.db
          .updateTable('assignments')
          .set({ ...fresh, workstationId: newId, attempt: 0, seq: 0, updatedAt: now })
          .where('updateId', '=', row.updateId)
          .where('workstationId', '=', oldId)
          .execute();
      }
      await moveMany(tx, 'cancel', cancelled, () => onAssignments()('workstationId', '=', oldId));
      for (const update of updates) {
        await standing.applicability(tx, update);
        const successor = () =>
          tx.db
            .selectFrom('assignments')
            .select('workstationId')
            .where('updateId', '=', update.id)
            .where('workstationId', '=', newId) as WorkstationIds;
        await standing.refreshDesired(tx, update.productId, successor);
        await standing.settle(tx, update, by);
      }
    },
  };
}

/** What the new machine reports is counted anew: the journey so far, its failures and its time zone were the old machine's. */
const asOnTheFirstDay = {
  state: 'waiting',
  failures: 0,
  progressBytes: null,
  progressTotal: null,
  restartNeeded: 0,
  why: null,
  lastError: null,
  relaxedUntil: null,
  offeredAt: null,
  toldAt: null,
  timeZone: null,
  cutoffAt: null,
} as const;

/** From so many on, reading the ids of all workstations is quicker than asking for these. */
const many = 5_000;

/** Those of some ids that are of workstations which are not retired. */
async function findLive(tx: Transaction, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const live = tx.db.selectFrom('workstations').select('id').where('retiredAt', 'is', null);
  const rows =
    ids.length < many ? await inChunks(ids, (chunk) => live.where('id', 'in', chunk).execute()) : await live.execute();
  return new Set(rows.map(({ id }) => id));
}

function refuseCancelled(update: UpdateRow): void {
  if (update.state === 'cancelled') {
    throw new ProblemError('update.wrong-state', `${update.name} is cancelled: its workstations stay as they are.`);
  }
}

/** Locks the updates that hold one of these workstations. */
async function lockUpdatesOf(tx: Transaction, ids: readonly string[]): Promise<UpdateRow[]> {
  const rows = await inChunks(ids, (chunk) =>
    tx.db
      .selectFrom('assignments')
      .innerJoin('updates', 'updates.id', 'assignments.updateId')
      .select('updateId')
      .where('workstationId', 'in', chunk)
      .where('updates.state', '!=', 'cancelled')
      .distinct()
      .execute(),
  );
  return lockUpdates(tx, [...new Set(rows.map(({ updateId }) => updateId))]);
}
