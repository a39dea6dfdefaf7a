// What reports move: each counts once, in its place, and only in an open assignment of the workstation that sends it.
import { isNewerReport, nextAssignmentState, relaxedUntil, type AssignmentState, type OnFailure } from '@usher/core';
import type { EventType, Report } from '@usher/protocol';
import type { Updateable } from 'kysely';
import { isoInstant, isoNow } from '../../clock.ts';
import type { Transaction } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';
import type { Initiator } from '../../initiator.ts';
import type { EventDraft } from '../events/event-log.ts';
import type { RepeatedEvents } from '../events/repeated-events.ts';
import { lockAssignmentsIn, type Held } from './held.ts';
import { isOpen, type UpdateTools } from './standing.ts';
import { changeAssignment } from './store.ts';
import { noteOnce } from './told-once.ts';

/** Why a report can never apply. */
export type ReportRefusal = 'not-assigned' | 'assignment-closed' | 'update-not-started';

/** What reports do to updates. */
export interface ReportMoves {
  /** Records reports and applies those that are new and in their place. Answers the ids of those that never will apply, with why. */
  applyReports(
    tx: Transaction,
    workstation: { readonly id: string; readonly hostname: string },
    reports: readonly Report[],
    by: Initiator,
  ): Promise<Map<string, ReportRefusal>>;
}

/** An assignment while reports are applied to it, and what they have changed. */
interface Journey {
  held: Held;
  changes: Updateable<Tables['assignments']>;
}

/** The longest text of a failure that an event keeps; the assignment has the whole. */
const detailInEvent = 500;

/** Code 2045: installed, restart needed. */
const restartNeeded = 2045;
/** Code 2046: the update failed and the previous version was put back. */
const rolledBack = 2046;
/** Code 2030: a required update was not installed. */
const declined = 2030;

/** What reports need. */
export interface ReportTools extends UpdateTools {
  readonly repeats: Pick<RepeatedEvents, 'record'>;
}

