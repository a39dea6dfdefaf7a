// What follows when assignments or targets change: who can take part, what is complete, which version each workstation should have.
import { isComplete, isOpenAssignment, isProhibited, nextUpdateState, type UpdateEvent } from '@usher/core';
import type { EventType } from '@usher/protocol';
import { isoNow, type Clock } from '../../clock.ts';
import type { Transaction } from '../../database/database.ts';
import { theSystem, type Initiator } from '../../initiator.ts';
import type { EventLog } from '../events/event-log.ts';
import { installersOf, type ProductInstaller } from '../installers/read-model.ts';
import { prohibitionsInForce } from '../products/read-model.ts';
import type { Sightings } from '../workstations/sightings.ts';
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
import { suspensionsOf, targetThere } from './target.ts';
import { whyNotApplicable } from './why.ts';

/** What updates need. */
export interface UpdateTools {
  readonly events: EventLog;
  readonly clock: Clock;
  readonly sightings: Pick<Sightings, 'setDesiredVersions' | 'recordFailure' | 'clearFailure'>;
}

/** What follows from changes. Every update given is locked by the transaction. */
export interface Standing {
  /** Records an event about an update. */
  record(tx: Transaction, by: Initiator, type: EventType, update: Pick<UpdateRow, 'id' | 'name'>, data?: object): void;
  /** Completes a running update with no open assignment, and opens a completed one that has one. */
  settle(tx: Transaction, update: UpdateRow, by?: Initiator): Promise<UpdateRow>;
  /**
   * Closes open assignments of an update in force as not applicable where no approved installer fits the workstation, and
   * opens them again where one does. Answers how many it closed and opened.
   */
  applicability(
    tx: Transaction,
    update: UpdateRow,
    installers?: readonly ProductInstaller[],
  ): Promise<{ closed: number; opened: number }>;
  /** Writes the version that some workstations should have of a product: that of the newest update in force that holds them. */
  refreshDesired(tx: Transaction, productId: string, workstations: () => WorkstationIds): Promise<void>;
  /** A scheduled update whose time has come is running, as from the time it was scheduled for. */
  begin(tx: Transaction, update: UpdateRow): Promise<UpdateRow>;
  /** All that follows a start or a resumption: who can take part, desired versions, perhaps it is complete already. */
  takeEffect(tx: Transaction, update: UpdateRow, by: Initiator): Promise<UpdateRow>;
}

/** The state of an update after an event of the rules' table; undefined where the event does not apply. */
export function stateAfter(update: UpdateRow, event: UpdateEvent): string | undefined {
  return nextUpdateState(update.state as Parameters<typeof nextUpdateState>[0], event) ?? undefined;
}

