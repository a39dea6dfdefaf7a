// Making updates, changing them, and moving them through their life.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '@usher/testkit';
import type { Update } from '@usher/protocol';
import {
  addMachines,
  addProduct,
  approveNew,
  check,
  draft,
  eventsOf,
  report,
  running,
  updateNow,
  withLastingOwner,
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
const optional = { version: '3.23.0', requirement: 'optional' };

async function types(family: string): Promise<string[]> {
  return (await eventsOf(server, family)).map(({ type }) => type);
}

describe('a new update', () => {
  test('is a draft with a name, and nobody is told', async () => {
    const update = await draft(server, { ...mandatory, version: '3.23' });
    expect(update).toMatchObject({
      number: 1,
      name: 'Contoso Agent 3.23.0',
      state: 'draft',
      target: { version: '3.23.0' },
      product: { id: product.id, name: 'Contoso Agent' },
      onFailure: 'hold',
      suspended: null,
      total: 0,
      createdBy: { kind: 'token' },
    });
    const [event] = await eventsOf(server, 'update.created');
    expect(event).toMatchObject({ object: { kind: 'update', id: update.id }, data: { target: '3.23.0' } });
    const [machine] = await addMachines(server, 1);
    expect((await check(server, machine!, '3.22.0')).policy.assignment).toBeNull();
  });

  test('keeps instants in UTC with milliseconds', async () => {
    const update = await draft(server, { ...optional, cutoffAt: '2026-12-04T18:00:00-03:00' });
    expect(update.cutoffAt).toBe('2026-12-04T21:00:00.000Z');
  });

  test.each([
    ['an unknown product', { ...mandatory, product: 'pr_none' }, 'product.not-found'],
    ['a version that is not approved', { ...mandatory, version: '3.24.0' }, 'update.target-not-approved'],
    ['a cut-off on a mandatory one', { ...mandatory, cutoffAt: '2027-01-01T00:00:00Z' }, 'update.cutoff-on-mandatory'],
    ['a local one too', { ...mandatory, cutoffLocal: '2027-01-01T00:00' }, 'update.cutoff-on-mandatory'],
    ['a cut-off in the past', { ...optional, cutoffAt: '2026-11-20T09:00:00Z' }, 'update.cutoff-in-the-past'],
    [
      'a local one that is past everywhere',
      { ...optional, cutoffLocal: '2026-11-19T20:00' },
      'update.cutoff-in-the-past',
    ],
    [
      'a cut-off before its start',
      { ...optional, startsAt: '2026-11-20T09:00:06Z', cutoffAt: '2026-11-20T09:00:03Z' },
      'update.cutoff-before-start',
    ],
    [
      'a cut-off at its start',
      { ...optional, startsAt: '2026-12-01T08:00:00Z', cutoffAt: '2026-12-01T09:00:00+01:00' },
      'update.cutoff-before-start',
    ],
    [
      'a local cut-off that is past everywhere at its start',
      { ...optional, startsAt: '2026-12-02T12:00:00Z', cutoffLocal: '2026-12-01T23:00' },
      'update.cutoff-before-start',
    ],
    [
      'both kinds of cut-off',
      { ...optional, cutoffAt: '2027-01-01T00:00:00Z', cutoffLocal: '2027-01-01T00:00' },
      'request.invalid',
    ],
    ['a local cut-off with a zone', { ...optional, cutoffLocal: '2027-01-01T00:00Z' }, 'request.invalid'],
    ['no requirement', { version: '3.23.0' }, 'request.invalid'],
    ['what is no version', { ...mandatory, version: 'latest' }, 'request.invalid'],
    ['a member that there is not', { ...mandatory, force: true }, 'request.invalid'],
  ] as const)('is refused with %s', async (_, body, code) => {
    await server.owner.refused('POST', '/updates', body, code);
    expect((await server.owner.get<{ total: number }>('/updates')).total).toBe(0);
    expect(await types('update')).toEqual([]);
  });

  test('accepts a local cut-off that has not passed in the last zone on Earth', async () => {
    const update = await draft(server, { ...optional, cutoffLocal: '2026-11-19T22:00' });
    expect(update).toMatchObject({ cutoffLocal: '2026-11-19T22:00', cutoffAt: null });
  });

  test('needs the product to be named where there are several', async () => {
    await addProduct(server, 'Another');
    await server.owner.refused('POST', '/updates', mandatory, 'product.ambiguous');
    expect(await draft(server, { ...mandatory, product: product.upgradeCode.toLowerCase() })).toMatchObject({
      product: { id: product.id },
    });
  });

  test('cannot lead to a prohibited version', async () => {
    await server.owner.post(`/products/${product.id}/prohibitions`, { below: '3.24.0', reason: 'leaks' }, 201);
    await server.owner.refused('POST', '/updates', mandatory, 'update.target-prohibited');
  });

  test('needs a role that manages updates', async () => {
    const viewer = await server.signIn('viewer');
    await viewer.refused('POST', '/updates', mandatory, 'permission.denied');
    await (await server.signIn('operator')).post('/updates', mandatory, 201);
    expect((await viewer.get<{ total: number }>('/updates')).total).toBe(1);
  });

  test('has a number of its own, also where many are made at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => draft(server, mandatory)));
    expect(new Set(all.map(({ number }) => number)).size).toBe(8);
  });
});

