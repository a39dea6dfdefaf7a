// Floods: what a workstation tells again and again is counted, and nobody else is hindered by one that asks without end.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startAgain, testServer, type TestServer } from '@usher/testkit';
import {
  addMachines,
  addProduct,
  approveNew,
  assignmentNow,
  check,
  checkBody,
  eventsOf,
  report,
  running,
  withLastingOwner,
  type Machine,
} from '../updates/test-support/scene.ts';

let made: TestServer;
let server: TestServer;
let product: Awaited<ReturnType<typeof addProduct>>;
let machine: Machine;

beforeEach(async () => {
  made = await testServer();
  server = await withLastingOwner(made);
  product = await addProduct(server);
  await approveNew(server, product, '3.23.0');
  [machine] = (await addMachines(server, 1)) as [Machine];
});

afterEach(() => server.close());

async function timesOf(type: string): Promise<unknown[]> {
  return (await eventsOf(server, type)).map(({ data }) => data.times ?? 1);
}

const tellCounted = () => server.system.jobs.runNow('events.repeats');

async function prohibit(version: string): Promise<void> {
  await server.owner.post(`/products/${product.id}/prohibitions`, { version, reason: 'old' }, 201);
}

async function startTimes(count: number, installedVersion = '3.22.0'): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    expect((await check(server, machine, installedVersion)).verdict.action).toBe('block');
  }
}

function blockedStart(at: string) {
  return { id: randomUUID(), at, result: 'blocked', product: product.id, installedVersion: '3.22.0', code: 2028 };
}

async function tellStarts(...starts: readonly object[]): Promise<void> {
  const answer = await server
    .withToken(machine.token)
    .post<{ accepted: string[] }>('/workstation/reports', { reports: [], starts });
  expect(answer.accepted).toHaveLength(starts.length);
}

describe('starts that are blocked again and again', () => {
  beforeEach(() => prohibit('3.22.0'));

  test('are recorded one by one at first, then counted: none is lost', async () => {
    await startTimes(12);
    expect(await timesOf('start.blocked')).toEqual([1, 1, 1, 1, 1]);
    await tellCounted();
    expect(await timesOf('start.blocked')).toHaveLength(5);
    server.clock.advance({ minutes: 1 });
    await tellCounted();
    expect(await timesOf('start.blocked')).toEqual([1, 1, 1, 1, 1, 7]);
    const told = (await eventsOf(server, 'start.blocked')).at(-1);
    expect(told).toMatchObject({
      actor: { kind: 'workstation', id: machine.id },
      object: { kind: 'workstation', id: machine.id },
      data: {
        code: 2028,
        installedVersion: '3.22.0',
        from: '2026-11-20T09:00:00.000Z',
        to: '2026-11-20T09:00:00.000Z',
      },
    });
    await tellCounted();
    expect(await timesOf('start.blocked')).toHaveLength(6);
    expect(await server.system.database.read.selectFrom('repeatedEvents').selectAll().execute()).toEqual([]);
  });

  test('are recorded by the next one after the minute, where that comes first', async () => {
    await startTimes(8);
    server.clock.advance({ seconds: 61 });
    await startTimes(1);
    expect(await timesOf('start.blocked')).toEqual([1, 1, 1, 1, 1, 3, 1]);
  });

  test('stay counted when the server stops in between', async () => {
    await startTimes(9);
    server = await withLastingOwner(await startAgain(made));
    server.clock.advance({ minutes: 1 });
    await tellCounted();
    expect(await timesOf('start.blocked')).toEqual([1, 1, 1, 1, 1, 4]);
  });

  test('are others where they say something else', async () => {
    await prohibit('3.21.0');
    await startTimes(5, '3.22.0');
    await startTimes(2, '3.21.0');
    expect(await timesOf('start.blocked')).toHaveLength(7);
  });

  test('come from another workstation one by one', async () => {
    await startTimes(6);
    const [other] = (await addMachines(server, 1)) as [Machine];
    await check(server, other, '3.22.0');
    expect((await eventsOf(server, 'start.blocked')).at(-1)?.object.id).toBe(other.id);
  });

  test('count by the minute in which they were, where they are told of afterwards', async () => {
    const minutes = Array.from({ length: 7 }, (_, index) => `2026-11-19T08:0${index}:30.000Z`);
    await tellStarts(...minutes.map(blockedStart));
    expect(await timesOf('start.blocked')).toEqual([1, 1, 1, 1, 1, 1, 1]);
    await tellStarts(...Array.from({ length: 9 }, (_, second) => blockedStart(`2026-11-19T09:00:0${second}.000Z`)));
    expect(await timesOf('start.blocked')).toHaveLength(12);
    server.clock.advance({ minutes: 1 });
    await tellCounted();
    expect(await timesOf('start.blocked')).toEqual([...Array.from({ length: 12 }, () => 1), 4]);
  });
});