/** Makes what follows. */
export function makeStanding({ events, clock, sightings }: UpdateTools): Standing {
  const record: Standing['record'] = (tx, by, type, { id, name }, data = {}) =>
    void events.record(tx, { ...by, type, object: { kind: 'update', id, name }, data: { ...data } });

  const settle: Standing['settle'] = async (tx, update, by = theSystem) => {
    const completed = stateAfter(update, 'complete');
    const reopened = stateAfter(update, 'reopen');
    if (completed === undefined && reopened === undefined) return update;
    const { hasAny, hasOpen } = await standingOf(tx.db, update.id);
    if (completed !== undefined && hasAny && !hasOpen) {
      const counts = await countsOfOne(tx.db, update.id);
      if (!isComplete(counts)) return update;
      record(tx, by, 'update.completed', update, { counts });
      return changeUpdate(tx, update, { state: completed, endedAt: isoNow(clock) });
    }
    if (reopened !== undefined && hasOpen) {
      record(tx, by, 'update.reopened', update);
      return changeUpdate(tx, update, { state: reopened, endedAt: null });
    }
    return update;
  };

  const applicability: Standing['applicability'] = async (tx, update, given) => {
    const moved = { closed: 0, opened: 0 };
    if (update.state !== 'running' && update.state !== 'completed') return moved;
    const installers = given ?? (await installersOf(tx.db, update.productId));
    const platforms = await tx.db
      .selectFrom('assignments')
      .innerJoin('workstations', 'workstations.id', 'assignments.workstationId')
      .select(['osArch', 'osLanguage'])
      .where('updateId', '=', update.id)
      .distinct()
      .execute();
    const updatedAt = isoNow(clock);
    for (const { osArch, osLanguage } of platforms) {
      const there = targetThere(installers, update.targetVersion, { osArch, osLanguage });
      if (there.isSuspended) continue;
      const e = onAssignments();
      const such = e
        .selectFrom('workstations')
        .select('id')
        .where('osArch', '=', osArch)
        .where('osLanguage', '=', osLanguage);
      const where = () => e.and([e('updateId', '=', update.id), e('workstationId', 'in', such)]);
      if (there.reason === null) {
        moved.opened += await moveMany(tx, 'applicable-again', { updatedAt, why: null }, where);
      } else {
        const why = whyNotApplicable(there.reason, update.targetVersion, osArch);
        moved.closed += await moveMany(tx, 'not-applicable', { updatedAt, why }, where);
      }
    }
    return moved;
  };

  const refreshDesired: Standing['refreshDesired'] = async (tx, productId, workstations) => {
    const inForce = await tx.db
      .selectFrom('updates')
      .selectAll()
      .where('productId', '=', productId)
      .where('state', 'in', ['running', 'completed'])
      .execute();
    const suspensions = await suspensionsOf(tx.db, inForce);
    const standing = inForce.filter((update) => suspensions.get(update) === null).map(({ id }) => id);
    const rows = await tx.db
      .selectFrom(workstations().as('concerned'))
      .leftJoin('workstationProducts', (join) =>
        join
          .onRef('workstationProducts.workstationId', '=', 'concerned.workstationId')
          .on('workstationProducts.productId', '=', productId),
      )
      .select((e) => [
        'concerned.workstationId',
        'workstationProducts.desiredVersion as present',
        standing.length === 0
          ? e.val(null).$castTo<string | null>().as('wanted')
          : e
              .selectFrom('assignments')
              .innerJoin('updates', 'updates.id', 'assignments.updateId')
              .select('updates.targetVersion')
              .whereRef('assignments.workstationId', '=', 'concerned.workstationId')
              .where('updates.id', 'in', standing)
              .where('assignments.state', 'not in', ['cancelled', 'not-applicable'])
              .orderBy('updates.startedAt', 'desc')
              .orderBy('updates.number', 'desc')
              .limit(1)
              .as('wanted'),
      ])
      .execute();
    // As a check says it: a target that was prohibited by its number is no version that anybody should have.
    const prohibited = await prohibitionsInForce(tx.db, productId);
    const desired = ({ wanted }: (typeof rows)[number]) =>
      wanted === null || isProhibited(prohibited, wanted) ? null : wanted;
    const changed = Map.groupBy(
      rows.filter((row) => row.present !== desired(row)),
      desired,
    );
    for (const [version, group] of changed) {
      const ids = group.map(({ workstationId }) => workstationId).sort();
      await inChunks(ids, async (chunk) => {
        await sightings.setDesiredVersions(tx, productId, version, chunk);
        return [];
      });
    }
  };

  const takeEffect: Standing['takeEffect'] = async (tx, update, by) => {
    await applicability(tx, update);
    const of = () =>
      tx.db.selectFrom('assignments').select('workstationId').where('updateId', '=', update.id) as WorkstationIds;
    await refreshDesired(tx, update.productId, of);
    return settle(tx, update, by);
  };

  return {
    record,
    settle,
    applicability,
    refreshDesired,
    takeEffect,
    begin: async (tx, update) => {
      const running = stateAfter(update, 'begin');
      if (running === undefined) return update;
      // As from its time, whoever noticed first that it had come: the order of updates must not depend on that.
      const startedAt = update.startsAt ?? isoNow(clock);
      const begun = await changeUpdate(tx, update, { state: running, startedAt });
      const counts = await countsOfOne(tx.db, update.id);
      record(tx, theSystem, 'update.started', begun, { ...startFacts(begun), scheduledFor: update.startsAt, counts });
      return takeEffect(tx, begun, theSystem);
    },
  };
}

/** What an event about a start says of the update. */
export function startFacts(update: UpdateRow) {
  const { targetVersion, requirement, cutoffAt, cutoffLocal } = update;
  return { target: targetVersion, requirement, cutoffAt, cutoffLocal };
}

/** Whether a state of an assignment is open, as a text from the database. */
export function isOpen(state: string): boolean {
  return isOpenAssignment(state as Parameters<typeof isOpenAssignment>[0]);
}
