// Administrators and workstations at the same moment: nothing fails, nothing is left half done, and the counts are right.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Update } from '@usher/protocol';
import { testServer, type TestServer } from '@usher/testkit';
import {
  addMachines,
  addProduct,
  approveNew,
  checkBody,
  running,
  updateNow,
  withLastingOwner,
  type Machine,
} from '../updates/test-support/scene.ts';

let server: TestServer;
let product: Awaited<ReturnType<typeof addProduct>>;

beforeAll(async () => {
  server = await withLastingOwner(await testServer());
  product = await addProduct(server);
  await approveNew(server, product, '3.23.0');
  await approveNew(server, product, '3.24.0');
});

afterAll(() => server.close());

const open = ['waiting', 'offered', 'deferred', 'downloading', 'downloaded', 'installing', 'failed'];

type Asked = Promise<{ status: number; text: string }>;

function checks(machine: Machine, version: string): Asked {
  return server.withToken(machine.token).request('POST', '/api/v1/workstation/check', checkBody(machine, version));
}

function reports(machine: Machine, updateId: string, seq: number): Asked {
  const states = ['offered', 'downloading', 'failed', 'downloading', 'downloaded', 'installing'];
  const list = states.map((state, index) => ({
    id: `00000000-0000-4000-8000-${String(seq * 10 + index).padStart(12, '0')}`,
    at: '2026-11-20T09:00:00Z',
    updateId,
    attempt: 1,
    seq: seq * 10 + index,
    state,
  }));
  return server.withToken(machine.token).request('POST', '/api/v1/workstation/reports', { reports: list });
}

async function expectInOrder(update: Update): Promise<Update> {
  const now = await updateNow(server, update.id);
  const rows = await server.system.database.read
    .selectFrom('assignments')
    .innerJoin('workstations', 'workstations.id', 'assignments.workstationId')
    .select(['assignments.state', 'retiredAt'])
    .where('updateId', '=', update.id)
    .execute();
  expect(now.total).toBe(rows.length);
  const openOnes = rows.filter(({ state }) => open.includes(state));
  expect(openOnes.filter(({ retiredAt }) => retiredAt !== null)).toEqual([]);
  if (now.state === 'completed') expect(openOnes).toEqual([]);
  if (now.state === 'running') expect(openOnes.length).toBeGreaterThan(0);
  if (now.state === 'cancelled') expect(openOnes).toEqual([]);
  return now;
}

describe('side by side', () => {
  test('checks, reports and every action of an administrator', async () => {
    const machines = await addMachines(server, 16);
    const [held, others] = [machines.slice(0, 12), machines.slice(12)];
    const older = await running(server, { version: '3.23.0', requirement: 'mandatory' }, held);
    server.clock.advance({ minutes: 1 });
    const newer = await running(server, { version: '3.24.0', requirement: 'optional' }, held);
    const act = (update: Update, action: string, body: object = {}): Asked =>
      server.owner.request('POST', `/api/v1/updates/${update.id}/${action}`, body);
    const waves: Asked[][] = [
      [
        ...held.map((machine, index) => checks(machine, index % 2 === 0 ? '3.22.0' : '3.24.0')),
        ...held.map((machine, index) => reports(machine, older.id, index)),
        act(older, 'workstations', { ids: others.map(({ id }) => id) }),
        act(newer, 'workstations', { all: true }),
        act(older, 'pause'),
        server.owner.request('DELETE', `/api/v1/workstations/${held[0]!.id}`),
        server.owner.request('DELETE', `/api/v1/workstations/${others[0]!.id}`),
      ],
      [
        ...machines.slice(1).map((machine) => checks(machine, '3.24.0')),
        ...held.map((machine, index) => reports(machine, newer.id, 100 + index)),
        act(older, 'resume'),
        act(older, 'retry'),
        act(newer, 'retry'),
        server.owner.request('DELETE', `/api/v1/updates/${newer.id}/workstations`, { ids: [held[3]!.id] }),
      ],
    ];
    for (const wave of waves) {
      const answers = await Promise.all(wave);
      // Refused where somebody was quicker (401: the workstation is retired), never failed.
      expect(answers.filter(({ status }) => ![200, 204, 401, 409].includes(status))).toEqual([]);
      await expectInOrder(older);
      await expectInOrder(newer);
    }
    await Promise.all([
      act(older, 'cancel'),
      act(newer, 'cancel'),
      ...machines.map((machine) => checks(machine, '3.22.0')),
    ]);
    for (const update of [older, newer]) expect((await expectInOrder(update)).state).toBe('cancelled');
    expect(await server.owner.get('/events/verify')).toMatchObject({ intact: true });
  });
});
