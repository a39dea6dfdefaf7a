// What one workstation is held by: its assignments with their updates, as a check and the reports read them.
import { resolveCutoff } from '@usher/core';
import type { Selectable } from 'kysely';
import type { Reader, Transaction } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';
import { lockUpdates } from './store.ts';

type Update = Selectable<Tables['updates']>;
type Assignment = Selectable<Tables['assignments']>;

/** One assignment of a workstation with what matters of its update. */
export interface Held
  extends
    Pick<
      Assignment,
      | 'updateId'
      | 'workstationId'
      | 'attempt'
      | 'seq'
      | 'failures'
      | 'restartNeeded'
      | 'toldAt'
      | 'timeZone'
      | 'offeredAt'
      | 'cutoffAt'
      | 'relaxedUntil'
    >,
    Pick<
      Update,
      | 'number'
      | 'name'
      | 'productId'
      | 'targetVersion'
      | 'requirement'
      | 'cutoffLocal'
      | 'startsAt'
      | 'onFailure'
      | 'background'
    > {
  readonly assignment: Assignment['state'];
  readonly update: Update['state'];
  /** The cut-off of the update where it is an instant. */
  readonly commonCutoffAt: string | null;
  readonly startedAt: string | null;
}

function select(read: Reader, workstationId: string) {
  return read
    .selectFrom('assignments')
    .innerJoin('updates', 'updates.id', 'assignments.updateId')
    .select([
      'assignments.updateId',
      'assignments.workstationId',
      'assignments.state as assignment',
      'assignments.attempt',
      'assignments.seq',
      'assignments.failures',
      'assignments.restartNeeded',
      'assignments.toldAt',
      'assignments.timeZone',
      'assignments.offeredAt',
      'assignments.cutoffAt',
      'assignments.relaxedUntil',
      'updates.number',
      'updates.name',
      'updates.productId',
      'updates.targetVersion',
      'updates.requirement',
      'updates.cutoffAt as commonCutoffAt',
      'updates.cutoffLocal',
      'updates.startsAt',
      'updates.startedAt',
      'updates.onFailure',
      'updates.background',
      'updates.state as update',
    ])
    .where('assignments.workstationId', '=', workstationId)
    .orderBy('updates.number');
}

/** States of updates that a check is concerned with. */
const concerning = ['scheduled', 'running', 'paused', 'completed'] as const;

/** The updates of a product that hold a workstation, but for drafts and cancelled ones. */
export function heldBy(read: Reader, workstationId: string, productId: string): Promise<Held[]> {
  return select(read, workstationId)
    .where('updates.productId', '=', productId)
    .where('updates.state', 'in', concerning)
    .execute();
}

/**
 * The same, locked until the transaction ends: first the updates whose state may change, then the assignments.
 * @param toldOf an update of which the workstation is told: its cut-off is written down, so it must not change meanwhile.
 * PostgreSQL reads anew only the row that it waited for, so that without this an assignment would come with the update's old cut-off.
 */
export async function lockHeld(
  tx: Transaction,
  workstationId: string,
  productId: string,
  updateIds: readonly string[],
  toldOf: string | null = null,
): Promise<Held[]> {
  await lockUpdates(tx, updateIds);
  if (toldOf !== null) {
    await tx.db.selectFrom('updates').select('id').where('id', '=', toldOf).forKeyShare().execute();
  }
  return select(tx.db, workstationId)
    .where('updates.productId', '=', productId)
    .where('updates.state', 'in', concerning)
    .forUpdate('assignments')
    .execute();
}

/** The assignments of a workstation in some updates, whatever their states; locked until the transaction ends. */
export function lockAssignmentsIn(
  tx: Transaction,
  workstationId: string,
  updateIds: readonly string[],
): Promise<Held[]> {
  return select(tx.db, workstationId).where('assignments.updateId', 'in', updateIds).forUpdate('assignments').execute();
}

/** The cut-off as an instant for this workstation; a local one by the zone of when it was first told, else by this one. */
export function cutoffThere(
  held: Pick<Held, 'cutoffAt' | 'commonCutoffAt' | 'cutoffLocal' | 'timeZone'>,
  timeZone: string,
): string | null {
  if (held.cutoffAt !== null) return held.cutoffAt;
  if (held.cutoffLocal === null) return held.commonCutoffAt;
  return resolveCutoff(held.cutoffLocal, held.timeZone ?? timeZone).cutoffAt;
}
