// The check at every start: the signed policy, the verdict, and what follows from what a workstation tells.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '@usher/testkit';
import { policySchema } from '@usher/protocol';
import { verifyPolicy } from '@usher/trust';
import {
  addInstaller,
  addMachines,
  addProduct,
  approveNew,
  assignmentNow,
  check,
  checkBody,
  draft,
  eventsOf,
  report,
  running,
  updateNow,
  withLastingOwner,
  type Machine,
} from '../updates/test-support/scene.ts';
import { activate, makeKey, newMachine } from '../workstations/test-support/machine.ts';

let server: TestServer;
let product: Awaited<ReturnType<typeof addProduct>>;
let installer: Awaited<ReturnType<typeof approveNew>>;
let machine: Machine;

beforeEach(async () => {
  server = await withLastingOwner(await testServer());
  product = await addProduct(server);
  installer = await approveNew(server, product, '3.23.0');
  [machine] = (await addMachines(server, 1)) as [Machine];
});

afterEach(() => server.close());

const mandatory = { version: '3.23.0', requirement: 'mandatory' };
const optional = { version: '3.23.0', requirement: 'optional' };

async function types(family: string): Promise<string[]> {
  return (await eventsOf(server, family)).map(({ type }) => type);
}

async function directorKeys(): Promise<string[]> {
  const rows = await server.system.database.read
    .selectFrom('signingKeys')
    .select('publicKey')
    .where('role', '=', 'director')
    .execute();
  return rows.map(({ publicKey }) => publicKey);
}

