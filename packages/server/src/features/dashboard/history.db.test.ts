// The history behind the plots: recorded when something changed, once, and kept small for a year.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock, testDatabase, testServer, type TestDatabase, type TestServer } from '@usher/testkit';
import type { BurnUp } from '@usher/protocol';
import { isoNow } from '../../clock.ts';
import { makeLeases } from '../../database/leases.ts';
import {
  addMachines,
  addProduct,
  approveNew,
  check,
  report,
  running,
  updateNow,
  withLastingOwner,
} from '../updates/test-support/scene.ts';
import { makeHistoryService } from './history-service.ts';

interface Versions {
  readonly versions: string[];
  readonly points: { readonly at: string; readonly counts: number[] }[];
}

interface Failures {
  readonly items: {
    code: number | null;
    exitCode: number | null;
    count: number;
    workstations: number;
    lastAt: string;
  }[];
}

describe('what the plots show', () => {
  let server: TestServer;
  let product: Awaited<ReturnType<typeof addProduct>>;

  beforeEach(async () => {
    server = await withLastingOwner(await testServer());
    product = await addProduct(server);
    for (const version of ['3.22.0', '3.23.0']) await approveNew(server, product, version);
  });

  afterEach(() => server.close());

  const record = () => server.system.jobs.runNow('history.record');
  const snapshots = (ownerId: string) =>
    server.system.database.read
      .selectFrom('countHistory')
      .select(['at', 'counts'])
      .where('ownerId', '=', ownerId)
      .orderBy('at')
      .execute();

  async function machinesWith(version: string, count: number) {
    const machines = await addMachines(server, count);
    for (const machine of machines) await check(server, machine, version);
    return machines;
  }

  test('versions over time are written when they changed, and end with the present', async () => {
    const machines = await machinesWith('3.22.0', 3);
    await record();
    server.clock.advance({ minutes: 1 });
    await record();
    server.clock.advance({ minutes: 1 });
    const [first, second] = machines;
    if (first === undefined || second === undefined) throw new Error('no machines');
    await check(server, first, '3.23.0');
    await record();
    server.clock.advance({ minutes: 1 });
    await check(server, second, 'unreadable');
    expect(await snapshots(product.id)).toEqual([
      { at: '2026-11-20T09:00:00.000Z', counts: '{"3.22.0":3}' },
      { at: '2026-11-20T09:02:00.000Z', counts: '{"3.22.0":2,"3.23.0":1}' },
    ]);
    const series = await server.owner.get<Versions>('/overview/versions?days=7');
    expect(series).toEqual({
      versions: ['other', '3.22.0', '3.23.0'],
      points: [
        { at: '2026-11-20T09:00:00.000Z', counts: [0, 3, 0] },
        { at: '2026-11-20T09:01:00.000Z', counts: [0, 3, 0] },
        { at: '2026-11-20T09:02:00.000Z', counts: [0, 2, 1] },
        { at: '2026-11-20T09:03:00.000Z', counts: [1, 1, 1] },
      ],
    });
    await server.owner.delete(`/workstations/${first.id}`);
    const later = await server.owner.get<Versions>(`/overview/versions?days=7&product=${product.upgradeCode}`);
    expect(later.points.at(-1)?.counts).toEqual([1, 1, 0]);
    await server.owner.refused('GET', '/overview/versions?product=pr_none', undefined, 'product.not-found');
    await server.owner.refused('GET', '/overview/versions?days=0', undefined, 'request.invalid');
  });

  test('at most eight versions are named, and the others are summed up', async () => {
    for (let minor = 10; minor < 20; minor += 1) await machinesWith(`3.${minor}.0`, minor < 12 ? 1 : 2);
    const { versions, points } = await server.owner.get<Versions>('/overview/versions');
    expect(versions).toEqual(['other', ...[12, 13, 14, 15, 16, 17, 18, 19].map((minor) => `3.${minor}.0`)]);
    expect(points).toEqual([{ at: isoNow(server.clock), counts: [2, 2, 2, 2, 2, 2, 2, 2, 2] }]);
  });

  test('an update’s burn-up starts with nothing, follows what was recorded, and ends where the update stands', async () => {
    const machines = await machinesWith('3.22.0', 2);
    const update = await running(server, { product: product.id, version: '3.23.0', requirement: 'optional' }, machines);
    const [first, second] = machines;
    if (first === undefined || second === undefined) throw new Error('no machines');
    server.clock.advance({ seconds: 15 });
    await check(server, first, '3.23.0');
    await record();
    server.clock.advance({ seconds: 15 });
    await report(server, second, update.id, { state: 'downloading', attempt: 1, seq: 1 });
    await report(server, second, update.id, { state: 'failed', attempt: 1, seq: 2, code: 2040 });
    await record();
    server.clock.advance({ seconds: 15 });
    await check(server, second, '3.23.0');
    expect((await updateNow(server, update.id)).state).toBe('completed');
    server.clock.advance({ minutes: 20 });
    await record();
    await record();
    expect(await snapshots(update.id)).toHaveLength(3);
    const { points } = await server.owner.get<BurnUp>(`/updates/${update.id}/burn-up`);
    expect(points).toEqual([
      { at: '2026-11-20T09:00:00.000Z', installed: 0, failed: 0, total: 2 },
      { at: '2026-11-20T09:00:15.000Z', installed: 1, failed: 0, total: 2 },
      { at: '2026-11-20T09:00:30.000Z', installed: 1, failed: 1, total: 2 },
      { at: '2026-11-20T09:00:45.000Z', installed: 2, failed: 0, total: 2 },
    ]);
    await server.owner.refused('GET', '/updates/up_none/burn-up', undefined, 'update.not-found');
  });

  test('failures are counted by cause and by workstation, each once, whoever records them and how often', async () => {
    const machines = await machinesWith('3.22.0', 2);
    const update = await running(server, { product: product.id, version: '3.23.0', requirement: 'optional' }, machines);
    const failed = { state: 'failed', code: 2042, exitCode: 1603 };
    for (const machine of machines) {
      await report(server, machine, update.id, { state: 'downloading', attempt: 1, seq: 1 });
      await report(server, machine, update.id, { ...failed, attempt: 1, seq: 2 });
    }
    const now = isoNow(server.clock);
    const failures = () => server.owner.get<Failures>('/overview/failures');
    const expected = { items: [{ code: 2042, exitCode: 1603, count: 2, workstations: 2, lastAt: now }] };
    // Before they are taken into the history, and after that: by this process and by another.
    expect(await failures()).toEqual(expected);
    await record();
    const { database } = server.system;
    const another = makeHistoryService({
      database,
      clock: server.clock,
      leases: makeLeases(database, server.clock, 'b'),
    });
    await Promise.all([record(), another.record()]);
    expect(await failures()).toEqual(expected);
    const [first] = machines;
    if (first === undefined) throw new Error('no machine');
    await report(server, first, update.id, { state: 'downloading', attempt: 2, seq: 3 });
    await report(server, first, update.id, { ...failed, attempt: 2, seq: 4 });
    await report(server, first, update.id, { state: 'downloading', attempt: 3, seq: 5 });
    await report(server, first, update.id, { state: 'failed', code: 2040, attempt: 3, seq: 6 });
    const both = [
      { code: 2042, exitCode: 1603, count: 3, workstations: 2, lastAt: now },
      { code: 2040, exitCode: null, count: 1, workstations: 1, lastAt: now },
    ];
    expect((await failures()).items).toEqual(both);
    await record();
    expect((await failures()).items).toEqual(both);
    const of = (query: string) => server.owner.get<Failures>(`/overview/failures?${query}`);
    expect((await of(`update=${update.id}`)).items).toEqual(both);
    expect((await of(`product=${product.id}`)).items).toEqual(both);
    // Summed up to their month they are still there for a year, and gone for a week.
    server.clock.advance({ days: 90 });
    await server.system.jobs.runNow('history.thin');
    expect((await of('days=120')).items).toEqual(both);
    expect((await of('days=7')).items).toEqual([]);
    await server.owner.refused('GET', '/overview/failures?update=up_none', undefined, 'update.not-found');
  });

  test('time to compliance is measured from the start to the check that reported the target', async () => {
    const machines = await machinesWith('3.22.0', 11);
    const update = await running(server, { product: product.id, version: '3.23.0', requirement: 'optional' }, machines);
    for (const machine of machines.slice(0, 10)) {
      server.clock.advance({ hours: 1 });
      await check(server, machine, '3.23.0');
    }
    const { items } = await server.owner.get<{ items: unknown[] }>('/overview/compliance');
    expect(items).toEqual([
      {
        update: { id: update.id, name: update.name },
        target: '3.23.0',
        startedAt: '2026-11-20T09:00:00.000Z',
        installed: 10,
        total: 11,
        alreadyThere: 0,
        arrived: 10,
        toArrive: 11,
        medianHours: 6,
        ninetiethPercentileHours: 10,
      },
    ]);
    server.clock.advance({ days: 40 });
    await expect(server.owner.get('/overview/compliance')).resolves.toEqual({ items: [] });
  });

  test('time to compliance leaves out who was there already, and has no ninetieth of a hundred before so many have come', async () => {
    const there = await machinesWith('3.23.0', 6);
    const others = await machinesWith('3.22.0', 5);
    const update = await running(server, { product: product.id, version: '3.23.0', requirement: 'optional' }, [
      ...there,
      ...others,
    ]);
    for (const machine of there) await check(server, machine, '3.23.0');
    for (const machine of others) await check(server, machine, '3.22.0');
    const compliance = async () =>
      (await server.owner.get<{ items: Record<string, unknown>[] }>('/overview/compliance')).items.map(
        ({ update: _, target: __, startedAt: ___, ...numbers }) => numbers,
      );
    const found = { installed: 6, total: 11, alreadyThere: 6, arrived: 0, toArrive: 5 };
    expect(await compliance()).toEqual([{ ...found, medianHours: null, ninetiethPercentileHours: null }]);
    for (const machine of others.slice(0, 4)) {
      server.clock.advance({ hours: 1 });
      await check(server, machine, '3.23.0');
    }
    const four = { ...found, installed: 10, arrived: 4, medianHours: 3 };
    expect(await compliance()).toEqual([{ ...four, ninetiethPercentileHours: null }]);
    server.clock.advance({ hours: 1 });
    await check(server, others[4]!, '3.23.0');
    expect(await compliance()).toEqual([{ ...four, installed: 11, arrived: 5, ninetiethPercentileHours: 5 }]);
    // Who leaves the target and comes back comes by the update.
    await check(server, there[0]!, '3.22.0');
    server.clock.advance({ hours: 1 });
    await check(server, there[0]!, '3.23.0');
    expect(await compliance()).toMatchObject([{ alreadyThere: 5, arrived: 6, ninetiethPercentileHours: 6 }]);
    expect((await server.owner.get<{ state: string }>(`/updates/${update.id}`)).state).toBe('completed');
  });
});

