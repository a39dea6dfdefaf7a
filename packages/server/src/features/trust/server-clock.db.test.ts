// A clock that ran ahead and was set right: the server notices, says what to do, and is quiet once that is done.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Overview, Problem, TrustOverview } from '@usher/protocol';
import { startAgain, testServer, type TestServer } from '@usher/testkit';
import { operatorOf } from './test-support/operator.ts';

const rightTime = '2026-11-20T09:00:00.000Z';
const aheadTime = '2026-11-20T10:00:00.000Z';

let server: TestServer;
let lines: string[];

beforeEach(async () => {
  lines = [];
  server = await testServer({ logLines: lines });
});
afterEach(() => server.close());

async function noteClock(): Promise<void> {
  expect(await server.system.jobs.runNow('clock.note')).toBe(true);
}

async function runAhead(): Promise<void> {
  server.clock.set(aheadTime);
  await noteClock();
}

const attention = async () =>
  (await server.owner.get<Overview>('/overview')).attention.filter(({ kind }) => kind === 'server-clock');
const warnings = async () =>
  (await server.owner.get<TrustOverview>('/trust')).warnings.filter(({ code }) => code === 'server-clock');
const ready = () => server.anonymous.request('GET', '/readyz');
const said = () => lines.filter((line) => line.includes('The clock of this server is behind'));

async function expectQuiet(): Promise<void> {
  expect(await attention()).toEqual([]);
  expect(await warnings()).toEqual([]);
  expect((await ready()).status).toBe(200);
}

describe('a clock that is right', () => {
  test('is no matter, nor is one that was set back by five minutes', async () => {
    await expectQuiet();
    server.clock.advance({ minutes: 5 });
    await noteClock();
    server.clock.set(rightTime);
    await noteClock();
    await server.system.jobs.runNow('clock.tell');
    await expectQuiet();
    expect(said()).toEqual([]);
  });
});

describe('a clock that ran ahead', () => {
  beforeEach(async () => {
    await runAhead();
    server.clock.set(rightTime);
  });

  test('alarms on the overview, among the warnings and at /readyz, and says until when and what to do', async () => {
    await noteClock();
    expect(await attention()).toEqual([{ kind: 'server-clock', count: 1, object: null, code: null, at: aheadTime }]);
    const [warning] = await warnings();
    expect(warning?.message).toContain(aheadTime);
    expect(warning?.message).toContain('usher key rotate director --at-once');
    const { status, body } = await ready();
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'server.not-ready', detail: warning!.message } satisfies Partial<Problem>);
  });

  test('is said in the log at each start, and every hour', async () => {
    expect(said()).toEqual([]);
    await server.system.jobs.runNow('clock.tell');
    expect(said()).toHaveLength(1);
    server = await startAgain(server, { logLines: lines });
    expect(said()).toHaveLength(2);
    expect((await ready()).status).toBe(503);
  });

  test('is forgotten once its time has come', async () => {
    server.clock.set(aheadTime);
    await expectQuiet();
  });

  test('is forgotten once no workstation trusts the key that it signed with', async () => {
    await operatorOf(server).does('key rotate director');
    expect((await ready()).status).toBe(503);
    await operatorOf(server).does('key rotate director --at-once');
    await expectQuiet();
    // And from then on the present time is noted again.
    await noteClock();
    await expectQuiet();
    await runAhead();
    server.clock.set(rightTime);
    expect((await ready()).status).toBe(503);
  });

  test('still alarms while the new key waits for a signature of keys that are elsewhere', async () => {
    const { database } = server.system;
    await database.transaction(({ db }) =>
      db.updateTable('signingKeys').set({ privateKey: null }).where('role', '=', 'targets').execute(),
    );
    server = await startAgain(server, { logLines: lines });
    await operatorOf(server).does('key rotate director --at-once');
    await noteClock();
    expect((await ready()).status).toBe(503);
  });
});

test('what was recorded by a clock that is ahead tells too, where nothing was noted', async () => {
  const { database } = server.system;
  server.clock.set(aheadTime);
  await server.owner.post('/groups', { name: 'Recorded ahead', filter: {} }, 201);
  server.clock.set(rightTime);
  expect(await attention()).toMatchObject([{ at: aheadTime }]);
  await database.transaction(({ db }) => db.deleteFrom('settings').where('name', '=', 'clock.noted').execute());
  await noteClock();
  // The next event is of the right time; what was seen is noted by then.
  await server.owner.post('/groups', { name: 'Recorded now', filter: {} }, 201);
  expect(await attention()).toMatchObject([{ at: aheadTime }]);
});
