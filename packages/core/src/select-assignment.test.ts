// Which assignment goes into the policy, and what a check moves: the whole paragraph of the rules, and its corners.
import { describe, expect, it } from 'vitest';
import { selectAssignment, type AssignedUpdate } from './select-assignment.ts';

const now = '2026-12-01T09:00:00.000Z';

function update(number: number, change: Partial<AssignedUpdate> = {}): AssignedUpdate {
  return {
    updateId: `up_${number}`,
    number,
    state: 'running',
    startsAt: `2026-11-0${number}T00:00:00.000Z`,
    targetVersion: `3.2${number}.0`,
    requirement: 'optional',
    cutoffAt: null,
    isSuspended: false,
    hasInstaller: true,
    assignment: 'waiting',
    ...change,
  };
}

const check = (installedVersion: string | null, ...updates: AssignedUpdate[]) =>
  selectAssignment(updates, { now, installedVersion });
const moved = (selection: ReturnType<typeof check>) =>
  selection.moves.map(({ updateId, event, to }) => `${updateId} ${event} ${to}`);

describe('what goes into the policy', () => {
  it('is nothing where there is no update', () => {
    expect(check('3.20.0')).toStrictEqual({ carried: null, moves: [], updateEvents: [] });
  });

  it('is the newest by start, whatever the order of creation', () => {
    const late = update(1, { startsAt: '2026-11-09T00:00:00.000Z' });
    expect(check('3.20.0', late, update(2)).carried?.updateId).toBe('up_1');
    expect(check('3.20.0', update(2), late).carried?.updateId).toBe('up_1');
  });

  it('is the newest by number where two started at once', () => {
    const startsAt = '2026-11-01T00:00:00.000Z';
    expect(check('3.20.0', update(2, { startsAt }), update(1, { startsAt })).carried?.updateId).toBe('up_2');
  });

  it('is ordered by the instant, not by its text', () => {
    const late = update(1, { startsAt: '2026-11-05T23:00:00-03:00' });
    expect(check('3.20.0', late, update(2, { startsAt: '2026-11-06T01:00:00Z' })).carried?.updateId).toBe('up_1');
  });

  it.each(['draft', 'cancelled'] as const)('is never an update that is %s', (state) => {
    expect(check('3.21.0', update(1, { state }))).toStrictEqual({ carried: null, moves: [], updateEvents: [] });
  });

  it('is still a completed one: it is in force until it is cancelled', () => {
    const done = update(1, { state: 'completed', assignment: 'installed' });
    expect(check('3.21.0', done)).toStrictEqual({
      carried: { updateId: 'up_1', requirement: 'optional', requiredBy: null },
      moves: [],
      updateEvents: [],
    });
  });

  it.each(['cancelled', 'not-applicable'] as const)('is no update that this workstation left as %s', (assignment) => {
    const newer = update(2, { assignment, hasInstaller: assignment === 'cancelled' });
    expect(check('3.20.0', update(1), newer).carried?.updateId).toBe('up_1');
  });

  it('is also the update whose installation this check confirms', () => {
    const selection = check('3.21.0', update(1, { assignment: 'installing' }));
    expect(selection.carried?.updateId).toBe('up_1');
    expect(moved(selection)).toStrictEqual(['up_1 check-confirmed installed']);
  });
});

describe('a paused update', () => {
  it.each(['downloading', 'installing'] as const)('goes on for a workstation that is %s', (assignment) => {
    const paused = update(2, { state: 'paused', assignment });
    expect(check('3.20.0', update(1), paused).carried?.updateId).toBe('up_2');
  });

  it.each(['waiting', 'offered', 'deferred', 'downloaded', 'failed', 'superseded'] as const)(
    'lets the older one stand for a workstation that is %s',
    (assignment) => {
      const selection = check('3.20.0', update(1), update(2, { state: 'paused', assignment }));
      expect(selection.carried?.updateId).toBe('up_1');
      expect(selection.moves).toStrictEqual([]);
    },
  );

  it('does not send back who has installed it', () => {
    const older = update(1, { requirement: 'mandatory', state: 'completed', assignment: 'installed' });
    const selection = check('3.22.0', older, update(2, { state: 'paused', assignment: 'installed' }));
    expect(selection.carried).toStrictEqual({ updateId: 'up_2', requirement: 'optional', requiredBy: null });
    expect(selection.moves).toStrictEqual([]);
  });

  it('is closed by a check that reports its version', () => {
    expect(moved(check('3.21.0', update(1, { state: 'paused' })))).toStrictEqual(['up_1 check-confirmed installed']);
  });

  it('does not open again, nor become not applicable', () => {
    const paused = update(1, { state: 'paused', assignment: 'installed' });
    expect(check('3.20.0', paused)).toStrictEqual({ carried: null, moves: [], updateEvents: [] });
    expect(check('3.20.0', { ...paused, assignment: 'offered', hasInstaller: false }).moves).toStrictEqual([]);
  });
});