describe('choices that are made again and again', () => {
  test('are counted too, and the newest is what the assignment shows', async () => {
    const update = await running(server, { version: '3.23.0', requirement: 'optional' }, [machine]);
    for (let seq = 1; seq <= 20; seq += 1) {
      await report(server, machine, update.id, { state: seq % 2 === 0 ? 'deferred' : 'offered', attempt: 1, seq });
    }
    expect((await assignmentNow(server, update.id, machine)).state).toBe('deferred');
    server.clock.advance({ minutes: 1 });
    await tellCounted();
    expect(await timesOf('assignment.offered')).toEqual([1]);
    expect(await timesOf('assignment.deferred')).toEqual([1, 1, 1, 1, 1, 5]);
  });

  test('to leave the application closed are blocked starts, of which none is lost', async () => {
    const update = await running(server, { version: '3.23.0', requirement: 'mandatory' }, [machine]);
    await report(
      server,
      machine,
      update.id,
      ...Array.from({ length: 9 }, (_, seq) => ({ state: 'declined', attempt: 1, seq, code: 2030 })),
    );
    server.clock.advance({ minutes: 1 });
    await tellCounted();
    expect(await timesOf('start.blocked')).toEqual([1, 1, 1, 1, 1, 4]);
  });
});

describe('a workstation that asks without end', () => {
  const ask = (from: Machine) =>
    server.withToken(from.token).request('POST', '/api/v1/workstation/check', checkBody(from, '3.23.0'));

  test('is told to come again later, with an alert a day, and no other is hindered behind the same address', async () => {
    for (let count = 0; count < 600; count += 1) expect((await ask(machine)).status).toBe(200);
    const refused = await ask(machine);
    expect([refused.status, refused.headers['retry-after'], refused.body]).toMatchObject([
      429,
      '1',
      { code: 'request.too-many' },
    ]);
    expect((await ask(machine)).status).toBe(429);
    const others = await addMachines(server, 20);
    for (const other of others) expect((await ask(other)).status).toBe(200);
    server.clock.advance({ seconds: 1 });
    expect((await ask(machine)).status).toBe(200);
    expect(await eventsOf(server, 'workstation.alert')).toMatchObject([
      { object: { id: machine.id }, data: { what: 'asks-too-often' } },
    ]);
  });
});

describe('a workstation that tells without end', () => {
  const tell = (starts: readonly object[]) =>
    server.withToken(machine.token).request('POST', '/api/v1/workstation/reports', { reports: [], starts });
  const batch = (size: number) =>
    Array.from({ length: size }, () => ({ ...blockedStart('2026-11-19T09:00:00.000Z'), product: 'pr_none' }));

  test('keeps what is not taken until it is: a queue of weeks goes through at once', async () => {
    for (let count = 0; count < 20; count += 1) expect((await tell(batch(500))).status).toBe(200);
    const rest = batch(100);
    const refused = await tell(rest);
    expect([refused.status, refused.headers['retry-after'], refused.body]).toMatchObject([
      429,
      '4',
      { code: 'request.too-many' },
    ]);
    expect((await eventsOf(server, 'workstation.alert'))[0]?.data).toEqual({ what: 'tells-too-much' });
    server.clock.advance({ seconds: 4 });
    expect((await tell(rest)).status).toBe(200);
    expect((await tell(rest)).headers['retry-after']).toBe('60');
    const { count } = await server.system.database.read
      .selectFrom('reports')
      .select((e) => e.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(count).toBe(10_100);
  });
});
