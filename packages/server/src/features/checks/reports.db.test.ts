// Reports: each counts once, in its place, and only where it belongs.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '@usher/testkit';
import type { Update } from '@usher/protocol';
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
} from '../updates/test-support/scene.ts';

let server: TestServer;
let machine: Machine;
let update: Update;

const mandatory = { version: '3.23.0', requirement: 'mandatory' };

beforeEach(async () => {
  server = await withLastingOwner(await testServer());
  const product = await addProduct(server);
  await approveNew(server, product, '3.23.0');
  [machine] = (await addMachines(server, 1)) as [Machine];
  update = await running(server, mandatory, [machine]);
});

afterEach(() => server.close());

function send(...reports: readonly Readonly<Record<string, unknown>>[]) {
  return report(server, machine, update.id, ...reports);
}

async function state(): Promise<string> {
  return (await assignmentNow(server, update.id, machine)).state;
}

async function types(family: string): Promise<string[]> {
  return (await eventsOf(server, family)).map(({ type }) => type);
}

describe('reports', () => {
  test('take an assignment along its way; a claimed success waits for the next check', async () => {
    const seen: string[] = [];
    const way = ['offered', 'deferred', 'downloading', 'downloaded', 'installing', 'installed'];
    for (const [index, each] of way.entries()) {
      await send({ state: each, attempt: 1, seq: index + 1 });
      seen.push(await state());
    }
    expect(seen).toEqual(['offered', 'deferred', 'downloading', 'downloaded', 'installing', 'installing']);
    await check(server, machine, '3.23.0');
    expect(await state()).toBe('installed');
    expect(await types('assignment')).toEqual([
      'assignment.added',
      'assignment.offered',
      'assignment.deferred',
      'assignment.downloaded',
      'assignment.installed',
    ]);
  });

  test('of a choice begin no attempt', async () => {
    const attempts = async () => (await assignmentNow(server, update.id, machine)).attempts;
    await send({ state: 'deferred', attempt: 1, seq: 1 });
    expect(await attempts()).toBe(0);
    await send({ state: 'failed', attempt: 1, seq: 2, code: 2042 });
    expect(await attempts()).toBe(1);
  });

  test('sent twice count once, also side by side', async () => {
    const failure = { id: randomUUID(), state: 'failed', attempt: 1, seq: 1, code: 2042, exitCode: 1603 };
    const answers = await Promise.all([send(failure), send(failure), send(failure, failure)]);
    for (const { accepted, rejected } of answers)
      expect({ accepted, rejected }).toEqual({ accepted: [failure.id], rejected: [] });
    expect(await types('assignment.failed')).toHaveLength(1);
    const rows = await server.system.database.read.selectFrom('reports').selectAll().execute();
    expect(rows).toMatchObject([{ id: failure.id, applied: 1, state: 'failed', exitCode: 1603 }]);
  });

  test('out of order never move a state back', async () => {
    await send({ state: 'downloading', attempt: 1, seq: 5 }, { state: 'failed', attempt: 1, seq: 6 });
    await send({ state: 'offered', attempt: 1, seq: 3 });
    expect(await state()).toBe('failed');
    await send({ state: 'downloading', attempt: 2, seq: 7 });
    await send({ state: 'failed', attempt: 1, seq: 8 });
    expect(await state()).toBe('downloading');
    const rows = await server.system.database.read.selectFrom('reports').select(['seq', 'applied']).execute();
    expect(new Map(rows.map(({ seq, applied }) => [seq, applied]))).toEqual(
      new Map([
        [5, 1],
        [6, 1],
        [3, 0],
        [7, 1],
        [8, 0],
      ]),
    );
  });

  test('that were refused are refused again when they are sent again; those that applied are not', async () => {
    const id = randomUUID();
    const late = randomUUID();
    const first = await send({ id, state: 'failed' });
    expect(first.rejected).toEqual([]);
    await server.owner.post(`/updates/${update.id}/cancel`);
    for (const _ of [1, 2]) {
      expect(await send({ id, state: 'failed' }, { id: late, state: 'downloading' })).toMatchObject({
        accepted: [id, late],
        rejected: [{ id: late, reason: 'assignment-closed' }],
      });
    }
  });

  test('of more bytes than there are say that all are there', async () => {
    await send({ state: 'downloading', progress: { bytes: 700, total: 500 } });
    expect((await assignmentNow(server, update.id, machine)).progress).toEqual({ bytes: 500, total: 500 });
  });

  test('without numbers are taken as they come', async () => {
    await send({ state: 'offered' }, { state: 'downloading' }, { state: 'failed' }, { state: 'downloading' });
    expect(await state()).toBe('downloading');
  });

  test('that never can apply are accepted, and named with why', async () => {
    const { accepted, rejected } = await send({ state: 'offered', updateId: 'up_none' });
    expect(rejected).toEqual([{ id: accepted[0], reason: 'not-assigned' }]);
    const [other] = await addMachines(server, 1);
    expect((await report(server, other!, update.id, { state: 'failed' })).rejected[0]?.reason).toBe('not-assigned');
    const prepared = await draft(server, mandatory, [other!]);
    expect((await report(server, other!, prepared.id, { state: 'failed' })).rejected[0]?.reason).toBe(
      'update-not-started',
    );
    await server.owner.post(`/updates/${update.id}/cancel`);
    expect((await send({ state: 'failed' })).rejected[0]?.reason).toBe('assignment-closed');
    expect(await state()).toBe('cancelled');
    expect(await types('assignment.failed')).toEqual([]);
  });

  test('that do not fit their schema are refused as a whole', async () => {
    const caller = server.withToken(machine.token);
    const good = { id: randomUUID(), at: '2026-11-20T09:00:00Z', updateId: update.id, state: 'offered' };
    for (const bad of [
      { state: 'lost' },
      { id: 'x' },
      { at: 'yesterday' },
      { attempt: 0 },
      { logTail: 'x'.repeat(70_000) },
    ]) {
      const reports = [good, { ...good, id: randomUUID(), ...bad }];
      await caller.refused('POST', '/workstation/reports', { reports }, 'request.invalid');
    }
    await caller.refused('POST', '/workstation/reports', { reports: [] }, 'request.invalid');
    await server.owner.refused('POST', '/workstation/reports', { reports: [good] }, 'workstation.not-activated');
    expect(await state()).toBe('waiting');
  });
});