describe('a suspended update', () => {
  it.each(['waiting', 'downloading', 'installing', 'installed'] as const)(
    'is not in force, even for a workstation that is %s',
    (assignment) => {
      const suspended = update(2, { isSuspended: true, hasInstaller: false, assignment });
      const selection = check('3.20.0', update(1), suspended);
      expect(selection.carried?.updateId).toBe('up_1');
      expect(selection.moves).toStrictEqual([]);
    },
  );

  it('gives way to the older one for those who run its disapproved target', () => {
    const older = update(1, { requirement: 'mandatory', state: 'completed', assignment: 'superseded' });
    const selection = check('3.22.0', older, update(2, { isSuspended: true, assignment: 'installed' }));
    expect(selection.carried).toStrictEqual({ updateId: 'up_1', requirement: 'mandatory', requiredBy: null });
    expect(moved(selection)).toStrictEqual(['up_1 check-reopened waiting']);
    expect(selection.updateEvents).toStrictEqual([{ updateId: 'up_1', event: 'reopen' }]);
  });
});

describe('a requirement survives', () => {
  const mandatory = update(1, { requirement: 'mandatory', assignment: 'deferred' });

  it('in the newest, while an older mandatory one is open', () => {
    expect(check('3.20.0', mandatory, update(2)).carried).toStrictEqual({
      updateId: 'up_2',
      requirement: 'mandatory',
      requiredBy: 'up_1',
    });
  });

  it('from an optional one at its cut-off, not before', () => {
    const past = update(1, { cutoffAt: now });
    const ahead = update(1, { cutoffAt: '2026-12-01T09:00:00.001Z' });
    expect(check('3.20.0', past, update(2)).carried).toMatchObject({ requirement: 'mandatory', requiredBy: 'up_1' });
    expect(check('3.20.0', ahead, update(2)).carried).toMatchObject({ requirement: 'optional', requiredBy: null });
  });

  it('not from an optional one without a cut-off', () => {
    expect(check('3.20.0', update(1), update(2)).carried).toMatchObject({ requirement: 'optional', requiredBy: null });
  });

  it('across several, the nearest named', () => {
    const selection = check('3.20.0', mandatory, update(2, { requirement: 'mandatory' }), update(3), update(4));
    expect(selection.carried).toStrictEqual({ updateId: 'up_4', requirement: 'mandatory', requiredBy: 'up_2' });
  });

  it.each([
    ['cancelled', { state: 'cancelled' }],
    ['paused', { state: 'paused' }],
    ['suspended', { isSuspended: true }],
    ['not to be had', { hasInstaller: false }],
    ['left by this workstation', { assignment: 'cancelled' }],
    ['installed and superseded', { assignment: 'superseded' }],
    ['scheduled for later', { state: 'scheduled', startsAt: '2026-12-02T00:00:00.000Z' }],
  ] satisfies [string, Partial<AssignedUpdate>][])('not from one that is %s', (_name, change) => {
    expect(check('3.20.0', { ...mandatory, ...change }, update(2)).carried).toStrictEqual({
      updateId: 'up_2',
      requirement: 'optional',
      requiredBy: null,
    });
  });

  it('no longer once this check reports the older target', () => {
    const selection = check('3.21.0', mandatory, update(2));
    expect(selection.carried).toStrictEqual({ updateId: 'up_2', requirement: 'optional', requiredBy: null });
    expect(moved(selection)).toStrictEqual(['up_1 check-confirmed installed']);
  });

  it('again from an older one that this check opens again', () => {
    const done = update(1, { requirement: 'mandatory', state: 'completed', assignment: 'installed' });
    const selection = check('3.19.0', done, update(2));
    expect(selection.carried).toMatchObject({ updateId: 'up_2', requirement: 'mandatory', requiredBy: 'up_1' });
    expect(moved(selection)).toStrictEqual(['up_1 check-reopened waiting']);
    expect(selection.updateEvents).toStrictEqual([{ updateId: 'up_1', event: 'reopen' }]);
  });

  it('not from a newer one that was cancelled: the older one stands by itself', () => {
    const cancelled = update(2, { requirement: 'mandatory', state: 'cancelled', assignment: 'cancelled' });
    expect(check('3.20.0', update(1), cancelled).carried).toStrictEqual({
      updateId: 'up_1',
      requirement: 'optional',
      requiredBy: null,
    });
  });
});

