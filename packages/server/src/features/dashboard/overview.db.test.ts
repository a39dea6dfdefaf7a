// What needs an administrator, in which order, and the fleet in numbers.
import { afterEach, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '@usher/testkit';
import { isoNow } from '../../clock.ts';
import { theSystem } from '../../initiator.ts';
import type { Attention, Overview } from '@usher/protocol';
import {
  addMachines,
  addProduct,
  approveNew,
  addInstaller,
  check,
  draft,
  report,
  running,
  withLastingOwner,
} from '../updates/test-support/scene.ts';

let server: TestServer;

async function begin() {
  server = await withLastingOwner(await testServer());
  const product = await addProduct(server);
  for (const version of ['3.22.0', '3.23.0']) await approveNew(server, product, version);
  return { product };
}

afterEach(() => server.close());

const overviewNow = () => server.owner.get<Overview>('/overview');
const kinds = ({ attention }: Overview) => attention.map(({ kind }) => kind);
const of = ({ attention }: Overview, kind: Attention['kind']) => attention.filter((one) => one.kind === kind);

describe('the overview', () => {
  test('of an empty server is empty', async () => {
    server = await testServer();
    expect(await overviewNow()).toEqual({
      at: '2026-11-20T09:00:00.000Z',
      attention: [],
      workstations: { total: 0, pending: 0, authorized: 0, disabled: 0, online: 0, silentFor30Days: 0 },
      installers: { total: 0, approved: 0, pending: 0 },
      installationKeys: 0,
      running: [],
      observed: [],
    });
  });

  test('shows the newest fifty updates, and forgets none that needs somebody', async () => {
    await begin();
    const [machine] = await addMachines(server, 1);
    const criteria = { version: '3.23.0', requirement: 'mandatory' };
    const oldest = await running(server, criteria, [machine!]);
    await report(server, machine!, oldest.id, { state: 'failed', attempt: 1, seq: 1, code: 2042, exitCode: 1603 });
    for (let more = 0; more < 51; more += 1) await running(server, criteria, await addMachines(server, 1));
    const overview = await overviewNow();
    expect(overview.running).toHaveLength(50);
    expect(overview.running.map(({ id }) => id)).not.toContain(oldest.id);
    expect(of(overview, 'assignments-failed')).toMatchObject([{ count: 1, object: { id: oldest.id } }]);
  });

  test('counts workstations, installers and keys, but none that is retired', async () => {
    const { product } = await begin();
    await addInstaller(server, product, '3.24.0');
    await server.owner.post('/installation-keys', { label: 'Floor 3' }, 201);
    await addMachines(server, 3);
    await addMachines(server, 1, { status: 'disabled' });
    await addMachines(server, 2, { status: 'pending' });
    await addMachines(server, 1, { lastSeenAt: '2026-10-01T09:00:00.000Z' });
    const [gone] = await addMachines(server, 1);
    await server.owner.delete(`/workstations/${gone?.id}`);
    const overview = await overviewNow();
    expect(overview.workstations).toEqual({
      total: 7,
      pending: 2,
      authorized: 4,
      disabled: 1,
      online: 7,
      silentFor30Days: 1,
    });
    expect(overview.installers).toEqual({ total: 3, approved: 2, pending: 1 });
    expect(overview.installationKeys).toBe(1);
    expect(kinds(overview)).toEqual(['workstations-pending', 'installers-pending']);
    expect(of(overview, 'workstations-pending')).toMatchObject([{ count: 2, at: '2026-11-20T09:00:00.000Z' }]);
  });

  test('names failures, near cut-offs and forgotten drafts of updates', async () => {
    const { product } = await begin();
    const machines = await addMachines(server, 3);
    const cutoffAt = '2026-11-21T09:00:00.000Z';
    const update = await running(
      server,
      { product: product.id, version: '3.23.0', requirement: 'optional', cutoffAt },
      machines,
    );
    const forgotten = await draft(
      server,
      { product: product.id, version: '3.22.0', requirement: 'mandatory', name: 'Back' },
      machines.slice(1),
    );
    await draft(server, { product: product.id, version: '3.22.0', requirement: 'mandatory', name: 'Nobody' });
    const [first] = machines;
    if (first === undefined) throw new Error('no machine');
    await report(server, first, update.id, { state: 'downloading', attempt: 1, seq: 1 });
    await report(server, first, update.id, { state: 'failed', attempt: 1, seq: 2, code: 2042, exitCode: 1603 });
    const overview = await overviewNow();
    const object = { kind: 'update', id: update.id, name: update.name };
    expect(overview.attention).toEqual([
      { kind: 'assignments-failed', count: 1, object, code: null, at: null },
      { kind: 'update-cutoff-near', count: 3, object, code: null, at: cutoffAt },
      {
        kind: 'update-not-started',
        count: 2,
        object: { kind: 'update', id: forgotten.id, name: 'Back' },
        code: null,
        at: '2026-11-20T09:00:00.000Z',
      },
    ]);
    expect(overview.running).toMatchObject([
      { id: update.id, product: 'Contoso Agent', target: '3.23.0', cutoffAt, state: 'running', total: 3 },
    ]);
    expect(overview.running[0]?.counts).toMatchObject({ waiting: 2, failed: 1 });
    server.clock.advance({ hours: 25 });
    expect(kinds(await overviewNow())).not.toContain('update-cutoff-near');
  });

  test('a cut-off by the workstations’ own time is near where it comes first', async () => {
    const { product } = await begin();
    const machines = await addMachines(server, 1);
    const criteria = { product: product.id, version: '3.23.0', requirement: 'optional' };
    await running(server, { ...criteria, cutoffLocal: '2026-11-22T20:00' }, machines);
    // 20:00 in Kiritimati is 06:00 in UTC of the same day.
    expect(of(await overviewNow(), 'update-cutoff-near')).toMatchObject([{ at: '2026-11-22T06:00:00.000Z' }]);
  });

  test('says who is refused with which code, and an update that its target was taken from', async () => {
    const { product } = await begin();
    const machines = await addMachines(server, 3);
    const [pending] = await addMachines(server, 1, { status: 'pending' });
    const old = await approveNew(server, product, '3.21.0');
    await running(server, { product: product.id, version: '3.23.0', requirement: 'optional' }, machines.slice(2));
    await server.owner.post(`/installers/${old.id}/disapprove`, { reason: 'It leaks.' });
    for (const machine of [...machines, ...(pending === undefined ? [] : [pending])])
      await check(server, machine, '3.21.0');
    expect(of(await overviewNow(), 'starts-blocked')).toEqual([
      { kind: 'starts-blocked', count: 2, object: null, code: 2028, at: null },
    ]);
    const { items } = await server.owner.get<{ items: { id: string }[] }>('/installers?version=3.23.0');
    await server.owner.post(`/installers/${items[0]?.id}/disapprove`, { reason: 'Wrong one.' });
    expect(of(await overviewNow(), 'update-suspended')).toMatchObject([{ count: 1, object: { kind: 'update' } }]);
  });

  test('of a product that is only observed says who would be refused, and why', async () => {
    const { product } = await begin();
    const machines = await addMachines(server, 3);
    const enforcementUntil = '2026-11-27T09:00:00.000Z';
    await server.owner.patch(`/products/${product.id}`, { enforcement: 'observe', enforcementUntil });
    await server.owner.post(`/products/${product.id}/prohibitions`, { version: '3.21.0', reason: 'It leaks.' }, 201);
    const [first, second, third] = machines;
    if (first === undefined || second === undefined || third === undefined) throw new Error('no machines');
    await running(server, { product: product.id, version: '3.23.0', requirement: 'mandatory' }, [third]);
    await check(server, first, '3.21.0');
    await check(server, second, '3.22.0');
    await check(server, third, '3.22.0');
    const overview = await overviewNow();
    expect(overview.observed).toEqual([
      {
        product: { id: product.id, name: 'Contoso Agent' },
        until: enforcementUntil,
        workstations: 3,
        wouldBlock: 1,
        wouldRequire: 1,
        reasons: [
          { reason: 'mandatory-update', code: null, workstations: 1 },
          { reason: 'version-prohibited', code: 2028, workstations: 1 },
        ],
      },
    ]);
    expect(of(overview, 'products-observing')).toMatchObject([
      { count: 1, object: { id: product.id }, at: enforcementUntil },
    ]);
    // The lists behind the numbers.
    const list = (verdict: string) => server.owner.get(`/workstations?product=${product.id}&verdict=${verdict}`);
    expect(await list('would-block')).toMatchObject({ total: 1, items: [{ id: first.id }] });
    expect(await list('would-require')).toMatchObject({ total: 1, items: [{ id: third.id }] });
    expect(of(overview, 'starts-blocked')).toEqual([]);
    server.clock.advance({ days: 8 });
    expect((await overviewNow()).observed).toEqual([]);
  });

  test('names keys that end soon, those under way that are silent, and metadata that was not renewed', async () => {
    const { product } = await begin();
    await server.owner.post('/installation-keys', { label: 'Soon', expiresAt: '2026-11-25T09:00:00.000Z' }, 201);
    await server.owner.post('/installation-keys', { label: 'Late', expiresAt: '2027-11-25T09:00:00.000Z' }, 201);
    const [machine] = await addMachines(server, 1);
    if (machine === undefined) throw new Error('no machine');
    const update = await running(server, { product: product.id, version: '3.23.0', requirement: 'mandatory' }, [
      machine,
    ]);
    await report(server, machine, update.id, { state: 'downloading', attempt: 1, seq: 1 });
    expect(kinds(await overviewNow())).toEqual(['keys-expiring']);
    server.clock.advance({ hours: 25 });
    const overview = await overviewNow();
    expect(of(overview, 'assignments-stuck')).toMatchObject([{ count: 1, object: { id: update.id } }]);
    expect(of(overview, 'keys-expiring')).toMatchObject([{ count: 1, at: '2026-11-25T09:00:00.000Z' }]);
    server.clock.advance({ days: 60 });
    expect(of(await overviewNow(), 'trust-expiring').map(({ object }) => object?.id)).toContain('timestamp');
  });

  test('says which decisions wait for a signature, and for a month that the server was restored', async () => {
    await begin();
    const { database, events } = server.system;
    await database.transaction(async (tx) => {
      await tx.db.updateTable('installers').set({ published: 0 }).where('version', '=', '3.23.0').execute();
      const object = { kind: 'catalogue', id: 'log' };
      events.record(tx, {
        ...theSystem,
        type: 'trust.restored',
        object,
        data: { after: 1, madeAt: isoNow(server.clock) },
      });
    });
    const overview = await overviewNow();
    expect(of(overview, 'signatures-waiting')).toMatchObject([
      { count: 1, object: null, at: '2026-11-20T09:00:00.000Z' },
    ]);
    expect(of(overview, 'server-restored')).toMatchObject([{ object: { kind: 'event' } }]);
    server.clock.advance({ days: 31 });
    expect(of(await overviewNow(), 'server-restored')).toEqual([]);
  });

  test('says first that the log of events was contradicted', async () => {
    await begin();
    const { database, events } = server.system;
    await database.transaction((tx) => {
      const object = { kind: 'workstation', id: 'ws_a', name: 'PC-A' };
      const data = { seen: { seq: 9, hash: 'a' }, here: { head: 8, hash: null }, proved: true };
      events.record(tx, { ...theSystem, type: 'trust.log-contradicted', object, data });
      return Promise.resolve();
    });
    expect((await overviewNow()).attention[0]).toMatchObject({ kind: 'log-contradicted', count: 1 });
  });

  test('is for those who are signed in', async () => {
    server = await testServer();
    await server.anonymous.refused('GET', '/overview', undefined, 'session.required');
    const viewer = await server.signIn('viewer');
    await expect(viewer.get('/overview')).resolves.toBeTruthy();
  });
});
