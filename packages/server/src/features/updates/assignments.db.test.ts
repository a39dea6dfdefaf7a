// The workstations of an update: added, removed, previewed, listed; and what becomes of them when they end.
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { testServer, type TestServer } from '@usher/testkit';
import type { AssignmentItem, Update } from '@usher/protocol';
import { assignmentQuery, listAssignments } from './assignment-list.ts';
import {
  addMachines,
  addProduct,
  approveNew,
  assignmentNow,
  check,
  draft,
  eventsOf,
  report,
  running,
  updateNow,
  withLastingOwner,
  type Machine,
} from './test-support/scene.ts';

let server: TestServer;
let product: Awaited<ReturnType<typeof addProduct>>;

beforeEach(async () => {
  server = await withLastingOwner(await testServer());
  product = await addProduct(server);
  await approveNew(server, product, '3.23.0');
});

afterEach(() => server.close());

const mandatory = { version: '3.23.0', requirement: 'mandatory' };

function ids(machines: readonly Machine[]): string[] {
  return machines.map(({ id }) => id);
}

describe('adding workstations', () => {
  test('by id and by name, each once; what is unknown is said', async () => {
    const [a, b, c] = await addMachines(server, 3);
    const { id } = await draft(server, mandatory);
    const path = `/updates/${id}/workstations`;
    expect(
      await server.owner.post(path, { ids: [a!.id, a!.id, 'ws_none'], names: [b!.hostname.toLowerCase(), 'PC-none'] }),
    ).toEqual({ added: 2, alreadyThere: 0, unknown: ['ws_none', 'PC-none'], ambiguous: [] });
    expect(await server.owner.post(path, { ids: ids([a!, c!]) })).toEqual({
      added: 1,
      alreadyThere: 1,
      unknown: [],
      ambiguous: [],
    });
    const events = await eventsOf(server, 'assignment.added');
    expect(events.map(({ data }) => data)).toEqual([
      { added: 2, ids: [a!.id, b!.id] },
      { added: 1, ids: ids([a!, c!]) },
    ]);
    expect((await updateNow(server, id)).total).toBe(3);
  });

  test('by a name that two bear adds neither', async () => {
    await addMachines(server, 2, { hostname: 'TWIN' });
    const { id } = await draft(server, mandatory);
    expect(await server.owner.post(`/updates/${id}/workstations`, { names: ['twin'] })).toEqual({
      added: 0,
      alreadyThere: 0,
      unknown: [],
      ambiguous: ['twin'],
    });
    expect(await eventsOf(server, 'assignment.added')).toEqual([]);
  });

  test('by a filter, and by all', async () => {
    await addMachines(server, 3);
    await addMachines(server, 2, { status: 'pending' });
    const { id } = await draft(server, mandatory);
    const path = `/updates/${id}/workstations`;
    const filter = { status: 'pending' };
    expect(await server.owner.post(path, { filter })).toMatchObject({ added: 2, alreadyThere: 0 });
    expect(await server.owner.post(path, { all: true })).toMatchObject({ added: 3, alreadyThere: 2 });
    expect(await server.owner.post(path, { filter, names: ['x'] })).toMatchObject({ added: 0, alreadyThere: 2 });
    expect((await eventsOf(server, 'assignment.added')).map(({ data }) => data)).toEqual([
      { added: 2, filter: { status: 'pending' } },
      { added: 3, filter: {}, all: true },
    ]);
  });

  test('never adds a retired one', async () => {
    const [gone, here] = await addMachines(server, 2);
    await server.owner.delete(`/workstations/${gone!.id}`);
    const { id } = await draft(server, mandatory);
    const path = `/updates/${id}/workstations`;
    expect(await server.owner.post(path, { ids: [gone!.id] })).toMatchObject({ added: 0, unknown: [gone!.id] });
    expect(await server.owner.post(path, { all: true })).toMatchObject({ added: 1 });
    expect((await assignmentNow(server, id, here!)).state).toBe('waiting');
    await server.owner.refused('POST', path, { filter: { retired: true } }, 'request.invalid');
  });

  test('is refused without a way of naming them, with an unknown group or product, and in a cancelled update', async () => {
    const { id } = await draft(server, mandatory);
    const path = `/updates/${id}/workstations`;
    await server.owner.refused('POST', path, {}, 'request.invalid');
    await server.owner.refused('POST', path, { all: false }, 'request.invalid');
    await server.owner.refused('POST', path, { filter: { group: 'none' } }, 'group.not-found');
    await server.owner.refused('POST', path, { filter: { product: 'none' } }, 'product.not-found');
    await server.owner.refused('POST', '/updates/up_none/workstations', { all: true }, 'update.not-found');
    await server.owner.post(`/updates/${id}/cancel`);
    await server.owner.refused('POST', path, { all: true }, 'update.wrong-state');
  });

  test('while it runs tells them at their next check; to a completed one opens it again', async () => {
    const [first, second] = await addMachines(server, 2);
    const { id } = await running(server, mandatory, [first!]);
    await check(server, first!, '3.23.0');
    expect((await updateNow(server, id)).state).toBe('completed');
    await server.owner.post(`/updates/${id}/workstations`, { ids: [second!.id] });
    expect(await updateNow(server, id)).toMatchObject({ state: 'running', endedAt: null, total: 2 });
    expect((await check(server, second!, '3.22.0')).verdict.action).toBe('require');
    const { desiredVersion } = await server.owner.get<{ desiredVersion: string }>(`/workstations/${second!.id}`);
    expect(desiredVersion).toBe('3.23.0');
  });

  test('takes more than one statement can, in a body of megabytes', async () => {
    const machines = await addMachines(server, 2_100);
    const { id } = await draft(server, mandatory);
    const named = Array.from({ length: 40 }, () => ids(machines)).flat();
    const added = { added: 2_100, alreadyThere: 0, unknown: [], ambiguous: [] };
    expect(await server.owner.post(`/updates/${id}/workstations`, { ids: named })).toEqual(added);
    expect(await server.owner.post(`/updates/${id}/start`)).toMatchObject({ total: 2_100 });
  });

  test('by two people at once counts each once', async () => {
    const machines = await addMachines(server, 50);
    const { id } = await running(server, mandatory, machines.slice(0, 1));
    const answers = await Promise.all(
      [machines.slice(0, 30), machines.slice(20)].map((part) =>
        server.owner.post<{ added: number }>(`/updates/${id}/workstations`, { ids: ids(part) }),
      ),
    );
    expect(answers.reduce((sum, { added }) => sum + added, 0)).toBe(49);
    expect((await updateNow(server, id)).total).toBe(50);
  });
});