describe('the policy', () => {
  test('is signed by the director, whole, and carries the nonce and the newest event', async () => {
    const update = await running(server, { ...optional, cutoffAt: '2026-12-04T18:00:00Z' }, [machine]);
    const { items } = await server.owner.get<{ items: { seq: number; hash: string }[] }>('/events?pageSize=1');
    const { jws, policy } = await check(server, machine, '3.22.0', { nonce: 'once', product: product.upgradeCode });
    const verified = verifyPolicy(jws, {
      keys: await directorKeys(),
      workstationId: machine.id,
      productId: product.id,
      nonce: 'once',
    });
    expect(verified).toEqual(policySchema.parse(policy));
    const row = await server.system.database.read.selectFrom('installers').selectAll().executeTakeFirstOrThrow();
    expect(policy).toEqual({
      protocol: 1,
      workstation: { id: machine.id, status: 'authorized' },
      product: {
        id: product.id,
        name: 'Contoso Agent',
        enforcement: 'enforce',
        enforcementUntil: null,
        unknownVersions: 'allow',
        upgradeCode: product.upgradeCode,
      },
      known: ['3.23.0'],
      prohibited: [],
      assignment: {
        updateId: update.id,
        target: {
          version: '3.23.0',
          installerId: installer.id,
          path: row.targetPath,
          sha256: row.sha256,
          size: row.size,
          productCode: installer.productCode,
          upgradeCode: product.upgradeCode,
          architecture: 'x64',
        },
        requirement: 'optional',
        cutoffAt: '2026-12-04T18:00:00.000Z',
        startsAt: null,
        relaxedUntil: null,
        releaseNotes: 'What is new in 3.23.0',
        deferral: null,
      },
      pass: null,
      offline: { graceHours: 336, then: 'run' },
      log: { seq: items[0]?.seq, hash: items[0]?.hash },
      issuedAt: '2026-11-20T09:00:00.000Z',
      nonce: 'once',
    });
  });

  test('is for a pending and a disabled workstation too, with a verdict that says why not', async () => {
    const [pending] = await addMachines(server, 1, { status: 'pending' });
    const [disabled] = await addMachines(server, 1, { status: 'disabled' });
    expect((await check(server, pending!, '3.22.0')).verdict).toMatchObject({ action: 'block', code: 1002 });
    expect((await check(server, disabled!, '3.22.0')).verdict).toMatchObject({ action: 'block', code: 1008 });
    expect((await eventsOf(server, 'start.blocked')).map(({ data, object }) => [object.id, data.code])).toEqual([
      [pending!.id, 1002],
      [disabled!.id, 1008],
    ]);
  });

  test('says what engines do of their own accord, where product and update say it', async () => {
    await running(server, { ...optional, background: 'install' }, [machine]);
    await server.owner.patch(`/products/${product.id}`, { whenProhibited: 'close', closeAfterMinutes: 30 });
    const { policy } = await check(server, machine, '3.22.0');
    expect(policy.assignment).toMatchObject({ background: 'install' });
    expect(policy.product).toMatchObject({ whenProhibited: 'close', closeAfterMinutes: 30 });
  });

  test('records a blocked start only where somebody starts something', async () => {
    const [pending] = await addMachines(server, 1, { status: 'pending' });
    for (const purpose of ['activation', 'background', 'update']) {
      expect((await check(server, pending!, '3.22.0', { purpose })).verdict).toMatchObject({ code: 1002 });
    }
    expect(await eventsOf(server, 'start.blocked')).toEqual([]);
    await check(server, pending!, '3.22.0', { purpose: 'start' });
    expect(await eventsOf(server, 'start.blocked')).toHaveLength(1);
  });

  test('prohibits what is disapproved, at once, and lifts it with a new approval', async () => {
    const old = await approveNew(server, product, '3.22.0');
    expect((await check(server, machine, '3.22.0')).verdict.action).toBe('run');
    await server.owner.post(`/installers/${old.id}/disapprove`, { reason: 'leaks' });
    const { policy, verdict } = await check(server, machine, '3.22.0', { productCode: old.productCode });
    expect(verdict).toMatchObject({ action: 'block', code: 2028 });
    expect(policy.prohibited).toEqual([{ version: '3.22.0', reason: 'leaks' }]);
    await running(server, mandatory, [machine]);
    expect((await check(server, machine, '3.22.0')).verdict).toMatchObject({ action: 'require', code: 2028 });
    await server.owner.post(`/installers/${old.id}/approve`, { acknowledged: true, reason: 'it does not' });
    expect((await check(server, machine, '3.22.0')).verdict).toMatchObject({ action: 'require', code: null });
  });

  test('prohibits by number, blocks unknown versions where the product says so', async () => {
    await server.owner.post(`/products/${product.id}/prohibitions`, { below: '3.20.0', reason: 'old' }, 201);
    expect((await check(server, machine, '3.19.9')).verdict.code).toBe(2028);
    expect((await check(server, machine, '3.21.0')).verdict.action).toBe('run');
    await server.owner.patch(`/products/${product.id}`, { unknownVersions: 'block' });
    expect((await check(server, machine, '3.21.0')).verdict.code).toBe(2029);
    expect((await check(server, machine, 'what?')).verdict.code).toBe(2029);
    expect((await check(server, machine, null)).verdict.code).toBe(2030);
    expect((await check(server, machine, '3.23.0')).verdict.reason).toBe('no-update');
  });

  test('observes with an end that the policy names, and tells of each start that would have been refused', async () => {
    await server.owner.post(`/products/${product.id}/prohibitions`, { below: '3.22.0', reason: 'old' }, 201);
    const observation = { enforcement: 'observe', enforcementUntil: '2026-11-20T11:00:00Z' };
    await server.owner.patch(`/products/${product.id}`, observation);
    for (const _ of [1, 2]) {
      const { policy, verdict } = await check(server, machine, '3.21.0');
      expect(policy.product).toMatchObject({ enforcement: 'observe', enforcementUntil: '2026-11-20T11:00:00.000Z' });
      expect(verdict).toMatchObject({ action: 'run', observed: { action: 'block', code: 2028 } });
    }
    server.clock.advance({ hours: 3 });
    const { policy, verdict } = await check(server, machine, '3.21.0');
    expect(policy.product).toMatchObject({ enforcement: 'enforce', enforcementUntil: null });
    expect(verdict.code).toBe(2028);
    expect(await types('start')).toEqual(['start.observed', 'start.observed', 'start.blocked']);
  });

  test('carries a pass, whose first use is told once', async () => {
    await server.owner.post(`/products/${product.id}/prohibitions`, { version: '3.22.0', reason: 'old' }, 201);
    await server.owner.post(`/workstations/${machine.id}/passes`, { hours: 2, reason: 'payroll' }, 201);
    const { policy, verdict } = await check(server, machine, '3.22.0');
    expect(policy.pass).toEqual({ until: '2026-11-20T11:00:00.000Z', reason: 'payroll' });
    expect(verdict).toMatchObject({ action: 'run', reason: 'pass' });
    await check(server, machine, '3.22.0');
    expect(await types('pass')).toEqual(['pass.given', 'pass.used']);
    server.clock.advance({ hours: 2 });
    expect((await check(server, machine, '3.22.0')).verdict.code).toBe(2028);
  });

  test('of several products is that of the one asked for', async () => {
    const other = await addProduct(server, 'Other');
    const body = checkBody(machine, '1.0');
    const caller = server.withToken(machine.token);
    await caller.refused('POST', '/workstation/check', body, 'product.ambiguous');
    await caller.refused('POST', '/workstation/check', { ...body, product: 'pr_none' }, 'product.not-found');
    expect((await check(server, machine, '1.0', { product: other.id })).policy.product.id).toBe(other.id);
    const { token } = await activate(server.anonymous, newMachine(), (await makeKey(server.owner)).key);
    await server
      .withToken(token)
      .refused('POST', '/workstation/check', { ...body, product: 'pr_none' }, 'workstation.pending');
    await running(server, { ...mandatory, product: product.id }, [machine]);
    expect((await check(server, machine, '1.0', { product: other.id })).policy.assignment).toBeNull();
    expect((await check(server, machine, '1.0', { product: product.id })).policy.assignment).not.toBeNull();
  });

  test('chooses the installer by architecture and language', async () => {
    const german = await addInstaller(server, product, '3.23.0', { language: '1031' });
    await server.owner.post(`/installers/${german.id}/approve`, { acknowledged: true });
    await running(server, mandatory, [machine]);
    expect((await check(server, machine, '3.22.0')).policy.assignment?.target.installerId).toBe(installer.id);
    machine.language = 'de-DE';
    expect((await check(server, machine, '3.22.0')).policy.assignment?.target.installerId).toBe(german.id);
  });
});

