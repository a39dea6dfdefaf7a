// The cap on downloads: kept by a whole fleet, fair to who was told to wait, and never in the way of a person.
import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  approvedInstaller,
  contosoInstallers,
  ManualClock,
  testDatabase,
  testServer,
  type TestDatabase,
  type TestServer,
} from '@usher/testkit';
import { activate, makeKey, newMachine } from '../workstations/test-support/machine.ts';
import { makeDownloadSlots, type DownloadSlots } from './download-slots.ts';

const second = 1000;

describe('fifty workstations and a cap of five', () => {
  let database: TestDatabase;
  let clock: ManualClock;
  let slots: DownloadSlots;

  beforeEach(async () => {
    database = await testDatabase();
    clock = new ManualClock();
    slots = makeDownloadSlots({ database, clock }, 5);
  });
  afterEach(() => database.close());

  interface Told {
    readonly id: string;
    readonly comesAt: number;
    readonly isDone: boolean;
  }

  /** Lets workstations come when they were told to, each downloading for so many seconds; tells who got in when. */
  async function play(
    arrivals: readonly (readonly [id: string, at: number])[],
    downloadSeconds: (n: number) => number,
  ) {
    const from = clock.now();
    let due: Told[] = arrivals.map(([id, at]) => ({ id, comesAt: from + at * second, isDone: false }));
    const admitted: { readonly id: string; readonly at: number; readonly ask: number }[] = [];
    const asks = new Map<string, number>();
    let [under, most, refusals] = [0, 0, 0];
    while (due.length > 0) {
      due = due.sort((a, b) => a.comesAt - b.comesAt || Number(b.isDone) - Number(a.isDone));
      const [next, ...rest] = due as [Told, ...Told[]];
      due = rest;
      clock.advance({ milliseconds: Math.max(0, next.comesAt - clock.now()) });
      if (next.isDone) {
        under -= 1;
        await slots.giveBack(next.id);
        continue;
      }
      asks.set(next.id, (asks.get(next.id) ?? 0) + 1);
      const seconds = await slots.take(next.id, 0);
      if (seconds === null) {
        under += 1;
        most = Math.max(most, under);
        admitted.push({ id: next.id, at: (clock.now() - from) / second, ask: asks.get(next.id) ?? 0 });
        due.push({ id: next.id, comesAt: clock.now() + downloadSeconds(admitted.length) * second, isDone: true });
      } else {
        refusals += 1;
        due.push({ id: next.id, comesAt: clock.now() + seconds * second, isDone: false });
      }
    }
    return { admitted, most, refusals };
  }

  const fleet = Array.from(
    { length: 50 },
    (_, index) => [`ws_${String(index).padStart(2, '0')}`, index / 100] as const,
  );

  test('never download more than five at a time, and every one gets in, in the order in which it asked', async () => {
    const { admitted, most, refusals } = await play(fleet, (n) => 20 + (n % 5));
    expect(most).toBe(5);
    expect(admitted.map(({ id }) => id)).toEqual(fleet.map(([id]) => id));
    // Ten rounds of some 22 seconds, and what a turn stands idle until its owner comes back.
    expect(admitted.at(-1)?.at).toBeLessThan(2 * 220);
    expect(refusals).toBeLessThan(50 * 10);
  });

  test('who was told to wait gets in before whoever comes later', async () => {
    const late = Array.from({ length: 20 }, (_, index) => [`late_${index}`, 30 + index] as const);
    const { admitted } = await play([...fleet, ...late], () => 20);
    const order = admitted.map(({ id }) => id.startsWith('late'));
    expect(order).toEqual([...Array<boolean>(50).fill(false), ...Array<boolean>(20).fill(true)]);
  });

  test('who does not come back holds up nobody for long', async () => {
    for (const [id] of fleet) await slots.take(id, 0);
    for (const [id] of fleet.slice(0, 5)) await slots.giveBack(id);
    expect(await slots.take('ws_late', 0)).toBeGreaterThan(0);
    clock.advance({ seconds: 91 });
    expect(await slots.take('ws_late', 0)).toBeNull();
  });

  test('whose download was cut keeps its turn for a minute, and then it is another’s', async () => {
    for (const [id] of fleet.slice(0, 5)) await slots.take(id, 0);
    expect(await slots.take('ws_next', 0)).toBe(15);
    clock.advance({ seconds: 40 });
    expect(await slots.take('ws_00', 0)).toBeNull();
    clock.advance({ seconds: 40 });
    expect([await slots.take('ws_next', 0), await slots.take('ws_00', 0)]).toEqual([null, null]);
  });

  test('that ask in the same moment, of two servers, are counted together', async () => {
    const other = makeDownloadSlots({ database, clock }, 5);
    const answers = await Promise.all(fleet.map(([id], index) => (index % 2 === 0 ? slots : other).take(id, 0)));
    expect(answers.filter((seconds) => seconds === null)).toHaveLength(5);
  });

  test('make room for those that people wait for', async () => {
    expect(await slots.take('ws_00', 4)).toBeNull();
    expect(await slots.take('ws_01', 4)).toBeGreaterThan(0);
    expect(await slots.take('ws_02', 100)).toBeGreaterThan(0);
  });

  test('without a cap download as they come', async () => {
    const free = makeDownloadSlots({ database, clock }, 0);
    expect(await Promise.all(fleet.map(([id]) => free.take(id, 9)))).toEqual(fleet.map(() => null));
  });
});