describe('a check closes', () => {
  it('an older one as superseded only when the newest is installed', () => {
    const older = update(1, { assignment: 'failed' });
    expect(moved(check('3.22.0', older, update(2)))).toStrictEqual([
      'up_2 check-confirmed installed',
      'up_1 supersede superseded',
    ]);
    expect(moved(check('3.22.0', older, update(2, { assignment: 'installed' })))).toStrictEqual([
      'up_1 supersede superseded',
    ]);
    expect(moved(check('3.20.0', older, update(2, { assignment: 'installing' })))).toStrictEqual([]);
  });

  it('not the oldest where the one in between is installed, not the newest', () => {
    expect(moved(check('3.22.0', update(1), update(2), update(3)))).toStrictEqual(['up_2 check-confirmed installed']);
  });

  it('both of two updates that lead to the same version', () => {
    const same = { targetVersion: '3.022' };
    expect(moved(check('3.22.0.0', update(1, same), update(2, same)))).toStrictEqual([
      'up_1 check-confirmed installed',
      'up_2 check-confirmed installed',
    ]);
  });

  it('nothing of an update that has not begun', () => {
    const later = update(1, { state: 'scheduled', startsAt: '2026-12-02T00:00:00.000Z' });
    expect(check('3.21.0', later).moves).toStrictEqual([]);
  });

  it('an assignment as not applicable where no installer fits, until one does', () => {
    const without = check('3.20.0', update(1), update(2, { hasInstaller: false, assignment: 'offered' }));
    expect(moved(without)).toStrictEqual(['up_2 not-applicable not-applicable']);
    expect(without.carried?.updateId).toBe('up_1');
    const again = check('3.20.0', update(1), update(2, { state: 'completed', assignment: 'not-applicable' }));
    expect(moved(again)).toStrictEqual(['up_2 applicable-again waiting']);
    expect(again.carried?.updateId).toBe('up_2');
    expect(again.updateEvents).toStrictEqual([{ updateId: 'up_2', event: 'reopen' }]);
  });
});

describe('a check opens again', () => {
  it.each(['3.20.0', '3.22.0', '3.21-beta', null])('an installed one in force, when it reports %s', (version) => {
    const selection = check(version, update(1, { state: 'completed', assignment: 'installed' }));
    expect(moved(selection)).toStrictEqual(['up_1 check-reopened waiting']);
    expect(selection.updateEvents).toStrictEqual([{ updateId: 'up_1', event: 'reopen' }]);
    expect(selection.carried?.updateId).toBe('up_1');
  });

  it('nothing of an older one where a newer one in force brought the version', () => {
    const older = update(1, { state: 'completed', assignment: 'installed' });
    const between = update(2, { state: 'completed', assignment: 'installed' });
    expect(check('3.22.0', older, between).moves).toStrictEqual([]);
    expect(check('3.22.0', older, between, update(3)).moves).toStrictEqual([]);
  });

  it('a superseded one, once the newer one is cancelled', () => {
    const older = update(1, { requirement: 'mandatory', state: 'completed', assignment: 'superseded' });
    const cancelled = update(2, { state: 'cancelled', assignment: 'installed' });
    const selection = check('3.22.0', older, cancelled);
    expect(selection.carried).toStrictEqual({ updateId: 'up_1', requirement: 'mandatory', requiredBy: null });
    expect(moved(selection)).toStrictEqual(['up_1 check-reopened waiting']);
    expect(moved(check('3.21.0', older, cancelled))).toStrictEqual([
      'up_1 check-reopened waiting',
      'up_1 check-confirmed installed',
    ]);
  });

  it('no superseded one while a newer one is in force', () => {
    const older = update(1, { requirement: 'mandatory', assignment: 'superseded' });
    const selection = check('3.19.0', older, update(2, { assignment: 'installed' }));
    expect(moved(selection)).toStrictEqual(['up_2 check-reopened waiting']);
    expect(selection.carried).toMatchObject({ updateId: 'up_2', requirement: 'optional' });
  });
});

describe('a scheduled update', () => {
  const tomorrow = update(1, { state: 'scheduled', startsAt: '2026-12-02T00:00:00.000Z', requirement: 'mandatory' });
  const dayAfter = update(2, { state: 'scheduled', startsAt: '2026-12-03T00:00:00.000Z' });

  it('begins with the first check at its start', () => {
    const selection = check('3.20.0', { ...tomorrow, startsAt: now });
    expect(selection.updateEvents).toStrictEqual([{ updateId: 'up_1', event: 'begin' }]);
    expect(selection.carried).toStrictEqual({ updateId: 'up_1', requirement: 'mandatory', requiredBy: null });
  });

  it('goes into the policy beforehand where nothing is in force: the next one', () => {
    expect(check('3.20.0', dayAfter, tomorrow)).toStrictEqual({
      carried: { updateId: 'up_1', requirement: 'mandatory', requiredBy: null },
      moves: [],
      updateEvents: [],
    });
  });

  it('waits behind whatever is in force', () => {
    const done = update(3, { state: 'completed', assignment: 'installed' });
    expect(check('3.23.0', tomorrow, done).carried?.updateId).toBe('up_3');
  });

  it('is the higher number of two that start at once, which will be the newest', () => {
    expect(check('3.20.0', { ...dayAfter, startsAt: tomorrow.startsAt }, tomorrow).carried?.updateId).toBe('up_2');
  });

  it.each([{ isSuspended: true }, { hasInstaller: false }, { assignment: 'cancelled' as const }])(
    'is passed over with %j',
    (change) => {
      expect(check('3.20.0', { ...tomorrow, ...change }, dayAfter).carried?.updateId).toBe('up_2');
    },
  );
});