describe('changing an update', () => {
  test('is recorded with what was and what is; a change to the same is none', async () => {
    const { id } = await draft(server, { ...optional, cutoffAt: '2026-12-04T18:00:00Z' });
    const changed = await server.owner.patch<Update>(`/updates/${id}`, {
      name: 'Winter',
      cutoffLocal: '2026-12-05T18:00',
    });
    expect(changed).toMatchObject({ name: 'Winter', cutoffAt: null, cutoffLocal: '2026-12-05T18:00' });
    await server.owner.patch(`/updates/${id}`, { name: 'Winter', requirement: 'optional', version: '3.23' });
    const events = await eventsOf(server, 'update.changed');
    expect(events.map(({ data }) => data)).toEqual([
      {
        from: { name: 'Contoso Agent 3.23.0', cutoffAt: '2026-12-04T18:00:00.000Z', cutoffLocal: null },
        to: { name: 'Winter', cutoffAt: null, cutoffLocal: '2026-12-05T18:00' },
      },
    ]);
  });

  test('in a draft can change everything, the cut-off with the requirement', async () => {
    await approveNew(server, product, '3.24.0');
    const { id } = await draft(server, { ...optional, cutoffAt: '2026-12-04T18:00:00Z' });
    await server.owner.refused('PATCH', `/updates/${id}`, { requirement: 'mandatory' }, 'update.cutoff-on-mandatory');
    const body = { requirement: 'mandatory', cutoffAt: null, version: '3.24.0', onFailure: 'relax' };
    expect(await server.owner.patch(`/updates/${id}`, body)).toMatchObject({
      requirement: 'mandatory',
      cutoffAt: null,
      target: { version: '3.24.0' },
      onFailure: 'relax',
    });
    await server.owner.refused('PATCH', `/updates/${id}`, { version: '9.9' }, 'update.target-not-approved');
  });

  test('while it runs can move the cut-off, but neither target nor requirement nor start', async () => {
    const machines = await addMachines(server, 1);
    const { id } = await running(server, { ...optional, cutoffAt: '2026-12-04T18:00:00Z' }, machines);
    for (const patch of [{ requirement: 'mandatory', cutoffAt: null }, { startsAt: '2026-12-01T00:00:00Z' }]) {
      await server.owner.refused('PATCH', `/updates/${id}`, patch, 'update.wrong-state');
    }
    const past = { cutoffAt: '2026-11-20T08:00:00Z' };
    await server.owner.refused('PATCH', `/updates/${id}`, past, 'update.cutoff-in-the-past');
    await server.owner.patch(`/updates/${id}`, { cutoffAt: '2026-12-24T18:00:00Z' });
    expect((await check(server, machines[0]!, '3.22.0')).policy.assignment?.cutoffAt).toBe('2026-12-24T18:00:00.000Z');
    await server.owner.post(`/updates/${id}/cancel`);
    await server.owner.refused('PATCH', `/updates/${id}`, { name: 'x' }, 'update.wrong-state');
  });

  test('moves neither start nor cut-off so that nobody could choose', async () => {
    const criteria = { ...optional, startsAt: '2026-12-01T08:00:00Z', cutoffAt: '2026-12-04T18:00:00Z' };
    const { id } = await draft(server, criteria, await addMachines(server, 1));
    const refused = ['2026-12-05T08:00:00Z', '2026-12-04T18:00:00Z'].map((startsAt) => ({ startsAt }));
    for (const patch of [...refused, { cutoffAt: '2026-12-01T07:00:00Z' }, { cutoffLocal: '2026-11-30T08:00' }]) {
      await server.owner.refused('PATCH', `/updates/${id}`, patch, 'update.cutoff-before-start');
    }
    await server.owner.post(`/updates/${id}/start`);
    await server.owner.refused('PATCH', `/updates/${id}`, refused[0], 'update.cutoff-before-start');
    const both = { startsAt: '2026-12-05T08:00:00Z', cutoffAt: '2026-12-06T18:00:00Z' };
    expect(await server.owner.patch(`/updates/${id}`, both)).toMatchObject({ state: 'scheduled' });
  });

  test('refuses names and reasons that no database keeps, and changes nothing', async () => {
    await server.owner.refused('POST', '/updates', { ...mandatory, name: 'a\0b' }, 'request.invalid');
    const { id } = await draft(server, mandatory, await addMachines(server, 1));
    await server.owner.refused('POST', `/updates/${id}/start`, { reason: 'half \ud800' }, 'request.invalid');
    expect((await updateNow(server, id)).state).toBe('draft');
  });

  test('of what is not there is refused', async () => {
    await server.owner.refused('PATCH', '/updates/up_none', { name: 'x' }, 'update.not-found');
  });
});

