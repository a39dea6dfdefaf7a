// The one table of who moves an assignment, from which state to which; everything else asks it.

/** Every state of an assignment, in the order in which people read them. */
export const assignmentStates = [
  'waiting',
  'offered',
  'deferred',
  'downloading',
  'downloaded',
  'installing',
  'failed',
  'installed',
  'superseded',
  'cancelled',
  'not-applicable',
] as const;

/** State of one workstation in one update. */
export type AssignmentState = (typeof assignmentStates)[number];

/** What a workstation can say in a report; `installed` there is a claim that only a check can confirm. */
export const reportStates = [
  'offered',
  'deferred',
  'downloading',
  'downloaded',
  'installing',
  'installed',
  'failed',
  'rolled-back',
  'declined',
] as const;

/** State that a report names. */
export type ReportState = (typeof reportStates)[number];

/**
 * What moves an assignment: a report; a check that finds the target's version (`check-confirmed`), or another one
 * while the update is in force (`check-reopened`); no sign of life for the set time (`silent`); `retry`, by hand or
 * by rule; a newer update that is installed (`supersede`); the end of the update or the workstation's leaving it
 * (`cancel`); no installer that fits, and one after all (`not-applicable`, `applicable-again`).
 */
export type AssignmentEvent =
  | `report-${ReportState}`
  | 'check-confirmed'
  | 'check-reopened'
  | 'silent'
  | 'retry'
  | 'supersede'
  | 'cancel'
  | 'not-applicable'
  | 'applicable-again';

type Row = Readonly<Partial<Record<AssignmentState, AssignmentState>>>;

function row(from: readonly AssignmentState[], to: AssignmentState): Row {
  return Object.fromEntries(from.map((state) => [state, to]));
}

const open = ['waiting', 'offered', 'deferred', 'downloading', 'downloaded', 'installing', 'failed'] as const;
const beforeChoice = ['waiting', 'offered', 'deferred'] as const;
const beforeInstalling = ['offered', 'downloading', 'downloaded', 'failed'] as const;

const table: Readonly<Record<AssignmentEvent, Row>> = {
  'report-offered': row(beforeChoice, 'offered'),
  // A person can call an optional update off while it downloads: that is a "not now", too.
  'report-deferred': row([...beforeChoice, 'downloading'], 'deferred'),
  // Declining is an answer for this start alone: the update stays offered.
  'report-declined': row(beforeChoice, 'offered'),
  'report-downloading': row([...beforeChoice, 'failed', 'downloading'], 'downloading'),
  'report-downloaded': row(['downloading'], 'downloaded'),
  'report-installing': row([...beforeInstalling, 'installing'], 'installing'),
  // A success that the installer claims is not success: the next check must see the version.
  'report-installed': row([...beforeInstalling, 'installing'], 'installing'),
  'report-failed': row(open, 'failed'),
  'report-rolled-back': row(open, 'failed'),
  'check-confirmed': row(open, 'installed'),
  // A superseded one stands again where the newer update was cancelled.
  'check-reopened': row(['installed', 'superseded'], 'waiting'),
  silent: row(
    open.filter((state) => state !== 'failed'),
    'failed',
  ),
  retry: row(['failed'], 'waiting'),
  supersede: row(open, 'superseded'),
  cancel: row(open, 'cancelled'),
  'not-applicable': row(open, 'not-applicable'),
  'applicable-again': row(['not-applicable'], 'waiting'),
};

/** Every event of the table. */
export const assignmentEvents = Object.keys(table) as readonly AssignmentEvent[];

/** The state after `event`, which may be the same one; null where the event does not apply and is only recorded. */
export function nextAssignmentState(state: AssignmentState, event: AssignmentEvent): AssignmentState | null {
  return table[event][state] ?? null;
}

const openStates: ReadonlySet<AssignmentState> = new Set(open);

/** True while the update still wants something of the workstation. */
export function isOpenAssignment(state: AssignmentState): boolean {
  return openStates.has(state);
}

/** Place of a report in its assignment's story: `attempt` 1, 2, … per assignment, `seq` rising per workstation. */
export interface ReportOrder {
  readonly attempt: number;
  readonly seq: number;
}

/** True where the report comes after the last one that was applied (null: none was), by attempt and then by number. */
export function isNewerReport(report: ReportOrder, lastApplied: ReportOrder | null): boolean {
  if (lastApplied === null || report.attempt > lastApplied.attempt) return true;
  return report.attempt === lastApplied.attempt && report.seq > lastApplied.seq;
}

/** Workstations of one update by state; every state is there, zeros included. */
export type AssignmentCounts = Readonly<Record<AssignmentState, number>>;

/** Counts of `states`, every state included. */
export function countAssignments(states: Iterable<AssignmentState>): AssignmentCounts {
  const counts = Object.fromEntries(assignmentStates.map((state) => [state, 0])) as Record<AssignmentState, number>;
  for (const state of states) counts[state] += 1;
  return counts;
}

/** True where an update is complete: it has at least one assignment, and none is open. */
export function isComplete(counts: AssignmentCounts): boolean {
  let total = 0;
  let openOnes = 0;
  for (const state of assignmentStates) {
    total += counts[state];
    if (isOpenAssignment(state)) openOnes += counts[state];
  }
  return total > 0 && openOnes === 0;
}