describe('removing workstations', () => {
  test('takes them out, and may complete the update', async () => {
    const [done, open] = await addMachines(server, 2);
    const { id } = await running(server, mandatory, [done!, open!]);
    await check(server, done!, '3.23.0');
    const path = `/updates/${id}/workstations`;
    expect(await server.owner.delete(path, { ids: [open!.id, 'ws_none'] }, 200)).toEqual({ removed: 1 });
    expect(await updateNow(server, id)).toMatchObject({ state: 'completed', total: 1 });
    expect((await check(server, open!, '3.22.0')).verdict.reason).toBe('no-update');
    expect((await eventsOf(server, 'assignment.removed')).map(({ data }) => data)).toEqual([
      { removed: 1, ids: [open!.id] },
    ]);
    expect(await server.owner.delete(path, { ids: [open!.id] }, 200)).toEqual({ removed: 0 });
    expect(await report(server, open!, id, { state: 'downloading' })).toMatchObject({
      rejected: [{ reason: 'not-assigned' }],
    });
  });

  test('takes out all that a filter shows, and nothing else', async () => {
    const machines = await addMachines(server, 4);
    const { id } = await running(server, mandatory, machines);
    await check(server, machines[0]!, '3.23.0');
    const path = `/updates/${id}/workstations`;
    const { hostname } = machines[1]!;
    expect(await server.owner.delete(path, { filter: { q: hostname, state: 'waiting' } }, 200)).toEqual({ removed: 1 });
    expect(await server.owner.delete(path, { filter: { state: 'installed' } }, 200)).toEqual({ removed: 1 });
    const { items } = await server.owner.get<{ items: { workstation: { id: string } }[] }>(path);
    expect(items.map(({ workstation }) => workstation.id).sort()).toEqual(ids(machines.slice(2)).sort());
    expect((await eventsOf(server, 'assignment.removed')).map(({ data }) => data)).toMatchObject([
      { removed: 1, filter: { q: hostname, state: 'waiting' } },
      { removed: 1, filter: { state: 'installed' } },
    ]);
  });

  test.each([[{}], [{ ids: ['ws_a'], filter: {} }], [{ filter: { status: 'pending' } }], [{ ids: [] }]])(
    'refuses %j, and takes nobody out',
    async (body) => {
      const machines = await addMachines(server, 2);
      const { id } = await running(server, mandatory, machines);
      await server.owner.refused('DELETE', `/updates/${id}/workstations`, body, 'request.invalid');
      expect((await updateNow(server, id)).total).toBe(2);
    },
  );
});