describe('a year of history', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await testDatabase();
  });

  afterEach(() => database.close());

  /** Days between two runs of the thinning: more than in truth, so that it meets more at once. */
  const step = 15;
  const perDay = 48;

  test('of a large fleet stays far below 100 MB, and each day of it can still be told', async () => {
    const clock = new ManualClock();
    const leases = makeLeases(database, clock, 'a');
    const history = makeHistoryService({ database, clock, leases });
    // As many versions as are ever kept by name.
    const versions = Array.from({ length: 49 }, (_, index) => [`3.${index}.1234`, 100_000 + index]);
    const counts = (day: number) => JSON.stringify(Object.fromEntries([...versions, ['4.0.0', day]]));
    const begin = clock.now();
    for (let day = 0; day < 365; day += step) {
      await database.transaction(async ({ db }) => {
        const rows = Array.from({ length: step * perDay }, (_, index) => {
          const at = new Date(begin + (day + index / perDay) * 86_400_000).toISOString();
          return ['pr_a', 'up_a'].map((ownerId) => ({ ownerId, at, counts: counts(day + Math.floor(index / perDay)) }));
        }).flat();
        for (let start = 0; start < rows.length; start += 500) {
          await db
            .insertInto('countHistory')
            .values(rows.slice(start, start + 500))
            .execute();
        }
      });
      clock.advance({ days: step });
      await history.thinOut();
    }
    const kept = await database.read.selectFrom('countHistory').select(['ownerId', 'at', 'counts']).execute();
    const product = kept.filter(({ ownerId }) => ownerId === 'pr_a');
    const update = kept.filter(({ ownerId }) => ownerId === 'up_a');
    // Two days as recorded, a month by hours, the rest by days or thirds of days.
    expect(product.length).toBeLessThanOrEqual(3 * perDay + 34 * 24 + 331);
    expect(update.length).toBeLessThanOrEqual(3 * perDay + 34 * 24 + 331 * 3);
    const bytes = (rows: typeof kept) =>
      rows.reduce((sum, { at, counts: text }) => sum + at.length + text.length + 60, 0);
    // Ten products that change all the time, and fifty updates that run the whole year.
    const stateCounts = 120 / counts(0).length;
    expect(10 * bytes(product) + 50 * bytes(update) * stateCounts).toBeLessThan(50e6);
    const days = new Map(product.map(({ at, counts: text }) => [at.slice(0, 10), text]));
    expect(days.size).toBeGreaterThanOrEqual(365);
    expect(days.get('2026-12-24')).toBe(counts(34));
    expect(days.get('2027-06-01')).toBe(counts(193));
    clock.advance({ days: 420 });
    await history.thinOut();
    // What held last holds still.
    const last = await database.read.selectFrom('countHistory').select(['ownerId']).orderBy('ownerId').execute();
    expect(last).toEqual([{ ownerId: 'pr_a' }, { ownerId: 'up_a' }]);
  });
});