describe('starting', () => {
  test('needs workstations', async () => {
    const { id } = await draft(server, mandatory);
    await server.owner.refused('POST', `/updates/${id}/start`, {}, 'update.no-workstations');
    expect((await updateNow(server, id)).state).toBe('draft');
  });

  test('needs a target in the published catalogue', async () => {
    const { id } = await draft(server, mandatory, await addMachines(server, 1));
    await server.system.database.transaction(({ db }) => db.updateTable('installers').set({ published: 0 }).execute());
    await server.owner.refused('POST', `/updates/${id}/start`, {}, 'update.target-not-published');
  });

  test('is refused where the cut-off has passed in the meantime', async () => {
    const { id } = await draft(server, { ...optional, cutoffAt: '2026-11-20T10:00:00Z' }, await addMachines(server, 1));
    server.clock.advance({ hours: 2 });
    await server.owner.refused('POST', `/updates/${id}/start`, {}, 'update.cutoff-in-the-past');
  });

  test('is refused where the cut-off comes before the start', async () => {
    const { id } = await draft(server, { ...optional, cutoffAt: '2026-11-20T10:00:00Z' }, await addMachines(server, 1));
    // As a server before this one let it be saved.
    const startsAt = '2026-11-20T11:00:00.000Z';
    await server.system.database.transaction(({ db }) => db.updateTable('updates').set({ startsAt }).execute());
    await server.owner.refused('POST', `/updates/${id}/start`, {}, 'update.cutoff-before-start');
  });

  test('at once tells exactly its workstations', async () => {
    const [inside, outside] = await addMachines(server, 2);
    const update = await running(server, mandatory, [inside!]);
    expect(update).toMatchObject({ state: 'running', startedAt: '2026-11-20T09:00:00.000Z', total: 1 });
    expect((await check(server, inside!, '3.22.0')).verdict).toMatchObject({
      action: 'require',
      target: '3.23.0',
      reason: 'mandatory-update',
    });
    expect((await check(server, outside!, '3.22.0')).verdict).toMatchObject({ action: 'run', reason: 'no-update' });
    const desired = await server.owner.get<{ desiredVersion: string }>(`/workstations/${inside!.id}`);
    expect(desired.desiredVersion).toBe('3.23.0');
  });

  test('later waits for its time; a job begins it then', async () => {
    const [machine] = await addMachines(server, 1);
    const { id } = await draft(server, { ...mandatory, startsAt: '2026-11-20T12:00:00Z' }, [machine!]);
    expect(await server.owner.post(`/updates/${id}/start`)).toMatchObject({ state: 'scheduled', startedAt: null });
    const early = await check(server, machine!, '3.22.0');
    expect(early.verdict).toMatchObject({ action: 'run', reason: 'not-started-yet' });
    expect(early.policy.assignment?.startsAt).toBe('2026-11-20T12:00:00.000Z');
    await server.system.jobs.runNow('updates.begin');
    expect((await updateNow(server, id)).state).toBe('scheduled');
    await server.owner.refused('PATCH', `/updates/${id}`, { startsAt: null }, 'request.invalid');
    server.clock.advance({ hours: 4 });
    await server.system.jobs.runNow('updates.begin');
    expect(await updateNow(server, id)).toMatchObject({ state: 'running', startedAt: '2026-11-20T12:00:00.000Z' });
    expect(await types('update')).toEqual(['update.created', 'update.scheduled', 'update.started']);
  });

  test('later is also begun by the first check after its time', async () => {
    const [machine] = await addMachines(server, 1);
    const { id } = await draft(server, { ...mandatory, startsAt: '2026-11-20T12:00:00Z' }, [machine!]);
    await server.owner.post(`/updates/${id}/start`);
    server.clock.advance({ hours: 3 });
    expect((await check(server, machine!, '3.22.0')).verdict.action).toBe('require');
    expect(await updateNow(server, id)).toMatchObject({ state: 'running', startedAt: '2026-11-20T12:00:00.000Z' });
    const [started] = await eventsOf(server, 'update.started');
    expect(started?.actor.kind).toBe('system');
  });

  test('happens once, whoever asks', async () => {
    const { id } = await draft(server, mandatory, await addMachines(server, 3));
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => server.owner.request('POST', `/api/v1/updates/${id}/start`, {})),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    expect(await types('update.started')).toHaveLength(1);
  });
});

