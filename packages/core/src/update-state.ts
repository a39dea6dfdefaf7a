// The one table of what moves an update process from which state to which; everything else asks it.

/** Every state of an update, in the order in which people read them. */
export const updateStates = ['draft', 'scheduled', 'running', 'paused', 'completed', 'cancelled'] as const;

/** State of an update process. */
export type UpdateState = (typeof updateStates)[number];

/**
 * What moves an update: an administrator's start, at once or for later; the moment that it was scheduled for
 * (`begin`); `pause`, `resume`, `cancel`; the last assignment closed (`complete`); and one that opened again, or a
 * workstation that was added, after that (`reopen`).
 */
export type UpdateEvent = 'start-now' | 'start-later' | 'begin' | 'pause' | 'resume' | 'cancel' | 'complete' | 'reopen';

const table: Readonly<Record<UpdateEvent, Readonly<Partial<Record<UpdateState, UpdateState>>>>> = {
  'start-now': { draft: 'running' },
  'start-later': { draft: 'scheduled' },
  begin: { scheduled: 'running' },
  pause: { running: 'paused' },
  resume: { paused: 'running' },
  // A completed update is still in force; only this ends it.
  cancel: {
    draft: 'cancelled',
    scheduled: 'cancelled',
    running: 'cancelled',
    paused: 'cancelled',
    completed: 'cancelled',
  },
  complete: { running: 'completed' },
  reopen: { completed: 'running' },
};

/** Every event of the table. */
export const updateEvents = Object.keys(table) as readonly UpdateEvent[];

/** The state after `event`; null where the update's state does not allow it. */
export function nextUpdateState(state: UpdateState, event: UpdateEvent): UpdateState | null {
  return table[event][state] ?? null;
}
