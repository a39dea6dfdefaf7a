// Who moves an assignment: every pair of state and event, and what holds for any order of reports.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assignmentEvents,
  assignmentStates,
  countAssignments,
  isComplete,
  isNewerReport,
  isOpenAssignment,
  nextAssignmentState,
  reportStates,
  type AssignmentEvent,
  type AssignmentState,
  type ReportOrder,
} from './assignment-state.ts';

// One line an event; one column a state: W waiting, O offered, D deferred, d downloading, l downloaded, i installing,
// F failed, I installed, S superseded, C cancelled, N not-applicable; a dot where the event does not apply.
const letters: Readonly<Record<string, AssignmentState>> = {
  W: 'waiting',
  O: 'offered',
  D: 'deferred',
  d: 'downloading',
  l: 'downloaded',
  i: 'installing',
  F: 'failed',
  I: 'installed',
  S: 'superseded',
  C: 'cancelled',
  N: 'not-applicable',
};
const columns = Object.keys(letters);
const expected: Readonly<Record<AssignmentEvent, string>> = {
  'report-offered': 'OOO........',
  'report-deferred': 'DDDD.......',
  'report-declined': 'OOO........',
  'report-downloading': 'dddd..d....',
  'report-downloaded': '...l.......',
  'report-installing': '.i.iiii....',
  'report-installed': '.i.iiii....',
  'report-failed': 'FFFFFFF....',
  'report-rolled-back': 'FFFFFFF....',
  'check-confirmed': 'IIIIIII....',
  'check-reopened': '.......WW..',
  silent: 'FFFFFF.....',
  retry: '......W....',
  supersede: 'SSSSSSS....',
  cancel: 'CCCCCCC....',
  'not-applicable': 'NNNNNNN....',
  'applicable-again': '..........W',
};

describe('an assignment', () => {
  it.each(Object.entries(expected) as [AssignmentEvent, string][])('moves by %s: %s', (event, line) => {
    const actual = columns.map((column) => {
      const next = nextAssignmentState(letters[column]!, event);
      return next === null ? '.' : columns.find((letter) => letters[letter] === next);
    });
    expect(actual.join('')).toBe(line);
  });

  it('has no event and no state beyond these', () => {
    expect([...assignmentEvents].sort()).toStrictEqual(Object.keys(expected).sort());
    expect([...assignmentStates].sort()).toStrictEqual(Object.values(letters).sort());
  });

  it('is open until it is installed, superseded, cancelled or not applicable', () => {
    expect(assignmentStates.filter((state) => !isOpenAssignment(state))).toStrictEqual([
      'installed',
      'superseded',
      'cancelled',
      'not-applicable',
    ]);
  });

  it('is not closed by any report, and not opened by one', () => {
    for (const state of assignmentStates) {
      for (const report of reportStates) {
        const next = nextAssignmentState(state, `report-${report}`);
        if (next !== null) expect([isOpenAssignment(state), isOpenAssignment(next)]).toStrictEqual([true, true]);
      }
    }
  });

  it('opens again by a check or by a fitting installer alone, and never after it was cancelled', () => {
    for (const state of assignmentStates.filter((each) => !isOpenAssignment(each))) {
      const opening = assignmentEvents.filter((event) => nextAssignmentState(state, event) !== null);
      const named: Partial<Record<AssignmentState, AssignmentEvent[]>> = {
        installed: ['check-reopened'],
        superseded: ['check-reopened'],
        'not-applicable': ['applicable-again'],
      };
      expect(opening).toStrictEqual(named[state] ?? []);
    }
  });
});

describe('reports out of order', () => {
  interface Report extends ReportOrder {
    readonly state: (typeof reportStates)[number];
  }
  const reports = fc
    .array(fc.constantFrom(...reportStates), { maxLength: 8 })
    .chain((states) => fc.tuple(fc.constant(states), fc.array(fc.nat(1), { minLength: 8, maxLength: 8 })))
    .map(([states, steps]) => {
      let attempt = 1;
      return states.map((state, index): Report => {
        attempt += steps[index]!;
        return { state, attempt, seq: index + 1 };
      });
    });

  interface Received {
    readonly state: AssignmentState;
    readonly last: ReportOrder | null;
  }
  function receive(before: Received, report: Report): Received {
    const next = nextAssignmentState(before.state, `report-${report.state}`);
    return next === null || !isNewerReport(report, before.last) ? before : { state: next, last: report };
  }

  it('are newer by attempt first, then by number', () => {
    expect(isNewerReport({ attempt: 1, seq: 1 }, null)).toBe(true);
    expect(isNewerReport({ attempt: 2, seq: 1 }, { attempt: 1, seq: 9 })).toBe(true);
    expect(isNewerReport({ attempt: 1, seq: 10 }, { attempt: 2, seq: 9 })).toBe(false);
    expect(isNewerReport({ attempt: 2, seq: 9 }, { attempt: 2, seq: 9 })).toBe(false);
    expect(isNewerReport({ attempt: 2, seq: 10 }, { attempt: 2, seq: 9 })).toBe(true);
  });

  it('never move a state back: what came before the last applied one changes nothing', () => {
    fc.assert(
      fc.property(reports, fc.array(fc.nat(100), { minLength: 8, maxLength: 8 }), (sent, keys) => {
        const shuffled = sent
          .map((report, index) => ({ report, key: keys[index]! }))
          .sort((a, b) => a.key - b.key)
          .map(({ report }) => report);
        let received: Received = { state: 'waiting', last: null };
        for (const report of shuffled) {
          const after = receive(received, report);
          if (after !== received) expect(isNewerReport(report, received.last)).toBe(true);
          // Sent twice, or the whole story so far again: nothing more happens.
          for (const again of shuffled.slice(0, shuffled.indexOf(report) + 1)) {
            const twice = receive(after, again);
            if (!isNewerReport(again, after.last)) expect(twice).toBe(after);
          }
          received = after;
        }
      }),
    );
  });

  it('count once each where they come in order, however often they are sent', () => {
    fc.assert(
      fc.property(reports, (sent) => {
        const start: Received = { state: 'waiting', last: null };
        const once = sent.reduce(receive, start);
        const doubled = sent.flatMap((report) => [report, report]).reduce(receive, start);
        expect(doubled).toStrictEqual(once);
      }),
    );
  });
});

describe('counts', () => {
  it('have every state, zeros included, and sum to the total', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...assignmentStates)), (states) => {
        const counts = countAssignments(states);
        expect(Object.keys(counts)).toStrictEqual([...assignmentStates]);
        expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(states.length);
        expect(isComplete(counts)).toBe(states.length > 0 && !states.some(isOpenAssignment));
      }),
    );
  });

  it('of nobody are not complete', () => {
    expect(isComplete(countAssignments([]))).toBe(false);
  });

  it('of failed ones are not complete', () => {
    expect(isComplete(countAssignments(['installed', 'failed']))).toBe(false);
    expect(isComplete(countAssignments(['installed', 'not-applicable', 'superseded', 'cancelled']))).toBe(true);
  });
});