describe('pausing and cancelling', () => {
  test('a pause holds back what has not begun, and lets what is under way finish', async () => {
    const [waiting, downloading] = await addMachines(server, 2);
    const { id } = await running(server, mandatory, [waiting!, downloading!]);
    await check(server, downloading!, '3.22.0');
    await report(server, downloading!, id, { state: 'downloading', attempt: 1, seq: 1 });
    expect(await server.owner.post(`/updates/${id}/pause`, { reason: 'too many calls' })).toMatchObject({
      state: 'paused',
      pausedReason: 'too many calls',
    });
    expect((await check(server, waiting!, '3.22.0')).verdict.reason).toBe('no-update');
    expect((await check(server, downloading!, '3.22.0')).verdict.reason).toBe('mandatory-update');
    await server.owner.refused('POST', `/updates/${id}/pause`, {}, 'update.wrong-state');
    await server.owner.refused('POST', `/updates/${id}/resume`, { raeson: 'all answered' }, 'request.invalid');
    await server.owner.post(`/updates/${id}/resume`);
    expect((await check(server, waiting!, '3.22.0')).verdict.reason).toBe('mandatory-update');
    const events = await eventsOf(server, 'update');
    expect(events.map(({ type }) => type)).toEqual([
      'update.created',
      'update.started',
      'update.paused',
      'update.resumed',
    ]);
    expect(events[2]?.data).toEqual({ reason: 'too many calls' });
  });

  test('what closed during a pause completes it at the resumption', async () => {
    const [machine] = await addMachines(server, 1);
    const { id } = await running(server, mandatory, [machine!]);
    await server.owner.post(`/updates/${id}/pause`);
    await check(server, machine!, '3.23.0');
    expect(await updateNow(server, id)).toMatchObject({ state: 'paused', counts: { installed: 1 } });
    expect(await server.owner.post(`/updates/${id}/resume`)).toMatchObject({ state: 'completed' });
  });

  test('a cancelled update is over, and an older one stands again by itself', async () => {
    await approveNew(server, product, '3.24.0');
    const [machine] = await addMachines(server, 1);
    const older = await running(server, mandatory, [machine!]);
    server.clock.advance({ minutes: 1 });
    const newer = await running(server, { ...optional, version: '3.24.0' }, [machine!]);
    // The older requirement survives in the newer update.
    expect((await check(server, machine!, '3.22.0')).verdict).toMatchObject({ action: 'require', target: '3.24.0' });
    const cancelled = await server.owner.post<Update>(`/updates/${newer.id}/cancel`, { reason: 'wrong build' });
    expect(cancelled).toMatchObject({ state: 'cancelled', counts: { cancelled: 1 }, total: 1 });
    expect(cancelled.endedAt).not.toBeNull();
    expect((await check(server, machine!, '3.22.0')).verdict).toMatchObject({ action: 'require', target: '3.23.0' });
    const { desiredVersion } = await server.owner.get<{ desiredVersion: string }>(`/workstations/${machine!.id}`);
    expect(desiredVersion).toBe('3.23.0');
    await server.owner.refused('POST', `/updates/${newer.id}/start`, {}, 'update.wrong-state');
    expect((await updateNow(server, older.id)).state).toBe('running');
  });

  test.each(['start', 'pause', 'resume', 'cancel', 'retry'])('%s of what is not there is refused', async (action) => {
    await server.owner.refused('POST', `/updates/up_none/${action}`, {}, 'update.not-found');
  });
});

