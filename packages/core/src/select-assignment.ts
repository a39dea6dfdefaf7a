// Which of a workstation's updates goes into its policy, how strictly, and what this check moves.
import {
  isOpenAssignment,
  nextAssignmentState,
  type AssignmentEvent,
  type AssignmentState,
} from './assignment-state.ts';
import { parseInstant } from './instant.ts';
import type { Requirement } from './policy.ts';
import type { UpdateEvent, UpdateState } from './update-state.ts';
import { sameVersion } from './versions.ts';

/** One update of the product that has an assignment for the workstation, as it stands before the check. */
export interface AssignedUpdate {
  readonly updateId: string;
  /** Order of creation; decides between updates that start at once. */
  readonly number: number;
  readonly state: UpdateState;
  /** Planned start, or the moment of the start; null only where it was never started. */
  readonly startsAt: string | null;
  readonly targetVersion: string;
  readonly requirement: Requirement;
  /** The cut-off as an instant for this workstation. */
  readonly cutoffAt: string | null;
  /** The target is disapproved or not published. */
  readonly isSuspended: boolean;
  /** The target has an approved installer that this workstation can run. */
  readonly hasInstaller: boolean;
  readonly assignment: AssignmentState;
}

/** What the check says. */
export interface CheckFacts {
  /** The server's time. */
  readonly now: string;
  /** Null where nothing is installed. */
  readonly installedVersion: string | null;
}

/** One step of one assignment; several for one assignment follow each other. */
export interface AssignmentMove {
  readonly updateId: string;
  readonly event: AssignmentEvent;
  readonly from: AssignmentState;
  readonly to: AssignmentState;
}

/** What the check comes to. */
export interface Selection {
  readonly carried: {
    readonly updateId: string;
    /** For this workstation: `mandatory` also where an older requirement survives. */
    readonly requirement: Requirement;
    /** The older update whose requirement survives in this one; null where there is none. */
    readonly requiredBy: string | null;
  } | null;
  readonly moves: readonly AssignmentMove[];
  /** Updates that begin by this check (`begin`), and completed ones that run again by it (`reopen`). */
  readonly updateEvents: readonly { readonly updateId: string; readonly event: UpdateEvent }[];
}

interface Candidate {
  readonly update: AssignedUpdate;
  /** `scheduled` no more where its start is over. */
  readonly state: UpdateState;
  readonly start: number;
  /** The workstation reports the target's version. */
  readonly isThere: boolean;
  /** State of the assignment, as far as this check has moved it. */
  now: AssignmentState;
}

/**
 * The newest update in force that holds the workstation goes into the policy; where none is in force, the next one
 * that is scheduled. "Newest" is by start, then by number. In force is what runs or is completed, and not suspended.
 * A paused update is in force only where the workstation is already downloading or installing, or runs the target
 * that it installed: else pausing would send those who are done back to an older update.
 *
 * Along the way: an update whose start is over begins; whoever reports a target closes that assignment; another
 * version opens an installed one in force again, unless a newer update in force brought that version; a superseded
 * one stands again once no newer one is in force; with the newest installed, open older ones are superseded; with no
 * installer that fits an assignment is not applicable, until there is one.
 *
 * A requirement survives: while an older update in force is open here after this check, and mandatory or past its
 * cut-off, the carried one is mandatory.
 */