describe('a check', () => {
  test('is refused without a token, with a bad body, or in another protocol; nothing is recorded', async () => {
    const caller = server.withToken(machine.token);
    const body = checkBody(machine, '3.22.0');
    await server.anonymous.refused('POST', '/workstation/check', body, 'workstation.not-activated');
    await server.owner.refused('POST', '/workstation/check', body, 'workstation.not-activated');
    await caller.refused('POST', '/workstation/check', { ...body, nonce: '' }, 'request.invalid');
    await caller.refused('POST', '/workstation/check', { ...body, nonce: '\ud800' }, 'request.invalid');
    const newer = { ...body, protocol: 2, hostname: undefined };
    await caller.refused('POST', '/workstation/check', newer, 'workstation.protocol-unsupported');
    await caller.refused('POST', '/workstation/check', { ...body, protocol: 'x' }, 'request.invalid');
    expect(await types('start')).toEqual([]);
    await caller.refused('GET', '/updates', undefined, 'session.required');
  });

  test('keeps texts from the workstation without control characters', async () => {
    const hostile = { hostname: 'PC\u001b[31m\u0000', user: 'a\nb\u202e', productCode: '\u0000' };
    await check(server, machine, '3.22.0\u0000', hostile);
    expect(await server.owner.get(`/workstations/${machine.id}`)).toMatchObject({
      hostname: 'PC\ufffd[31m\ufffd',
      user: 'a b\ufffd',
      installedVersion: '3.22.0\ufffd',
    });
  });

  test('that finds the target installed closes the assignment, and the last one completes the update', async () => {
    const [second] = await addMachines(server, 1);
    const { id } = await running(server, mandatory, [machine, second!]);
    const { policy, verdict } = await check(server, machine, '3.23');
    expect(policy.assignment?.updateId).toBe(id);
    expect(verdict.reason).toBe('up-to-date');
    expect(await updateNow(server, id)).toMatchObject({ state: 'running', counts: { installed: 1, waiting: 1 } });
    await check(server, second!, '3.23.0');
    await check(server, second!, '3.23.0');
    expect(await updateNow(server, id)).toMatchObject({ state: 'completed', counts: { installed: 2 } });
    const installed = await eventsOf(server, 'assignment.installed');
    expect(installed.map(({ actor, object, data }) => [actor.id, object.id, data.target])).toEqual([
      [machine.id, id, '3.23.0'],
      [second!.id, id, '3.23.0'],
    ]);
    expect(await types('update.completed')).toHaveLength(1);
  });

  test('that finds another version opens it again', async () => {
    const { id } = await running(server, mandatory, [machine]);
    await check(server, machine, '3.23.0');
    expect((await check(server, machine, '3.22.0')).verdict.action).toBe('require');
    expect(await updateNow(server, id)).toMatchObject({ state: 'running', counts: { waiting: 1 } });
    expect(await assignmentNow(server, id, machine)).toMatchObject({
      why: 'It was installed; now version 3.22.0 is.',
      whyCode: 'other-version',
      whyFacts: { version: '3.22.0' },
    });
    expect(await types('assignment')).toEqual([
      'assignment.added',
      'assignment.installed',
      'assignment.reopened',
      'assignment.offered',
    ]);
    expect((await types('update')).slice(-2)).toEqual(['update.completed', 'update.reopened']);
  });

  test('that finds the newest installed supersedes what is older', async () => {
    await approveNew(server, product, '3.24.0');
    const older = await running(server, mandatory, [machine]);
    server.clock.advance({ minutes: 1 });
    const newer = await running(server, { ...mandatory, version: '3.24.0' }, [machine]);
    await check(server, machine, '3.24.0');
    expect(await assignmentNow(server, older.id, machine)).toMatchObject({
      state: 'superseded',
      why: `Superseded by ${newer.name}.`,
      whyCode: 'superseded',
      whyFacts: { update: newer.name },
    });
    expect((await updateNow(server, older.id)).state).toBe('completed');
    expect(await types('assignment.superseded')).toHaveLength(1);
  });

  test('takes a newer workstation down', async () => {
    await approveNew(server, product, '3.24.0');
    await running(server, mandatory, [machine]);
    expect((await check(server, machine, '3.24.0')).verdict).toMatchObject({ action: 'require', target: '3.23.0' });
  });

  test('offers once in the log, however often it is asked', async () => {
    const { id } = await running(server, optional, [machine]);
    for (const _ of [1, 2, 3]) expect((await check(server, machine, '3.22.0')).verdict.action).toBe('offer');
    await report(server, machine, id, { state: 'offered', attempt: 1, seq: 1 });
    expect(await types('assignment.offered')).toHaveLength(1);
    expect((await assignmentNow(server, id, machine)).state).toBe('offered');
  });

  test('on the steady path writes nothing', async () => {
    await running(server, optional, [machine]);
    await check(server, machine, '3.22.0');
    const before = await server.system.database.read.selectFrom('workstations').selectAll().execute();
    const { seq } = await server.system.database.read.selectFrom('eventHead').select('seq').executeTakeFirstOrThrow();
    server.clock.advance({ seconds: 30 });
    await check(server, machine, '3.22.0');
    expect(await server.system.database.read.selectFrom('workstations').selectAll().execute()).toEqual(before);
    const after = await server.system.database.read.selectFrom('eventHead').select('seq').executeTakeFirstOrThrow();
    expect(after.seq).toBe(seq);
    server.clock.advance({ seconds: 31 });
    await check(server, machine, '3.22.0');
    expect(await server.owner.get(`/workstations/${machine.id}`)).toMatchObject({
      lastSeenAt: '2026-11-20T09:01:01.000Z',
      installedVersion: '3.22.0',
      desiredVersion: '3.23.0',
    });
  });

  test('by many at once keeps the counts right and completes the update once', async () => {
    const machines = await addMachines(server, 24);
    const { id } = await running(server, mandatory, machines);
    await Promise.all(machines.map((each) => check(server, each, '3.23.0')));
    expect(await updateNow(server, id)).toMatchObject({ state: 'completed', counts: { installed: 24 }, total: 24 });
    expect(await types('update.completed')).toHaveLength(1);
    expect(await types('assignment.installed')).toHaveLength(24);
  });
});

