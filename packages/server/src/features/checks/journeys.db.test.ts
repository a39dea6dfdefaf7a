// Whatever administrators and workstations do, in whatever order: the server stands where the rules' tables lead, and its counts are right.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  countAssignments,
  isComplete,
  isNewerReport,
  isOpenAssignment,
  nextAssignmentState,
  nextUpdateState,
  reportStates,
  selectAssignment,
  type AssignedUpdate,
  type AssignmentState,
  type Requirement,
  type UpdateEvent,
  type UpdateState,
} from '@usher/core';
import type { Update } from '@usher/protocol';
import { testServer, type TestServer } from '@usher/testkit';
import {
  addMachines,
  addProduct,
  approveNew,
  check,
  draft,
  eventsOf,
  report,
  updateNow,
  withLastingOwner,
  type Machine,
} from '../updates/test-support/scene.ts';

let server: TestServer;

beforeAll(async () => {
  server = await withLastingOwner(await testServer());
});

afterAll(() => server.close());

const targets = ['3.23.0', '3.24.0'] as const;
const requirements: readonly Requirement[] = ['mandatory', 'optional'];

interface Place {
  state: AssignmentState;
  attempt: number;
  seq: number;
}

/** What the server should know of one update. */
interface Known {
  readonly id: string;
  readonly number: number;
  readonly target: string;
  readonly requirement: Requirement;
  state: UpdateState;
  startedAt: string | null;
  readonly places: Map<string, Place>;
}

const anyUpdate = fc.constantFrom(0, 1);
const anyMachine = fc.constantFrom(0, 1, 2);
const anyStep = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('add' as const), update: anyUpdate, machine: anyMachine }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), update: anyUpdate, machine: anyMachine }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('start' as const), update: anyUpdate }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const), update: anyUpdate }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('cancel' as const, 'retry' as const), update: anyUpdate }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('check' as const),
      machine: anyMachine,
      version: fc.constantFrom('3.22.0', ...targets, null),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      update: anyUpdate,
      machine: anyMachine,
      state: fc.constantFrom(...reportStates),
      attempt: fc.integer({ min: 1, max: 2 }),
      seq: fc.integer({ min: 1, max: 8 }),
    }),
  },
);

type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/** Moves the model by one step; null where the step must be refused. */
function follow(model: readonly Known[], machines: readonly Machine[], step: Step, now: string): number | null {
  const refusedAs = 409;
  const update = 'update' in step ? model[step.update]! : null;
  const machine = 'machine' in step ? machines[step.machine]! : null;
  const step1 = (event: UpdateEvent): number | null => {
    const next = nextUpdateState(update!.state, event);
    if (next === null) return refusedAs;
    update!.state = next;
    return null;
  };
  switch (step.do) {
    case 'add':
      if (update!.state === 'cancelled') return refusedAs;
      if (!update!.places.has(machine!.id)) update!.places.set(machine!.id, { state: 'waiting', attempt: 0, seq: 0 });
      return null;
    case 'remove':
      if (update!.state === 'cancelled') return refusedAs;
      update!.places.delete(machine!.id);
      return null;
    case 'start': {
      if (update!.places.size === 0) return refusedAs;
      const refused = step1('start-now');
      if (refused === null) update!.startedAt = now;
      return refused;
    }
    case 'pause':
    case 'resume':
      return step1(step.do);
    case 'cancel': {
      const refused = step1('cancel');
      if (refused !== null) return refused;
      for (const place of update!.places.values())
        place.state = nextAssignmentState(place.state, 'cancel') ?? place.state;
      return null;
    }
    case 'retry':
      if (update!.state !== 'running' && update!.state !== 'paused') return refusedAs;
      for (const place of update!.places.values())
        place.state = nextAssignmentState(place.state, 'retry') ?? place.state;
      return null;
    case 'report': {
      const place = update!.places.get(machine!.id);
      if (place === undefined || update!.state === 'draft' || !isOpenAssignment(place.state)) return null;
      const next = nextAssignmentState(place.state, `report-${step.state}`);
      if (next !== null && isNewerReport(step, place))
        Object.assign(place, { state: next, attempt: step.attempt, seq: step.seq });
      return null;
    }
    case 'check':
      followCheck(model, machine!, step.version, now);
      return null;
  }
}

function followCheck(model: readonly Known[], machine: Machine, version: string | null, now: string): void {
  const held = model.filter(
    ({ state, places }) => state !== 'draft' && state !== 'cancelled' && places.has(machine.id),
  );
  const assigned = held.map((one): AssignedUpdate => ({
    updateId: one.id,
    number: one.number,
    state: one.state,
    startsAt: one.startedAt,
    targetVersion: one.target,
    requirement: one.requirement,
    cutoffAt: null,
    isSuspended: false,
    hasInstaller: true,
    assignment: one.places.get(machine.id)!.state,
  }));
  for (const { updateId, to } of selectAssignment(assigned, { now, installedVersion: version }).moves) {
    model.find(({ id }) => id === updateId)!.places.get(machine.id)!.state = to;
  }
}