describe('the preview', () => {
  test('counts everybody once, and says who goes back, is silent, or is in another update', async () => {
    await approveNew(server, product, '3.22.0');
    await addMachines(server, 1, { status: 'disabled' });
    await addMachines(server, 2, { status: 'pending' });
    await addMachines(server, 3, { arch: 'mips' });
    await addMachines(server, 4, { lastSeenAt: '2026-10-01T00:00:00.000Z' });
    const [there, above, below] = await addMachines(server, 3);
    await check(server, there!, '3.23');
    await check(server, above!, '3.24.0');
    await check(server, below!, '3.22.9');
    const other = await running(server, { ...mandatory, version: '3.22.0', name: 'Other' }, [there!, above!]);
    const { id } = await draft(server, mandatory);
    await server.owner.post(`/updates/${id}/workstations`, { all: true });
    expect(await server.owner.get(`/updates/${id}/preview`)).toEqual({
      eligible: 6,
      alreadyThere: 1,
      downgrades: 1,
      notApplicable: 3,
      disabled: 1,
      pending: 2,
      silentFor30Days: 4,
      alsoIn: [{ id: other.id, name: 'Other', workstations: 2 }],
    });
    await server.owner.refused('GET', '/updates/up_none/preview', undefined, 'update.not-found');
  });
});

describe('the list of assignments', () => {
  test('is filtered, searched, sorted and paged', async () => {
    const [a, b, c] = await addMachines(server, 3);
    const { id } = await running(server, mandatory, [a!, b!, c!]);
    await check(server, b!, '3.22.0');
    await report(server, b!, id, { state: 'downloading', progress: { bytes: 600, total: 1000 } });
    await check(server, c!, '3.23.0');
    const list = (query: string) =>
      server.owner.get<{ items: AssignmentItem[]; total: number }>(`/updates/${id}/workstations?${query}`);
    const names = async (query: string) => (await list(query)).items.map(({ workstation }) => workstation.hostname);
    expect(await names('')).toEqual([a, b, c].map((machine) => machine!.hostname));
    expect(await names('sort=-hostname&pageSize=2')).toEqual([c!.hostname, b!.hostname]);
    expect(await names('state=installed')).toEqual([c!.hostname]);
    expect(await names(`q=${a!.hostname.toLowerCase()}`)).toEqual([a!.hostname]);
    expect(await names('sort=-installedVersion')).toEqual([c, b, a].map((machine) => machine!.hostname));
    expect((await list('state=downloading')).items[0]).toMatchObject({
      workstation: { id: b!.id, hostname: b!.hostname },
      progress: { bytes: 600, total: 1000 },
      attempts: 1,
      installedVersion: '3.22.0',
      restartNeeded: false,
      lastError: null,
    });
    await server.owner.refused('GET', '/updates/up_none/workstations', undefined, 'update.not-found');
    await server.owner.refused('GET', `/updates/${id}/workstations?state=lost`, undefined, 'request.invalid');
  });
});

test.each(['hostname', '-hostname', 'installedVersion', '-installedVersion'])(
  'the list by %s is the same, whether it is sorted or read along an index',
  async (sort) => {
    const machines = await addMachines(server, 7);
    const { id } = await running(server, mandatory, machines.slice(1));
    for (const [index, machine] of machines.slice(0, 5).entries()) await check(server, machine, `3.2${index % 3}.0`);
    const { read } = server.system.database;
    for (const filter of ['', '&state=waiting', '&q=0']) {
      const search = new URLSearchParams(`sort=${sort}${filter}`);
      const query = (page: number) =>
        assignmentQuery.parse({ ...Object.fromEntries(search), page: String(page), pageSize: '2' });
      const pages = async (few: number | undefined) =>
        Promise.all([1, 2, 3, 4].map((page) => listAssignments(read, id, query(page), few)));
      expect(await pages(0)).toEqual(await pages(undefined));
    }
  },
);

test('whoever is added to a running update has its version as the desired one, also by a clock that goes on', async () => {
  const machines = await addMachines(server, 3);
  const { id } = await running(server, mandatory, machines.slice(0, 1));
  let passed = 0;
  const begun = server.clock.now();
  const clock = vi.spyOn(server.clock, 'now').mockImplementation(() => begun + (passed += 3));
  onTestFinished(() => {
    clock.mockRestore();
  });
  await server.owner.post(`/updates/${id}/workstations`, { ids: ids(machines) });
  const shown = await Promise.all(machines.map((machine) => server.owner.get(`/workstations/${machine.id}`)));
  const expected = { products: [expect.objectContaining({ desiredVersion: '3.23.0' })] };
  expect(shown).toEqual(machines.map(() => expect.objectContaining(expected) as unknown));
});