describe('a cut-off by the clock on the wall', () => {
  test('is an instant by the zone of the first telling, and a later zone moves nothing', async () => {
    const { id } = await running(server, { ...optional, cutoffLocal: '2026-12-04T18:00' }, [machine]);
    expect((await check(server, machine, '3.22.0')).policy.assignment?.cutoffAt).toBe('2026-12-04T18:00:00.000Z');
    machine.timeZone = 'America/Sao_Paulo';
    expect((await check(server, machine, '3.22.0')).policy.assignment?.cutoffAt).toBe('2026-12-04T18:00:00.000Z');
    expect((await assignmentNow(server, id, machine)).cutoffAt).toBe('2026-12-04T18:00:00.000Z');
    // Extended: still by the zone in which it was first told.
    await server.owner.patch(`/updates/${id}`, { cutoffLocal: '2026-12-05T18:00' });
    expect((await check(server, machine, '3.22.0')).policy.assignment?.cutoffAt).toBe('2026-12-05T18:00:00.000Z');
    server.clock.set('2026-12-05T17:59:59.000Z');
    expect((await check(server, machine, '3.22.0')).verdict.action).toBe('offer');
    server.clock.set('2026-12-05T18:00:00.000Z');
    expect((await check(server, machine, '3.22.0')).verdict).toMatchObject({
      action: 'require',
      reason: 'cutoff-passed',
    });
  });

  test('is another instant in another zone', async () => {
    const [brazil] = await addMachines(server, 1, { timeZone: 'America/Sao_Paulo' });
    await running(server, { ...optional, cutoffLocal: '2026-12-04T18:00' }, [machine, brazil!]);
    expect((await check(server, brazil!, '3.22.0')).policy.assignment?.cutoffAt).toBe('2026-12-04T21:00:00.000Z');
  });
});