describe('retrying', () => {
  test('has these or all failed ones wait again', async () => {
    const machines = await addMachines(server, 3);
    const { id } = await running(server, mandatory, machines);
    for (const machine of machines) {
      await report(server, machine, id, { state: 'failed', attempt: 1, seq: 1, code: 2042, exitCode: 1603 });
    }
    expect(await server.owner.post(`/updates/${id}/retry`, { ids: [machines[0]!.id, 'ws_none'] })).toEqual({
      retried: 1,
    });
    expect(await server.owner.post(`/updates/${id}/retry`)).toEqual({ retried: 2 });
    expect((await updateNow(server, id)).counts).toMatchObject({ waiting: 3, failed: 0 });
    expect(await types('assignment.retried')).toHaveLength(2);
    expect(await server.owner.post(`/updates/${id}/retry`)).toEqual({ retried: 0 });
    expect(await types('assignment.retried')).toHaveLength(2);
  });

  test('is for running and paused updates', async () => {
    const { id } = await draft(server, mandatory);
    await server.owner.refused('POST', `/updates/${id}/retry`, {}, 'update.wrong-state');
  });
});

describe('the list of updates', () => {
  test('is filtered, searched, sorted and counted', async () => {
    await approveNew(server, product, '3.24.0');
    const machines = await addMachines(server, 2);
    const first = await running(server, { ...mandatory, name: 'Alpha' }, machines);
    await draft(server, { ...optional, version: '3.24.0', name: 'Beta' });
    const list = (query: string) =>
      server.owner.get<{ items: Update[]; total: number }>(`/updates?${query}`).then(({ items, total }) => ({
        names: items.map(({ name }) => name),
        total,
      }));
    expect(await list('')).toEqual({ names: ['Beta', 'Alpha'], total: 2 });
    expect(await list('sort=name')).toEqual({ names: ['Alpha', 'Beta'], total: 2 });
    expect(await list('sort=-target&pageSize=1')).toEqual({ names: ['Beta'], total: 2 });
    expect(await list('state=running')).toEqual({ names: ['Alpha'], total: 1 });
    expect(await list('q=3.24')).toEqual({ names: ['Beta'], total: 1 });
    expect(await list(`product=${product.id}&version=3.23`)).toEqual({ names: ['Alpha'], total: 1 });
    expect(await list('product=pr_none')).toEqual({ names: [], total: 0 });
    const { items } = await server.owner.get<{ items: Update[] }>('/updates?q=alpha');
    expect(items[0]).toMatchObject({
      id: first.id,
      total: 2,
      counts: { waiting: 2, installed: 0, 'not-applicable': 0 },
    });
    await server.owner.refused('GET', '/updates?colour=red', undefined, 'request.invalid');
    await server.owner.refused('GET', '/updates/up_none', undefined, 'update.not-found');
  });
});