export function selectAssignment(updates: readonly AssignedUpdate[], facts: CheckFacts): Selection {
  const now = parseInstant(facts.now);
  const candidates = updates.map((update) => candidate(update, facts, now)).sort(byAge);
  const moves: AssignmentMove[] = [];
  const move = (one: Candidate, event: AssignmentEvent) => {
    const to = nextAssignmentState(one.now, event);
    if (to === null) return;
    moves.push({ updateId: one.update.updateId, event, from: one.now, to });
    one.now = to;
  };

  const begun = candidates.filter(({ state }) => state === 'running' || state === 'paused' || state === 'completed');
  for (const one of begun) {
    const isActive = one.state !== 'paused' && !one.update.isSuspended;
    if (isActive && one.update.hasInstaller) move(one, 'applicable-again');
    if (one.isThere) move(one, 'check-confirmed');
    else if (isActive && !one.update.hasInstaller) move(one, 'not-applicable');
  }

  const inForce = begun.filter(isInForce);
  const newest = inForce.at(-1);
  for (const [index, one] of inForce.entries()) {
    const isByNewer = inForce.slice(index + 1).some(({ isThere }) => isThere);
    if (one.now === 'installed' && !one.isThere && !isByNewer) move(one, 'check-reopened');
  }
  if (newest?.now === 'superseded') {
    move(newest, 'check-reopened');
    if (newest.isThere) move(newest, 'check-confirmed');
  }
  if (newest?.now === 'installed') {
    for (const older of begun.slice(0, begun.indexOf(newest))) move(older, 'supersede');
  }

  return {
    carried: carriedOf(newest, inForce, now) ?? nextScheduled(candidates),
    moves,
    updateEvents: candidates.flatMap(updateEventsOf),
  };
}

function candidate(update: AssignedUpdate, facts: CheckFacts, now: number): Candidate {
  const start = update.startsAt === null ? Number.NEGATIVE_INFINITY : parseInstant(update.startsAt);
  return {
    update,
    // As in `decide`, a start that can't be read is over.
    state: update.state === 'scheduled' && !(start > now) ? 'running' : update.state,
    start: Number.isNaN(start) ? Number.NEGATIVE_INFINITY : start,
    isThere: facts.installedVersion !== null && sameVersion(update.targetVersion, facts.installedVersion),
    now: update.assignment,
  };
}

function updateEventsOf({ update, state, now }: Candidate): Selection['updateEvents'] {
  const { updateId } = update;
  if (state !== update.state) return [{ updateId, event: 'begin' }];
  return state === 'completed' && isOpenAssignment(now) ? [{ updateId, event: 'reopen' }] : [];
}

function byAge(a: Candidate, b: Candidate): number {
  // Not a difference: that of two infinities is no number.
  return a.start === b.start ? a.update.number - b.update.number : a.start < b.start ? -1 : 1;
}

function isInForce(one: Candidate): boolean {
  if (one.update.isSuspended || !one.update.hasInstaller) return false;
  if (one.now === 'cancelled' || one.now === 'not-applicable') return false;
  if (one.state !== 'paused') return true;
  const isUnderWay = one.update.assignment === 'downloading' || one.update.assignment === 'installing';
  return isUnderWay || (one.now === 'installed' && one.isThere);
}

function carriedOf(newest: Candidate | undefined, inForce: readonly Candidate[], now: number): Selection['carried'] {
  if (newest === undefined) return null;
  const { updateId, requirement } = newest.update;
  if (requirement === 'mandatory') return { updateId, requirement, requiredBy: null };
  const survivor = inForce.slice(0, -1).findLast((older) => isOpenAssignment(older.now) && isRequired(older, now));
  return survivor === undefined
    ? { updateId, requirement, requiredBy: null }
    : { updateId, requirement: 'mandatory', requiredBy: survivor.update.updateId };
}

function isRequired({ update }: Candidate, now: number): boolean {
  return update.requirement === 'mandatory' || (update.cutoffAt !== null && !(parseInstant(update.cutoffAt) > now));
}

/** So that it can begin while the machine is offline. Of those that start at once, the one that will be the newest. */
function nextScheduled(candidates: readonly Candidate[]): Selection['carried'] {
  const scheduled = candidates.filter(
    ({ state, update }) =>
      state === 'scheduled' && !update.isSuspended && update.hasInstaller && isOpenAssignment(update.assignment),
  );
  const first = scheduled[0];
  const next = scheduled.findLast(({ start }) => start === first?.start);
  return next === undefined
    ? null
    : { updateId: next.update.updateId, requirement: next.update.requirement, requiredBy: null };
}
