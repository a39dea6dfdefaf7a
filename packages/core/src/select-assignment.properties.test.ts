// What holds for the selection of any three updates: it follows the tables, is settled, and depends on no order.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignmentStates, isOpenAssignment, nextAssignmentState, type AssignmentState } from './assignment-state.ts';
import { selectAssignment, type AssignedUpdate } from './select-assignment.ts';
import { nextUpdateState, updateStates } from './update-state.ts';
import { sameVersion } from './versions.ts';

const now = '2026-12-01T09:00:00.000Z';
const check = (installedVersion: string | null, ...updates: AssignedUpdate[]) =>
  selectAssignment(updates, { now, installedVersion });

describe('every check', () => {
  const versions = ['3.21.0', '3.22.0', '3.22', 'beta'];
  const anyUpdate = (number: number) =>
    fc.record({
      updateId: fc.constant(`up_${number}`),
      number: fc.constant(number),
      state: fc.constantFrom(...updateStates),
      startsAt: fc.option(fc.constantFrom('2026-11-30T09:00:00.000Z', now, '2026-12-02T09:00:00.000Z')),
      targetVersion: fc.constantFrom(...versions),
      requirement: fc.constantFrom('mandatory' as const, 'optional' as const),
      cutoffAt: fc.option(fc.constantFrom(now, '2026-12-02T09:00:00.000Z')),
      isSuspended: fc.boolean(),
      hasInstaller: fc.constantFrom(true, true, false),
      assignment: fc.constantFrom(...assignmentStates),
    });
  const anyUpdates = fc.tuple(anyUpdate(1), anyUpdate(2), anyUpdate(3));
  const anyVersion = fc.option(fc.constantFrom(...versions));
  const runs = { numRuns: 1_000 };

  function after(updates: readonly AssignedUpdate[], selection: ReturnType<typeof check>): AssignedUpdate[] {
    return updates.map((one) => {
      const moves = selection.moves.filter(({ updateId }) => updateId === one.updateId);
      const event = selection.updateEvents.find(({ updateId }) => updateId === one.updateId)?.event;
      return {
        ...one,
        assignment: moves.at(-1)?.to ?? one.assignment,
        state: event === undefined ? one.state : nextUpdateState(one.state, event)!,
      };
    });
  }

  it('moves along the tables alone', () => {
    fc.assert(
      fc.property(anyUpdates, anyVersion, (updates, version) => {
        const { moves, updateEvents } = check(version, ...updates);
        const states = new Map<string, AssignmentState>(updates.map((one) => [one.updateId, one.assignment]));
        for (const { updateId, event, from, to } of moves) {
          expect(states.get(updateId)).toBe(from);
          expect(nextAssignmentState(from, event)).toBe(to);
          states.set(updateId, to);
        }
        for (const { updateId, event } of updateEvents) {
          const before = updates.find((one) => one.updateId === updateId)!;
          expect(nextUpdateState(before.state, event)).not.toBeNull();
        }
      }),
      runs,
    );
  });

  it('comes to the same when it is asked again, and then moves nothing', () => {
    fc.assert(
      fc.property(anyUpdates, anyVersion, (updates, version) => {
        const first = check(version, ...updates);
        const second = check(version, ...after(updates, first));
        expect(second.moves).toStrictEqual([]);
        expect(second.updateEvents).toStrictEqual([]);
        expect(second.carried).toStrictEqual(first.carried);
      }),
      runs,
    );
  });

  it('does not depend on the order in which the updates are handed in', () => {
    fc.assert(
      fc.property(anyUpdates, anyVersion, (updates, version) => {
        expect(check(version, ...updates.toReversed()).carried).toStrictEqual(check(version, ...updates).carried);
      }),
    );
  });

  it('closes as installed exactly who reports the target of an update that has begun', () => {
    fc.assert(
      fc.property(anyUpdates, anyVersion, (updates, version) => {
        for (const { updateId, event } of check(version, ...updates).moves) {
          if (event !== 'check-confirmed') continue;
          const one = updates.find((each) => each.updateId === updateId)!;
          expect(version !== null && sameVersion(one.targetVersion, version)).toBe(true);
          expect(['scheduled', 'running', 'paused', 'completed']).toContain(one.state);
        }
      }),
      runs,
    );
  });

  it('carries nothing that is cancelled, a draft, suspended or not applicable', () => {
    fc.assert(
      fc.property(anyUpdates, anyVersion, (updates, version) => {
        const selection = check(version, ...updates);
        const one = after(updates, selection).find(({ updateId }) => updateId === selection.carried?.updateId);
        if (one === undefined) return;
        expect(['scheduled', 'running', 'paused', 'completed']).toContain(one.state);
        expect([one.isSuspended, one.hasInstaller]).toStrictEqual([false, true]);
        expect(isOpenAssignment(one.assignment) || one.assignment === 'installed').toBe(true);
      }),
      runs,
    );
  });
});
