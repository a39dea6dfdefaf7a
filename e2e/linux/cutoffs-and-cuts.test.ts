// A cut-off in the workstations' own time, by a whole server whose clock the test holds and real clients in two cities; and
// an activation whose answer is lost on the way.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import {
  approvedInstaller,
  contosoInstallers,
  ManualClock,
  ownerEmail,
  testPassword,
  testServer,
  type ApiClient,
  type TestServer,
} from '@usher/testkit';
import { formatInstallationKey, parseInstallationKey } from '@usher/trust';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LinuxWorkstation } from './linux-workstation.ts';

interface Named {
  readonly id: string;
}

const day = 24 * 60 * 60 * 1000;
/** Some days ahead, so that the machine's own time, which goes on as it is, is no argument for anything. */
const cutoffDay = new Date(Date.now() + 5 * day).toISOString().slice(0, 10);
const things = new AsyncDisposableStack();
let server: TestServer;
let clock: ManualClock;

beforeAll(async () => {
  clock = new ManualClock(new Date().toISOString());
  server = await testServer({ listen: true, clock });
});
afterAll(async () => {
  await things.disposeAsync();
  await server.close();
});

async function installationKey(owner = server.owner): Promise<string> {
  const { key } = await owner.post<{ key: string }>(
    '/installation-keys',
    { label: 'Two cities', autoAuthorize: true },
    201,
  );
  return key;
}

/** Hands connections on to a port; where it is told so, the connection is cut as soon as the answer begins. */
async function relay(port: number, cuts: (request: string) => boolean) {
  const sockets = new Set<Socket>();
  const listening = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    let request = '';
    client.on('data', (bytes: Buffer) => (request += bytes.toString('latin1')));
    client.pipe(upstream);
    upstream.on('data', (bytes: Buffer) => {
      if (cuts(request)) client.destroy();
      else client.write(bytes);
    });
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return {
    url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      listening.close();
      await once(listening, 'close');
    },
  };
}

describe('an activation whose answer is lost', () => {
  test('three times makes one workstation, and uses the key once', async () => {
    let left = 3;
    const way = await relay(Number(new URL(server.url).port), (request) => {
      if (!request.includes('/workstation/activate') || left === 0) return false;
      left -= 1;
      return true;
    });
    const key = parseInstallationKey(await installationKey());
    const machine = things.use(await LinuxWorkstation.create());
    const activate = ['activate', '--key', formatInstallationKey({ ...key, url: way.url })];
    for (let times = 0; times < 3; times += 1) expect((await machine.client(activate)).exitCode).toBe(1);
    expect(left).toBe(0);
    expect(await machine.client(activate)).toMatchObject({ exitCode: 0 });
    const { items } = await server.owner.get<{ items: readonly unknown[] }>('/workstations');
    expect(items).toHaveLength(1);
    const { items: events } = await server.owner.get<{ items: { type: string }[] }>('/events?type=workstation');
    expect(events.map(({ type }) => type).sort()).toEqual([
      ...Array<string>(3).fill('workstation.reactivated'),
      'workstation.registered',
    ]);
    await way.close();
  });
});

async function update(owner: ApiClient, version: string, more: Readonly<Record<string, unknown>>): Promise<void> {
  const { items } = await owner.get<{ items: Named[] }>('/products');
  const product = items[0]?.id;
  const { id } = await owner.post<Named>('/updates', { product, version, ...more }, 201);
  await owner.post(`/updates/${id}/workstations`, { all: true });
  await owner.post(`/updates/${id}/start`, {});
}

describe('an update with a cut-off at 18:00 in the workstation’s time', () => {
  const cities = [
    { city: 'Lisbon', zone: 'Europe/Lisbon' },
    { city: 'São Paulo', zone: 'America/Sao_Paulo' },
  ];
  /** The instant at which it is 18:00 on that day in a zone. */
  const sixOClock = (zone: string): number => {
    const noon = new Date(`${cutoffDay}T12:00:00.000Z`);
    const hour = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' }).format(noon);
    return noon.getTime() + (18 - Number(hour)) * 3_600_000;
  };
  const machines = new Map<string, LinuxWorkstation>();
  const start = (zone: string, answer: 'now' | 'later') =>
    machines.get(zone)!.client(['start', '--ui', 'none', '--answer', answer, '--', '/bin/sh', '-c', 'exit 9']);

  beforeAll(async () => {
    clock.set(`${cutoffDay}T12:00:00.000Z`);
    const owner = await server.anonymous.signIn(ownerEmail, testPassword);
    await approvedInstaller(owner, contosoInstallers()['3.22.1'].path);
    await approvedInstaller(owner, contosoInstallers()['3.23.0'].path);
    const key = await installationKey(owner);
    for (const { zone } of cities) {
      const machine = things.use(await LinuxWorkstation.create(zone));
      machines.set(zone, machine);
      const activated = await machine.client(['activate', '--key', key, '--unpack-into', machine.applications]);
      expect(activated).toMatchObject({ exitCode: 0 });
    }
    // Both run on one machine, so that the second claims the place of the first, and waits.
    const { items } = await owner.get<{ items: (Named & { status: string })[] }>('/workstations');
    for (const { id, status } of items) {
      if (status === 'pending') await owner.post(`/workstations/${id}/authorize`, {});
    }
    await update(owner, '3.22.1', { requirement: 'mandatory' });
    for (const { zone } of cities) expect(await start(zone, 'now')).toMatchObject({ exitCode: 9 });
    await update(owner, '3.23.0', { requirement: 'optional', cutoffLocal: `${cutoffDay}T18:00` });
    for (const { zone } of cities) expect(await start(zone, 'later')).toMatchObject({ exitCode: 9 });
  });

  test.each(cities)('binds in $city a minute after, and not a minute before', async ({ zone }) => {
    const at = sixOClock(zone);
    clock.set(new Date(at - 60_000).toISOString());
    expect(await start(zone, 'later')).toMatchObject({ exitCode: 9 });
    clock.set(new Date(at + 60_000).toISOString());
    expect(await start(zone, 'later')).toMatchObject({ exitCode: 20 });
  });

  test('has bound in Lisbon some hours before São Paulo', () => {
    expect(sixOClock('America/Sao_Paulo') - sixOClock('Europe/Lisbon')).toBeGreaterThanOrEqual(2 * 3_600_000);
  });

  test('is not put off by the machine’s own clock, which is days behind, and only the update opens the application', async () => {
    for (const { zone } of cities) {
      expect(Date.now()).toBeLessThan(sixOClock(zone) - day);
      expect(await start(zone, 'later')).toMatchObject({ exitCode: 20 });
      expect(await start(zone, 'now')).toMatchObject({ exitCode: 9 });
      expect(await start(zone, 'later')).toMatchObject({ exitCode: 9 });
    }
  });
});
