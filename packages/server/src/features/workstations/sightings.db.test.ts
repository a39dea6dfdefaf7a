// What checks leave behind: facts, versions, failures; who is here and who has fallen silent.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EventItem, Workstation } from '@usher/protocol';
import { ownerEmail, testPassword, testServer, type TestServer } from '@usher/testkit';
import { theSystem } from '../../initiator.ts';
import { makeSightings, type Sighting, type Sightings } from './sightings.ts';
import { findWorkstation, findWorkstationProduct } from './store.ts';
import { addProduct, addWorkstations } from './test-support/fleet.ts';
import { machineSystem } from './test-support/machine.ts';

let server: TestServer;
let sightings: Sightings;

beforeEach(async () => {
  server = await testServer();
  sightings = makeSightings(server.system);
  await addProduct(server.system.database, 'pr_one', '{11111111-2222-3333-4444-555555555555}');
  await addWorkstations(server.system.database, [
    { id: 'ws_a', hostname: 'Alpha', online: false, lastSeenAt: null },
    { id: 'ws_b', hostname: 'Bravo', lastSeenAt: '2026-11-20T08:00:00.000Z' },
    { id: 'ws_z', hostname: 'Zulu', retiredAt: '2026-11-01T00:00:00.000Z', online: false },
  ]);
});

afterEach(() => server.close());

const usual: Sighting = {
  workstationId: 'ws_a',
  productId: 'pr_one',
  hostname: 'Alpha',
  os: machineSystem,
  user: 'maria',
  installedVersion: '3.22.1',
  productCode: '{AAAAAAAA-2222-3333-4444-555555555555}',
  desiredVersion: '3.23.0',
  verdict: { action: 'offer', code: null, reason: 'optional-update', target: '3.23.0', cutoffAt: null, observed: null },
  log: { seq: 7, hash: 'f'.repeat(64) },
};

const see = (more: Partial<Sighting> = {}) =>
  server.system.database.transaction((tx) => sightings.recordSeen(tx, { ...usual, ...more }, theSystem));
const read = (id: string) => server.owner.get<Workstation>(`/workstations/${id}`);
const events = async () => {
  const { items } = await server.owner.get<{ items: EventItem[] }>('/events?type=workstation');
  return items.reverse().map(({ type, object, data }) => [type, object.id, data]);
};

async function isWorthRecording(more: Partial<Sighting> = {}): Promise<boolean> {
  const { read: reader } = server.system.database;
  const workstation = await findWorkstation(reader, 'ws_a');
  const product = await findWorkstationProduct(reader, 'ws_a', 'pr_one');
  if (workstation === undefined) throw new Error('ws_a is gone');
  return sightings.isWorthRecording({ workstation, product }, { ...usual, ...more });
}

describe('a check', () => {
  test('leaves its facts, and makes the workstation online, with one event', async () => {
    await see();
    await see({ installedVersion: '3.23.0', hostname: 'ALPHA-2' });
    expect(await read('ws_a')).toMatchObject({
      hostname: 'ALPHA-2',
      user: 'maria',
      online: true,
      lastSeenAt: '2026-11-20T09:00:00.000Z',
      installedVersion: '3.23.0',
      desiredVersion: '3.23.0',
      products: [{ productCode: usual.productCode, verdict: usual.verdict, checkedAt: '2026-11-20T09:00:00.000Z' }],
    });
    expect(await events()).toEqual([['workstation.online', 'ws_a', { lastSeenAt: null }]]);
    expect(await server.owner.get('/workstations?q=alpha-2')).toMatchObject({ total: 1 });
    expect(await server.owner.get('/workstations?q=MARIA&version=3.23')).toMatchObject({ total: 1 });
    expect(await findWorkstation(server.system.database.read, 'ws_a')).toMatchObject({ logSeq: 7 });
  });

  test('keeps the user where it names none, and takes it away where nobody is there', async () => {
    await see();
    await see({ user: undefined });
    expect(await read('ws_a')).toMatchObject({ user: 'maria' });
    await see({ user: null });
    expect(await read('ws_a')).toMatchObject({ user: null });
  });

  test('with a version that is none is kept as it is, below every other in the order', async () => {
    await see({ installedVersion: 'beta' });
    expect(await read('ws_a')).toMatchObject({ installedVersion: 'beta' });
    expect(await server.owner.get('/workstations?version=beta')).toMatchObject({ total: 1 });
  });

  test('is worth a write when something differs, or a minute after the last', async () => {
    expect(await isWorthRecording()).toBe(true);
    await see();
    expect(await isWorthRecording()).toBe(false);
    expect(await isWorthRecording({ log: { seq: 8, hash: 'e'.repeat(64) } })).toBe(false);
    const changes: Partial<Sighting>[] = [
      { installedVersion: '3.23.0' },
      { installedVersion: null },
      { user: 'joana' },
      { hostname: 'alpha' },
      { os: { ...machineSystem, timeZone: 'America/Sao_Paulo' } },
      { productCode: null },
      { desiredVersion: null },
      { verdict: { ...usual.verdict, action: 'run' } },
    ];
    for (const change of changes) expect(await isWorthRecording(change)).toBe(true);
    server.clock.advance({ seconds: 59 });
    expect(await isWorthRecording()).toBe(false);
    server.clock.advance({ seconds: 1 });
    expect(await isWorthRecording()).toBe(true);
  });

  test('of a retired workstation leaves nothing', async () => {
    await see({ workstationId: 'ws_z' });
    expect(await read('ws_z')).toMatchObject({ online: false, products: [] });
    expect(await events()).toEqual([]);
  });
});

