// From which states an event moves assignments, and to which: the rules' table as statements in SQL take it.
import { assignmentStates, isOpenAssignment, nextAssignmentState, type AssignmentEvent } from '@usher/core';
import type { AssignmentState } from '@usher/core';

/** An event that leads to one state from wherever it applies. */
export interface MassMove {
  readonly from: readonly AssignmentState[];
  readonly to: AssignmentState;
}

/**
 * What an event does to many assignments at once: the states that it applies to, and the one that it leads to.
 * @throws Error for an event of no state, or of several ends: the table has changed then
 */
export function massMove(event: AssignmentEvent): MassMove {
  const from = assignmentStates.filter((state) => nextAssignmentState(state, event) !== null);
  const ends = new Set(from.map((state) => nextAssignmentState(state, event)));
  const [to] = ends;
  if (ends.size !== 1 || to === undefined || to === null) throw new Error(`${event} does not lead to one state.`);
  return { from, to };
}

/** The states in which an update still wants something of the workstation. */
export const openStates: readonly AssignmentState[] = assignmentStates.filter(isOpenAssignment);

/** The states in which something is being done, so that silence means trouble. */
export const underWayStates = ['downloading', 'downloaded', 'installing'] as const satisfies readonly AssignmentState[];