describe('over HTTP', () => {
  let server: TestServer;
  let token: string;
  let path: string;
  const patient = { priority: 'u=7, i' };

  beforeAll(async () => {
    server = await testServer({ listen: true, environment: { USHER_MAX_DOWNLOADS: '1' } });
    const { sha256, product, version } = await approvedInstaller(server.owner, contosoInstallers()['3.23.0'].path);
    path = `/api/v1/workstation/tuf/targets/installers/${product.id}/${version}/x64-1033.msi`;
    const { key } = await makeKey(server.owner, { autoAuthorize: true });
    ({ token } = await activate(server.anonymous, newMachine(), key));
    expect(sha256).toHaveLength(64);
  });
  afterAll(() => server.close());

  const download = (headers: Record<string, string>) =>
    server.withToken(token).request('GET', path, undefined, headers);
  const others = () => makeDownloadSlots(server.system, 1);

  test('a download in the background beyond the cap is told when to come again, and comes then', async () => {
    await others().take('ws_other', 0);
    const refused = await download(patient);
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBe('15');
    expect(refused.body).toMatchObject({
      code: 'download.no-slot',
      detail: 'Other downloads come first. Ask again in 15 seconds.',
    });
    await others().giveBack('ws_other');
    expect((await download(patient)).status).toBe(200);
  });

  test('a person does not wait, nor does a client that knows nothing of this', async () => {
    await others().take('ws_other', 0);
    for (const headers of [{}, { priority: 'u=1' }, { priority: 'u=77' }, { priority: '' }]) {
      expect((await download(headers)).status).toBe(200);
    }
    await others().giveBack('ws_other');
  });

  test('what has been sent makes room for the next', async () => {
    expect((await download(patient)).status).toBe(200);
    await expect.poll(() => others().take('ws_other', 0)).toBeNull();
    await others().giveBack('ws_other');
    const answer = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}`, ...patient } });
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(1000);
    await expect.poll(() => others().take('ws_other', 0)).toBeNull();
    await others().giveBack('ws_other');
  });

  test('a download that a person waits for counts only until it has been sent', async () => {
    const agent = new http.Agent({ keepAlive: true });
    const open = (headers: Record<string, string>) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        const all = { authorization: `Bearer ${token}`, ...headers };
        http.get(`${server.url}${path}`, { agent, headers: all }, resolve).on('error', reject);
      });
    const answer = await open({});
    answer.resume();
    await once(answer, 'end');
    await expect.poll(async () => (await download(patient)).status).toBe(200);
    agent.destroy();
  });
});