describe('a failure', () => {
  test('is kept with code, exit code, detail and the log tail, all harmless', async () => {
    await send({
      state: 'failed',
      attempt: 1,
      seq: 1,
      at: '2027-11-20T09:00:00Z',
      code: 2042,
      exitCode: 1603,
      detail: 'Fatal\u0007 error',
      logTail: 'line 1\r\nline\u001b[2J 2\u0000',
    });
    const lastError = { at: '2026-11-20T09:00:00.000Z', code: 2042, exitCode: 1603, detail: 'Fatal\ufffd error' };
    expect((await assignmentNow(server, update.id, machine)).lastError).toEqual({
      ...lastError,
      logTail: 'line 1\nline\ufffd[2J 2\ufffd',
    });
    expect((await server.owner.get(`/workstations/${machine.id}`)).lastError).toEqual(lastError);
    const [event] = await eventsOf(server, 'assignment.failed');
    expect(event?.data).toMatchObject({ code: 2042, exitCode: 1603, attempt: 1, workstation: { id: machine.id } });
    expect(JSON.stringify(event)).not.toContain('line 1');
    await check(server, machine, '3.23.0');
    expect((await assignmentNow(server, update.id, machine)).lastError).toBeNull();
    expect((await server.owner.get(`/workstations/${machine.id}`)).lastError).toBeNull();
  });

  test('that was rolled back has its own event and code', async () => {
    await send({ state: 'downloading', attempt: 1, seq: 1 }, { state: 'rolled-back', attempt: 1, seq: 2 });
    expect((await assignmentNow(server, update.id, machine)).lastError?.code).toBe(2046);
    expect(await types('assignment.rolled-back')).toHaveLength(1);
  });

  test('for the third time lets the requirement rest for a day where the update says so', async () => {
    await server.owner.patch(`/updates/${update.id}`, { onFailure: 'relax' });
    for (const attempt of [1, 2]) await send({ state: 'failed', attempt, seq: attempt });
    expect((await check(server, machine, '3.22.0')).verdict.action).toBe('require');
    // Said twice of one attempt is one failure.
    await send({ state: 'rolled-back', attempt: 2, seq: 3 });
    expect((await check(server, machine, '3.22.0')).verdict.action).toBe('require');
    await send({ state: 'failed', attempt: 3, seq: 4 });
    const { verdict, policy } = await check(server, machine, '3.22.0');
    expect(verdict).toMatchObject({ action: 'offer', reason: 'update-relaxed' });
    expect(policy.assignment?.relaxedUntil).toBe('2026-11-21T09:00:00.000Z');
    expect(await types('assignment.relaxed')).toHaveLength(1);
    server.clock.advance({ hours: 24 });
    expect((await check(server, machine, '3.22.0')).verdict.action).toBe('require');
  });

  test('never lets it rest where the update holds', async () => {
    for (const attempt of [1, 2, 3, 4]) await send({ state: 'failed', attempt, seq: attempt });
    expect((await check(server, machine, '3.22.0')).verdict.action).toBe('require');
    expect(await types('assignment.relaxed')).toEqual([]);
  });
});

