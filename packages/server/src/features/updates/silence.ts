// Assignments under way of which nothing is heard any more: failed after a set time, so that nothing hangs for ever.
import { nextAssignmentState, relaxedUntil, type AssignmentState, type OnFailure } from '@usher/core';
import { sql, type SqlBool } from 'kysely';
import { isoInstant, isoNow } from '../../clock.ts';
import type { Database, Reader, Transaction } from '../../database/database.ts';
import { theSystem } from '../../initiator.ts';
import { underWayStates } from './moves.ts';
import { waitsForRestart } from './read-model.ts';
import type { Standing, UpdateTools } from './standing.ts';
import { changeAssignment } from './store.ts';
import { because, toldWhy } from './why.ts';

/** The name of the setting that says after how many hours. */
export const silentSetting = 'updates.silentAfterHours';

/** A day: a download that rests over night, with the machine switched off, is none. */
const silentAfterHours = 24;

const hour = 3_600_000;
const atOnce = 500;

/** Hours without a report after which an assignment that is being downloaded or installed counts as failed. */
export async function silentAfter(read: Reader): Promise<number> {
  const row = await read.selectFrom('settings').select('value').where('name', '=', silentSetting).executeTakeFirst();
  const value: unknown = row === undefined ? silentAfterHours : JSON.parse(row.value);
  return typeof value === 'number' && value > 0 ? value : silentAfterHours;
}

/** Makes the job's work: fails every silent assignment, a part at a time. */
export function makeSilence(
  tools: UpdateTools & { readonly database: Database; readonly standing: Standing },
): () => Promise<void> {
  const { database, clock, sightings, standing } = tools;

  async function failSome(tx: Transaction, hours: number): Promise<number> {
    const now = isoNow(clock);
    const before = isoInstant(clock.now() - hours * hour);
    // Written out, not as parameters: only so SQLite knows that the index of those under way serves.
    const states = sql.join(underWayStates.map((state) => sql.lit(state)));
    const rows = await tx.db
      .selectFrom('assignments')
      .innerJoin('updates', 'updates.id', 'assignments.updateId')
      .innerJoin('workstations', 'workstations.id', 'assignments.workstationId')
      .select(['updateId', 'workstationId', 'assignments.state', 'attempt', 'failures', 'assignments.updatedAt'])
      .select(['updates.name', 'updates.productId', 'updates.targetVersion', 'updates.onFailure'])
      .select(['workstations.hostname', 'workstations.lastSeenAt'])
      .where((e) => sql<SqlBool>`${e.ref('assignments.state')} in (${states})`)
      .where('assignments.updatedAt', '<', before)
      .where((e) => e.not(waitsForRestart(before)))
      .orderBy('assignments.updatedAt')
      .limit(atOnce)
      .forUpdate('assignments')
      .skipLocked()
      .execute();
    for (const row of rows) {
      const to = nextAssignmentState(row.state as AssignmentState, 'silent');
      if (to === null) continue;
      const failures = row.failures + 1;
      // It asks, and yet says nothing of its download: that hangs, and the machine does not.
      const isThere = row.lastSeenAt !== null && row.lastSeenAt >= before;
      const why = isThere ? because('no-report', { hours }) : because('silent', { hours });
      const detail = toldWhy(why).why;
      const error = { at: now, code: null, exitCode: null, detail };
      const until = relaxedUntil(row.onFailure as OnFailure, failures, now);
      await changeAssignment(tx, row, {
        state: to,
        failures,
        updatedAt: now,
        why,
        lastError: JSON.stringify({ ...error, logTail: null }),
        ...(until === null ? {} : { relaxedUntil: until }),
      });
      const { workstationId, hostname, productId, attempt } = row;
      const update = { id: row.updateId, name: row.name };
      const data = { workstation: { id: workstationId, hostname }, target: row.targetVersion, attempt, failures };
      standing.record(tx, theSystem, 'assignment.failed', update, { ...data, from: row.state, detail });
      if (until !== null) standing.record(tx, theSystem, 'assignment.relaxed', update, { ...data, until });
      await sightings.recordFailure(tx, { workstationId, productId, ...error });
    }
    return rows.length;
  }

  return async () => {
    const hours = await silentAfter(database.read);
    for (;;) {
      const failed = await database.transaction((tx) => failSome(tx, hours));
      if (failed < atOnce) return;
    }
  };
}