function settle(one: Known): void {
  const counts = countAssignments([...one.places.values()].map(({ state }) => state));
  const isOpen = [...one.places.values()].some(({ state }) => isOpenAssignment(state));
  if (isComplete(counts)) one.state = nextUpdateState(one.state, 'complete') ?? one.state;
  else if (isOpen) one.state = nextUpdateState(one.state, 'reopen') ?? one.state;
}

/** Has the server take the same step. Answers the status of a refusal, null where there was none. */
async function take(model: readonly Known[], machines: readonly Machine[], step: Step, product: string) {
  const id = 'update' in step ? model[step.update]!.id : '';
  const machine = 'machine' in step ? machines[step.machine]! : machines[0]!;
  const send = async (method: 'POST' | 'DELETE', path: string, body: object) => {
    const { status } = await server.owner.request(method, `/api/v1/updates/${id}/${path}`, body);
    return status === 200 ? null : status;
  };
  switch (step.do) {
    case 'add':
      return send('POST', 'workstations', { ids: [machine.id] });
    case 'remove':
      return send('DELETE', 'workstations', { ids: [machine.id] });
    case 'check':
      await check(server, machine, step.version, { product });
      return null;
    case 'report': {
      const { state, attempt, seq } = step;
      await report(server, machine, id, { state, attempt, seq });
      return null;
    }
    case 'start':
    case 'pause':
    case 'resume':
    case 'cancel':
    case 'retry':
      return send('POST', step.do, {});
  }
}

/** What every journey begins with, so that it gets somewhere. */
const opening: readonly Step[] = [
  ...([0, 1, 2] as const).map((machine): Step => ({ do: 'add', update: 0, machine })),
  { do: 'start', update: 0 },
  { do: 'add', update: 1, machine: 0 },
];

async function begin(): Promise<{ model: Known[]; machines: Machine[]; product: string }> {
  const product = await addProduct(server, 'Agent');
  const machines = await addMachines(server, 3);
  const model: Known[] = [];
  for (const [index, version] of targets.entries()) {
    await approveNew(server, product, version);
    const requirement = requirements[index]!;
    const { id, number }: Update = await draft(server, { product: product.id, version, requirement }, []);
    model.push({ id, number, target: version, requirement, state: 'draft', startedAt: null, places: new Map() });
  }
  return { model, machines, product: product.id };
}

/** What the database says of the updates. */
async function standing(model: readonly Known[]) {
  const { read } = server.system.database;
  const ids = model.map(({ id }) => id);
  const states = await read.selectFrom('updates').select(['id', 'state']).where('id', 'in', ids).execute();
  const rows = await read
    .selectFrom('assignments')
    .select(['updateId', 'workstationId', 'state', 'attempt', 'seq'])
    .where('updateId', 'in', ids)
    .execute();
  return model.map(({ id }) => ({
    state: states.find((row) => row.id === id)?.state,
    places: new Map(
      rows
        .filter(({ updateId }) => updateId === id)
        .map(({ workstationId, state, attempt, seq }) => [workstationId, { state, attempt, seq }]),
    ),
  }));
}

async function compareCounts(one: Known): Promise<void> {
  const { state, counts, total } = await updateNow(server, one.id);
  const expected = countAssignments([...one.places.values()].map((place) => place.state));
  expect({ state, counts, total }).toEqual({ state: one.state, counts: expected, total: one.places.size });
}

describe('every journey', () => {
  test('stands where the tables lead, with right counts, after every step', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 20, maxLength: 40 }), async (steps) => {
        const { model, machines, product } = await begin();
        for (const step of [...opening, ...steps]) {
          server.clock.advance({ seconds: 1 });
          const now = new Date(server.clock.now()).toISOString();
          const expected = follow(model, machines, step, now);
          expect(await take(model, machines, step, product)).toBe(expected);
          for (const one of model) settle(one);
          expect(await standing(model)).toEqual(model.map(({ state, places }) => ({ state, places })));
        }
        for (const one of model) await compareCounts(one);
      }),
      { numRuns: 8, interruptAfterTimeLimit: 20_000 },
    );
    const verification = await server.owner.get('/events/verify');
    expect(verification).toMatchObject({ intact: true });
  });

  test('tells of a completion and a reopening in turn', async () => {
    const { model, machines, product } = await begin();
    const { id } = model[0]!;
    await server.owner.post(`/updates/${id}/workstations`, { ids: machines.map((machine) => machine.id) });
    await server.owner.post(`/updates/${id}/start`);
    for (const version of ['3.23.0', '3.22.0', '3.23.0']) {
      for (const machine of machines) await check(server, machine, version, { product });
    }
    const events = await eventsOf(server, 'update');
    expect(events.filter(({ object }) => object.id === id).map(({ type }) => type)).toEqual([
      'update.created',
      'update.started',
      'update.completed',
      'update.reopened',
      'update.completed',
    ]);
  });
});