describe('the rest of what can be reported', () => {
  test('a declined requirement is a blocked start with code 2030', async () => {
    await check(server, machine, '3.22.0');
    await send({ state: 'declined', attempt: 1, seq: 1, at: '2026-11-20T14:00:00.5+05:30' });
    expect(await state()).toBe('offered');
    const [event] = await eventsOf(server, 'start.blocked');
    const at = '2026-11-20T08:30:00.500Z';
    expect(event).toMatchObject({ object: { id: machine.id }, data: { code: 2030, reason: 'declined', at } });
  });

  test.each([
    ['failed', () => send({ state: 'failed', attempt: 1, seq: 1, code: 2040 })],
    ['cancelled', () => server.owner.post(`/updates/${update.id}/cancel`, { reason: 'Too early.' })],
    ['installed', () => check(server, machine, '3.23.0')],
  ])('a declined requirement is a blocked start, once, where the assignment has %s', async (become, happens) => {
    await check(server, machine, '3.22.0');
    await happens();
    expect(await state()).toBe(become);
    const declined = { id: randomUUID(), state: 'declined', attempt: 1, seq: 2, code: 2028 };
    await send(declined);
    await send(declined);
    expect(await state()).toBe(become);
    const told = await eventsOf(server, 'start.blocked');
    expect(told).toMatchObject([{ object: { id: machine.id }, data: { code: 2028, reason: 'declined' } }]);
  });

  test('a declined requirement that comes late is a blocked start, and moves nothing back', async () => {
    await check(server, machine, '3.22.0');
    await send({ state: 'deferred', attempt: 1, seq: 5 });
    await send({ state: 'declined', attempt: 1, seq: 2 });
    expect(await state()).toBe('deferred');
    expect(await types('start.blocked')).toHaveLength(1);
  });

  test('a needed restart stays with the assignment until it is tried anew', async () => {
    await send({ state: 'downloading', attempt: 1, seq: 1 }, { state: 'installed', attempt: 1, seq: 2, code: 2045 });
    await check(server, machine, '3.23.0');
    expect(await assignmentNow(server, update.id, machine)).toMatchObject({ state: 'installed', restartNeeded: true });
    await check(server, machine, '3.22.0');
    expect(await assignmentNow(server, update.id, machine)).toMatchObject({ state: 'waiting', restartNeeded: false });
  });
});

describe('silence', () => {
  test('under way for a day counts as failed; a later report goes on', async () => {
    const [idle] = await addMachines(server, 1);
    await server.owner.post(`/updates/${update.id}/workstations`, { ids: [idle!.id] });
    await send({ state: 'downloading', attempt: 1, seq: 1 });
    server.clock.advance({ hours: 23 });
    await server.system.jobs.runNow('updates.silence');
    expect(await state()).toBe('downloading');
    server.clock.advance({ hours: 2 });
    await server.system.jobs.runNow('updates.silence');
    await server.system.jobs.runNow('updates.silence');
    expect(await updateNow(server, update.id)).toMatchObject({ counts: { failed: 1, waiting: 1 } });
    expect(await assignmentNow(server, update.id, machine)).toMatchObject({
      why: 'No sign of life for 24 hours.',
      whyCode: 'silent',
      whyFacts: { hours: 24 },
      lastError: { code: null, detail: 'No sign of life for 24 hours.' },
    });
    const events = await eventsOf(server, 'assignment.failed');
    expect(events.map(({ actor, data }) => [actor.kind, data.from])).toEqual([['system', 'downloading']]);
    await send({ state: 'downloading', attempt: 1, seq: 2 });
    expect(await assignmentNow(server, update.id, machine)).toMatchObject({ state: 'downloading', why: null });
  });

  test('of a machine that asks every hour and waits for its restart is none', async () => {
    await send({ state: 'downloading', attempt: 1, seq: 1 }, { state: 'installed', attempt: 1, seq: 2, code: 2045 });
    for (let hour = 0; hour < 60; hour += 1) {
      server.clock.advance({ hours: 1 });
      await check(server, machine, '3.22.0', { purpose: 'background' });
    }
    await server.system.jobs.runNow('updates.silence');
    expect(await assignmentNow(server, update.id, machine)).toMatchObject({ restartNeeded: true, lastError: null });
    const { attention } = await server.owner.get<{ attention: { kind: string }[] }>('/overview');
    expect(attention.map(({ kind }) => kind)).not.toContain('assignments-stuck');
    server.clock.advance({ hours: 25 });
    await server.system.jobs.runNow('updates.silence');
    expect(await assignmentNow(server, update.id, machine)).toMatchObject({ state: 'failed', whyCode: 'silent' });
  });

  test('of a download alone, on a machine that asks, is said as that', async () => {
    await send({ state: 'downloading', attempt: 1, seq: 1 });
    server.clock.advance({ hours: 25 });
    await check(server, machine, '3.22.0', { purpose: 'background' });
    await server.system.jobs.runNow('updates.silence');
    const detail = 'The workstation asks, but has reported nothing of it for 24 hours.';
    expect(await assignmentNow(server, update.id, machine)).toMatchObject({
      ...{ state: 'failed', whyCode: 'no-report', why: detail, lastError: { detail } },
    });
  });

  test('lasts as long as the setting says', async () => {
    await server.system.database.transaction(({ db }) =>
      db.insertInto('settings').values({ name: 'updates.silentAfterHours', value: '2' }).execute(),
    );
    await send({ state: 'downloading', attempt: 1, seq: 1 });
    server.clock.advance({ hours: 3 });
    await server.system.jobs.runNow('updates.silence');
    expect(await state()).toBe('failed');
  });
});

