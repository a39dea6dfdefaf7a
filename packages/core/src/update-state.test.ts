// What moves an update process: every pair of state and event.
import { describe, expect, it } from 'vitest';
import { nextUpdateState, updateEvents, updateStates, type UpdateEvent, type UpdateState } from './update-state.ts';

const expected: readonly (readonly [UpdateState, UpdateEvent, UpdateState])[] = [
  ['draft', 'start-now', 'running'],
  ['draft', 'start-later', 'scheduled'],
  ['draft', 'cancel', 'cancelled'],
  ['scheduled', 'begin', 'running'],
  ['scheduled', 'cancel', 'cancelled'],
  ['running', 'pause', 'paused'],
  ['running', 'complete', 'completed'],
  ['running', 'cancel', 'cancelled'],
  ['paused', 'resume', 'running'],
  ['paused', 'cancel', 'cancelled'],
  ['completed', 'reopen', 'running'],
  ['completed', 'cancel', 'cancelled'],
];

describe('an update', () => {
  it.each(expected)('that is %s becomes, by %s, %s', (from, event, to) => {
    expect(nextUpdateState(from, event)).toBe(to);
  });

  it('moves in no other way', () => {
    const moves = updateStates.flatMap((state) =>
      updateEvents.filter((event) => nextUpdateState(state, event) !== null).map((event) => `${state} ${event}`),
    );
    expect(moves.sort()).toStrictEqual(expected.map(([from, event]) => `${from} ${event}`).sort());
  });

  it('that is cancelled stays so', () => {
    expect(updateEvents.map((event) => nextUpdateState('cancelled', event))).toStrictEqual(
      updateEvents.map(() => null),
    );
  });
});