describe('a workstation that ends', () => {
  test('retired, leaves drafts, and is cancelled where it was open; that may complete the update', async () => {
    const [gone, done] = await addMachines(server, 2);
    const { id } = await running(server, mandatory, [gone!, done!]);
    const prepared = await draft(server, mandatory, [gone!, done!]);
    await check(server, done!, '3.23.0');
    await server.owner.delete(`/workstations/${gone!.id}`);
    expect(await updateNow(server, id)).toMatchObject({
      state: 'completed',
      counts: { installed: 1, cancelled: 1 },
      total: 2,
    });
    expect((await updateNow(server, prepared.id)).total).toBe(1);
  });

  test('replaced, is succeeded in every update, anew where it was under way', async () => {
    const [old, fresh] = await addMachines(server, 2);
    const done = await running(server, mandatory, [old!]);
    await check(server, old!, '3.23.0');
    await approveNew(server, product, '3.24.0');
    server.clock.advance({ minutes: 1 });
    const open = await running(server, { ...mandatory, version: '3.24.0' }, [old!]);
    await report(server, old!, open.id, { state: 'downloading', attempt: 3, seq: 70 });
    await server.owner.post(`/workstations/${old!.id}/replace`, { with: fresh!.id });
    expect(await assignmentNow(server, open.id, fresh!)).toMatchObject({ state: 'waiting', attempts: 0 });
    expect(await assignmentNow(server, done.id, fresh!)).toMatchObject({ state: 'installed' });
    for (const { id } of [open, done]) expect((await updateNow(server, id)).total).toBe(1);
    expect((await check(server, fresh!, '3.22.0')).verdict.target).toBe('3.24.0');
    await report(server, fresh!, open.id, { state: 'downloading', attempt: 1, seq: 1 });
    expect((await assignmentNow(server, open.id, fresh!)).state).toBe('downloading');
  });

  test('replaced after failures, leaves its successor neither them nor its time zone', async () => {
    const [old] = await addMachines(server, 1, { timeZone: 'America/Sao_Paulo' });
    const [fresh] = await addMachines(server, 1, { timeZone: 'Asia/Tokyo' });
    const criteria = { ...mandatory, requirement: 'optional', onFailure: 'relax', cutoffLocal: '2030-01-10T12:00' };
    const { id } = await running(server, criteria, [old!]);
    expect((await check(server, old!, '3.22.0')).verdict.cutoffAt).toBe('2030-01-10T15:00:00.000Z');
    for (const attempt of [1, 2, 3]) {
      await report(server, old!, id, { state: 'failed', attempt, seq: attempt, code: 2042, exitCode: 1603 });
    }
    expect((await assignmentNow(server, id, old!)).relaxedUntil).not.toBeNull();
    await server.owner.post(`/workstations/${old!.id}/replace`, { with: fresh!.id });
    const since = (await eventsOf(server, 'assignment.offered')).length;
    expect((await check(server, fresh!, '3.22.0')).verdict).toMatchObject({
      ...{ reason: 'optional-update', cutoffAt: '2030-01-10T03:00:00.000Z' },
    });
    expect(await assignmentNow(server, id, fresh!)).toMatchObject({ lastError: null, relaxedUntil: null });
    expect(await eventsOf(server, 'assignment.offered')).toHaveLength(since + 1);
  });

  test('replaced by one that is in the update already, is cancelled there', async () => {
    const [old, fresh] = await addMachines(server, 2);
    const { id }: Update = await running(server, mandatory, [old!, fresh!]);
    await server.owner.post(`/workstations/${old!.id}/replace`, { with: fresh!.id });
    expect((await updateNow(server, id)).counts).toMatchObject({ waiting: 1, cancelled: 1 });
  });
});

test('trying again takes the failed ones that a filter shows', async () => {
  const machines = await addMachines(server, 3);
  const { id } = await running(server, mandatory, machines);
  for (const machine of machines.slice(0, 2)) {
    await report(server, machine, id, { state: 'failed', attempt: 1, seq: 1, code: 2042, exitCode: 1603 });
  }
  const path = `/updates/${id}/retry`;
  expect(await server.owner.post(path, { filter: { q: machines[0]!.hostname } })).toEqual({ retried: 1 });
  expect(await server.owner.post(path, { filter: { state: 'waiting' } })).toEqual({ retried: 0 });
  expect((await updateNow(server, id)).counts).toMatchObject({ waiting: 2, failed: 1 });
  await server.owner.refused('POST', path, { ids: [machines[1]!.id], filter: {} }, 'request.invalid');
});