describe('starts that a workstation decided without the server', () => {
  const at = '2026-11-20T07:08:09.000Z';

  function tell(...starts: readonly Readonly<Record<string, unknown>>[]) {
    const product = update.product.id;
    const body = {
      reports: [],
      starts: starts.map((start) => ({ product, at, installedVersion: '3.22.1', ...start })),
    };
    return server
      .withToken(machine.token)
      .post<{ accepted: string[]; rejected: object[] }>('/workstation/reports', body);
  }

  test('are recorded as events of the workstation, as offline, each once', async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    const first = await tell({ id: one, result: 'blocked', code: 2028, reason: 'prohibited' });
    expect(first).toEqual({ accepted: [one], rejected: [] });
    await tell(
      { id: one, result: 'blocked', code: 2028, reason: 'prohibited' },
      { id: two, result: 'blocked', code: 2031, reason: 'grace-over' },
    );
    const events = await eventsOf(server, 'start.blocked');
    expect(events.map(({ data }) => data)).toMatchObject([
      { code: 2028, reason: 'prohibited', offline: true, at, installedVersion: '3.22.1' },
      { code: 2031, reason: 'grace-over', offline: true, at },
    ]);
  });

  test('by a pass are its use, once, at the time that the workstation says', async () => {
    const give = { product: update.product.id, hours: 2, reason: 'Month-end closing' };
    const path = `/workstations/${machine.id}/passes`;
    const { until } = await server.owner.post<{ until: string }>(path, give, 201);
    const used = { result: 'pass-used', passUntil: until, reason: 'pass' };
    await tell({ id: randomUUID(), ...used });
    await tell({ id: randomUUID(), ...used }, { id: randomUUID(), ...used, passUntil: at });
    const events = await eventsOf(server, 'pass.used');
    expect(events.map(({ data }) => data)).toMatchObject([{ until, reason: 'Month-end closing', offline: true, at }]);
  });

  test('of a product that is not here are refused for good; none at all is no request', async () => {
    const id = randomUUID();
    const blocked = { id, result: 'blocked', product: 'pr_unknown' };
    const refused = { accepted: [id], rejected: [{ id, reason: 'unknown-product' }] };
    // Also where the first answer was lost.
    for (const _ of [1, 2]) expect(await tell(blocked)).toEqual(refused);
    expect(await types('start')).toEqual([]);
    const caller = server.withToken(machine.token);
    await caller.refused('POST', '/workstation/reports', { reports: [], starts: [] }, 'request.invalid');
  });
});

describe('what is wrong with a machine', () => {
  const at = '2026-11-20T07:08:09.000Z';
  const raise = (...alarms: readonly object[]) =>
    server
      .withToken(machine.token)
      .post<{ accepted: string[]; rejected: object[] }>('/workstation/reports', { reports: [], alarms });

  test('is an alarm among the events, once, in plain lines', async () => {
    const alarm = { id: randomUUID(), at, alarm: 'copies-unseen', detail: 'There is\u001b[31m no\nPowerShell.' };
    expect(await raise(alarm)).toEqual({ accepted: [alarm.id], rejected: [] });
    await raise(alarm);
    const events = await eventsOf(server, 'workstation.alert');
    expect(events.map(({ data }) => data)).toEqual([
      { what: 'copies-unseen', detail: expect.stringMatching(/^There is.* no PowerShell\.$/) as string, at },
    ]);
  });

  test('is one of a closed list', async () => {
    const caller = server.withToken(machine.token);
    const alarms = [{ id: randomUUID(), at, alarm: 'on-fire', detail: '' }];
    await caller.refused('POST', '/workstation/reports', { reports: [], alarms }, 'request.invalid');
  });
});