describe('the event log that a workstation has seen', () => {
  test('is accounted for where it is this one', async () => {
    const { policy } = await check(server, machine, '3.22.0');
    await draft(server, mandatory);
    await check(server, machine, '3.22.0', { log: policy.log });
    await check(server, machine, '3.22.0', { log: { seq: 0, hash: '' } });
    expect((await server.anonymous.request('GET', '/readyz')).status).toBe(200);
    expect(await types('trust.log-contradicted')).toEqual([]);
  });

  test.each([
    ['has more events', (log: { seq: number; hash: string }) => ({ ...log, seq: log.seq + 100 })],
    ['has another hash', (log: { seq: number; hash: string }) => ({ ...log, hash: 'f'.repeat(64) })],
  ])('that %s raises an alarm that stays, once', async (_, change) => {
    const { policy } = await check(server, machine, '3.22.0');
    for (const _again of [1, 2]) {
      const answer = await check(server, machine, '3.22.0', { log: change(policy.log) });
      expect(answer.verdict.action).toBe('run');
    }
    const events = await eventsOf(server, 'trust.log-contradicted');
    expect(events.map(({ object }) => object.id)).toEqual([machine.id]);
    expect((await server.anonymous.request('GET', '/readyz')).status).toBe(503);
  });

  test('is no alarm from one that nobody has authorized', async () => {
    const [pending] = await addMachines(server, 1, { status: 'pending' });
    await check(server, pending!, '3.22.0', { log: { seq: 9999, hash: 'f'.repeat(64) } });
    expect(await types('trust.log-contradicted')).toEqual([]);
  });
});