describe('a failure', () => {
  test('stands at the workstation until it is cleared', async () => {
    await see();
    const failure = { at: '2026-11-20T08:59:00.000Z', code: 2042, exitCode: 1603, detail: 'Fatal error' };
    const place = { workstationId: 'ws_a', productId: 'pr_one' };
    await server.system.database.transaction((tx) => sightings.recordFailure(tx, { ...place, ...failure }));
    expect(await read('ws_a')).toMatchObject({ lastError: failure, installedVersion: '3.22.1' });
    await server.system.database.transaction((tx) => sightings.clearFailure(tx, 'ws_a', 'pr_one'));
    expect(await read('ws_a')).toMatchObject({ lastError: null, installedVersion: '3.22.1' });
  });
});

describe('a desired version', () => {
  test('is written for workstations by id or by query, whether they have checked or not', async () => {
    await see({ desiredVersion: null });
    const { database } = server.system;
    await database.transaction((tx) => sightings.setDesiredVersions(tx, 'pr_one', '3.24.0', ['ws_a', 'ws_b']));
    expect(await read('ws_a')).toMatchObject({ desiredVersion: '3.24.0', installedVersion: '3.22.1' });
    expect(await read('ws_b')).toMatchObject({ desiredVersion: '3.24.0', installedVersion: null });
    await database.transaction((tx) =>
      sightings.setDesiredVersions(
        tx,
        'pr_one',
        null,
        tx.db.selectFrom('workstations').select('id as workstationId').where('hostname', '=', 'Bravo'),
      ),
    );
    expect(await read('ws_a')).toMatchObject({ desiredVersion: '3.24.0' });
    expect(await read('ws_b')).toMatchObject({ desiredVersion: null });
  });
});

describe('silence', () => {
  test('of a week makes a workstation offline, once, and the next check brings it back', async () => {
    await see();
    server.clock.advance({ days: 7, hours: -1 });
    await server.system.jobs.runNow('workstations.silent');
    expect(await findWorkstation(server.system.database.read, 'ws_b')).toMatchObject({ online: 1 });
    server.clock.advance({ minutes: 1 });
    for (let runs = 0; runs < 2; runs += 1) await server.system.jobs.runNow('workstations.silent');
    expect(await findWorkstation(server.system.database.read, 'ws_a')).toMatchObject({ online: 1 });
    expect(await findWorkstation(server.system.database.read, 'ws_b')).toMatchObject({ online: 0 });
    await see({ workstationId: 'ws_b', hostname: 'Bravo' });
    const rows = await server.system.database.read
      .selectFrom('events')
      .select(['type', 'data'])
      .where('objectId', '=', 'ws_b')
      .orderBy('seq')
      .execute();
    expect(rows).toEqual([
      { type: 'workstation.offline', data: '{"lastSeenAt":"2026-11-20T08:00:00.000Z"}' },
      { type: 'workstation.online', data: '{"lastSeenAt":"2026-11-20T08:00:00.000Z"}' },
    ]);
  });
});

describe('two machines with one identity', () => {
  /** Signed in anew: sessions end while the clock runs ahead. */
  const alerts = async () => {
    const owner = await server.anonymous.signIn(ownerEmail, testPassword);
    return (await owner.get<{ items: EventItem[] }>('/events?type=workstation.alert')).items.map(({ data }) => data);
  };

  test('are told by the name that goes to and fro, once a day', async () => {
    for (const hostname of ['Alpha', 'Clone']) await see({ hostname });
    expect(await alerts()).toEqual([]);
    for (const hostname of ['Alpha', 'Clone', 'Alpha', 'Clone']) {
      server.clock.advance({ hours: 1 });
      await see({ hostname });
    }
    expect(await alerts()).toEqual([{ what: 'identity-shared', hostnames: ['Clone', 'Alpha'] }]);
    server.clock.advance({ hours: 21 });
    await see({ hostname: 'Alpha' });
    await see({ hostname: 'Clone' });
    await see({ hostname: 'Alpha' });
    expect(await alerts()).toHaveLength(2);
  });

  test('are not told of where a machine is renamed, even back after days', async () => {
    for (const hostname of ['Alpha', 'Bravissimo', 'Bravissimo', 'Charlie']) await see({ hostname });
    server.clock.advance({ days: 2 });
    await see({ hostname: 'Bravissimo' });
    expect(await alerts()).toEqual([]);
  });
});