/** Makes what reports do. */
export function makeReportMoves(tools: ReportTools): ReportMoves {
  const { events, repeats, clock, sightings } = tools;

  type Sender = Parameters<ReportMoves['applyReports']>[1];

  /** Applies one report to an open assignment. False where it is out of its place. */
  async function apply(
    tx: Transaction,
    journey: Journey,
    report: Report,
    sender: Sender,
    by: Initiator,
  ): Promise<boolean> {
    const { held } = journey;
    const attempt = report.attempt ?? Math.max(1, held.attempt);
    // A report without a number comes as it comes.
    const seq = report.seq ?? Number.MAX_SAFE_INTEGER;
    const event = `report-${report.state}` as const;
    const to = nextAssignmentState(held.assignment as AssignmentState, event);
    if (to === null || !isNewerReport({ attempt, seq }, { attempt: held.attempt, seq: held.seq })) return false;
    const isAnotherFailure = !(held.assignment === 'failed' && report.attempt === held.attempt);
    const place = { attempt, seq: report.seq ?? held.seq, state: to, updatedAt: isoNow(clock) };
    Object.assign(journey.changes, place);
    journey.held = { ...held, attempt: place.attempt, seq: place.seq, assignment: to };
    const draft = (type: EventType, data: object = {}): EventDraft => ({
      ...by,
      type,
      object: { kind: 'update', id: held.updateId, name: held.name },
      data: { workstation: sender, target: held.targetVersion, attempt, ...data },
    });
    const told = (type: EventType, data?: object) => void events.record(tx, draft(type, data));
    switch (report.state) {
      case 'offered':
        if (held.offeredAt === null) {
          journey.changes.offeredAt = isoNow(clock);
          journey.held = { ...journey.held, offeredAt: isoNow(clock) };
          told('assignment.offered');
        }
        break;
      case 'deferred':
        await repeats.record(tx, sender.id, draft('assignment.deferred'));
        break;
      case 'declined':
        break;
      case 'downloading':
      case 'downloaded':
        if (report.progress !== undefined) {
          const { bytes, total } = report.progress;
          // Nobody has more of a file than there is of it; a total of 0 says that it is not known.
          journey.changes.progressBytes = total === 0 ? bytes : Math.min(bytes, total);
          journey.changes.progressTotal = total;
        }
        if (report.state === 'downloading') Object.assign(journey.changes, { restartNeeded: 0, why: null });
        else told('assignment.downloaded');
        break;
      case 'installing':
        journey.changes.why = null;
        break;
      case 'installed':
        if (report.code === restartNeeded) journey.changes.restartNeeded = 1;
        break;
      case 'failed':
      case 'rolled-back':
        await fail(tx, journey, report, { isAnother: isAnotherFailure, told });
        break;
    }
    return true;
  }

  async function fail(
    tx: Transaction,
    journey: Journey,
    report: Report,
    how: { readonly isAnother: boolean; told(type: EventType, data?: object): void },
  ): Promise<void> {
    const now = isoNow(clock);
    const { held } = journey;
    const failures = held.failures + (how.isAnother ? 1 : 0);
    const at = isoInstant(Math.min(Date.parse(report.at), clock.now()));
    const code = report.code ?? (report.state === 'rolled-back' ? rolledBack : null);
    const error = { at, code, exitCode: report.exitCode ?? null, detail: report.detail ?? null };
    const until = relaxedUntil(held.onFailure as OnFailure, failures, now);
    Object.assign(journey.changes, {
      failures,
      lastError: JSON.stringify({ ...error, logTail: report.logTail ?? null }),
      why: null,
      ...(until === null ? {} : { relaxedUntil: until }),
    });
    journey.held = { ...journey.held, failures };
    const detail = error.detail?.slice(0, detailInEvent);
    const type = report.state === 'failed' ? 'assignment.failed' : 'assignment.rolled-back';
    how.told(type, { code, exitCode: error.exitCode, detail, failures });
    if (until !== null) how.told('assignment.relaxed', { until, failures });
    await sightings.recordFailure(tx, { workstationId: held.workstationId, productId: held.productId, ...error });
  }

  /** The person left the application closed: that start was blocked, by the person's own choice, whatever became of the update. */
  function recordDeclined(tx: Transaction, held: Held, report: Report, sender: Sender, by: Initiator): Promise<void> {
    return repeats.record(tx, sender.id, {
      ...by,
      type: 'start.blocked',
      object: { kind: 'workstation', id: sender.id, name: sender.hostname },
      data: {
        code: report.code ?? declined,
        reason: 'declined',
        update: { id: held.updateId, name: held.name },
        target: held.targetVersion,
        at: isoInstant(Date.parse(report.at)),
      },
    });
  }

  return {
    applyReports: async (tx, workstation, reports, by) => {
      const fresh = await noteOnce(tx, workstation.id, reports, { receivedAt: isoNow(clock), isApplied: false });
      const updateIds = [...new Set(reports.map(({ updateId }) => updateId))].sort();
      const rows = await lockAssignmentsIn(tx, workstation.id, updateIds);
      const journeys = new Map(rows.map((held): [string, Journey] => [held.updateId, { held, changes: {} }]));
      const refused = new Map<string, ReportRefusal>();
      const applied: string[] = [];
      const again = new Map<string, ReportRefusal>();
      for (const report of reports) {
        const journey = journeys.get(report.updateId);
        const refusal = refusalOf(journey?.held, isoNow(clock));
        if (!fresh.delete(report.id)) {
          if (refusal !== null) again.set(report.id, refusal);
          continue;
        }
        if (journey !== undefined && report.state === 'declined') {
          await recordDeclined(tx, journey.held, report, workstation, by);
        }
        if (journey === undefined || refusal !== null) {
          refused.set(report.id, refusal ?? 'not-assigned');
        } else if (await apply(tx, journey, report, workstation, by)) {
          applied.push(report.id);
        }
      }
      for (const { held, changes } of journeys.values()) await changeAssignment(tx, held, changes);
      // What was refused is told so again: the first answer may have been lost.
      for (const id of await neverApplied(tx, workstation.id, [...again.keys()])) {
        const refusal = again.get(id);
        if (refusal !== undefined) refused.set(id, refusal);
      }
      if (applied.length > 0) {
        await tx.db
          .updateTable('reports')
          .set({ applied: 1 })
          .where('workstationId', '=', workstation.id)
          .where('id', 'in', applied)
          .execute();
      }
      return refused;
    },
  };
}

/** Those of some reports that came before and changed nothing. */
async function neverApplied(tx: Transaction, workstationId: string, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await tx.db
    .selectFrom('reports')
    .select('id')
    .where('workstationId', '=', workstationId)
    .where('id', 'in', ids)
    .where('applied', '=', 0)
    .execute();
  return rows.map(({ id }) => id);
}

function refusalOf(held: Held | undefined, now: string): ReportRefusal | null {
  if (held === undefined) return 'not-assigned';
  // A machine may begin by its policy while it is offline, before the server gets to it.
  const isBegun = held.update !== 'draft' && (held.update !== 'scheduled' || (held.startsAt ?? now) <= now);
  if (!isBegun) return 'update-not-started';
  return isOpen(held.assignment) ? null : 'assignment-closed';
}
