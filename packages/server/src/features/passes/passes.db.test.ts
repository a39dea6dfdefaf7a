// Passes: given for hours, withdrawn, used; never for longer than three days.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EventItem } from '@usher/protocol';
import { testServer, type TestServer } from '@usher/testkit';
import { verifyPass } from '@usher/trust';
import { theSystem } from '../../initiator.ts';
import { addProduct, addWorkstations } from '../workstations/test-support/fleet.ts';
import { activePass } from './read-model.ts';
import { makePassesService } from './service.ts';

let server: TestServer;
const path = '/workstations/ws_a/passes';

interface Given {
  readonly id: string;
  readonly until: string;
  readonly code: string;
}

beforeEach(async () => {
  server = await testServer();
  await addProduct(server.system.database, 'pr_one', '{11111111-2222-3333-4444-555555555555}');
  await addWorkstations(server.system.database, [
    { id: 'ws_a', hostname: 'Alpha' },
    { id: 'ws_p', hostname: 'Papa', status: 'pending' },
    { id: 'ws_d', hostname: 'Delta', status: 'disabled' },
    { id: 'ws_z', retiredAt: '2026-11-01T00:00:00.000Z' },
  ]);
});

afterEach(() => server.close());

const give = (hours: number, reason = 'Demo today') => server.owner.post<Given>(path, { hours, reason }, 201);
const active = (now: string) => activePass(server.system.database.read, 'ws_a', 'pr_one', now);
const types = async () => {
  const { items } = await server.owner.get<{ items: EventItem[] }>('/events?object=ws_a');
  return items.map(({ type }) => type).reverse();
};

describe('a pass', () => {
  test('holds for its hours, and comes as a text that the workstation can verify', async () => {
    const { id, until, code } = await give(1.5);
    expect(until).toBe('2026-11-20T10:30:00.000Z');
    const keys = await server.system.database.read
      .selectFrom('signingKeys')
      .select('publicKey')
      .where('role', '=', 'director')
      .execute();
    const expected = {
      workstationId: 'ws_a',
      productId: 'pr_one',
      keys: keys.map(({ publicKey }) => publicKey),
      now: new Date(server.clock.now()),
    };
    expect(verifyPass(code, expected)).toEqual({ until, reason: 'Demo today' });
    expect(() => verifyPass(code, { ...expected, workstationId: 'ws_b' })).toThrow();
    expect(await active('2026-11-20T10:29:59.999Z')).toEqual({ id, until, reason: 'Demo today', usedAt: null });
    expect(await active('2026-11-20T10:30:00.000Z')).toBeNull();
  });

  test('is recorded and shown with who gave it and why, but not its text', async () => {
    const { id, code } = await give(72);
    const detail = await server.owner.request('GET', '/api/v1/workstations/ws_a');
    expect(detail.body).toMatchObject({
      passes: [{ id, productId: 'pr_one', until: '2026-11-23T09:00:00.000Z', reason: 'Demo today', usedAt: null }],
    });
    expect(detail.text).not.toContain(code);
    const events = await server.owner.request('GET', '/api/v1/events?type=pass.given');
    expect(events.body).toMatchObject({
      items: [{ object: { kind: 'workstation', id: 'ws_a', name: 'Alpha' }, data: { pass: id, reason: 'Demo today' } }],
    });
    expect(events.text).not.toContain(code);
  });

  test('that is withdrawn holds no longer, once', async () => {
    const { id } = await give(10);
    await server.owner.delete(`${path}/${id}`);
    await server.owner.delete(`${path}/${id}`);
    expect(await active('2026-11-20T09:00:01.000Z')).toBeNull();
    expect(await types()).toEqual(['pass.given', 'pass.withdrawn']);
  });

  test('of several, the one that holds longest counts', async () => {
    const long = await give(10);
    await give(2);
    expect(await active('2026-11-20T09:00:01.000Z')).toMatchObject({ id: long.id });
  });

  test('is noted as used the first time', async () => {
    const { id } = await give(10);
    const { database } = server.system;
    const passes = makePassesService({ ...server.system, trust: { signPass: () => Promise.resolve('') } });
    for (let times = 0; times < 2; times += 1) await database.transaction((tx) => passes.markUsed(tx, id, theSystem));
    expect(await types()).toEqual(['pass.given', 'pass.used']);
    expect(await active('2026-11-20T09:00:01.000Z')).toMatchObject({ usedAt: '2026-11-20T09:00:00.000Z' });
  });

  test('is not given for longer, without a reason, or where it could not be used', async () => {
    const cases = [
      ['ws_a', { hours: 72.001, reason: 'x' }, 'pass.too-long'],
      ['ws_a', { hours: 0, reason: 'x' }, 'request.invalid'],
      ['ws_a', { hours: -1, reason: 'x' }, 'request.invalid'],
      ['ws_a', { hours: 1 }, 'request.invalid'],
      ['ws_a', { hours: 1, reason: '  ' }, 'request.invalid'],
      ['ws_a', { hours: 1, reason: 'x', product: 'pr_none' }, 'product.not-found'],
      ['ws_none', { hours: 1, reason: 'x' }, 'workstation.not-found'],
      ['ws_z', { hours: 1, reason: 'x' }, 'workstation.wrong-state'],
    ] as const;
    for (const [id, body, problem] of cases) {
      await server.owner.refused('POST', `/workstations/${id}/passes`, body, problem);
      expect(await server.system.database.read.selectFrom('passes').selectAll().execute()).toEqual([]);
      expect(await types()).toEqual([]);
    }
  });

  test.each([
    ['ws_p', 'Papa is pending'],
    ['ws_d', 'Delta is disabled'],
  ])('is not given to one whose status no pass overrides (%s), until it is authorized', async (id, said) => {
    const body = { hours: 1, reason: 'Demo today' };
    const problem = await server.owner.refused('POST', `/workstations/${id}/passes`, body, 'workstation.wrong-state');
    expect([problem.status, problem.detail]).toEqual([409, expect.stringContaining(said)]);
    await server.owner.post(`/workstations/${id}/authorize`);
    await server.owner.post(`/workstations/${id}/passes`, body, 201);
  });

  test('needs to be said for which product where there are several', async () => {
    await addProduct(server.system.database, 'pr_two', '{99999999-2222-3333-4444-555555555555}');
    await server.owner.refused('POST', path, { hours: 1, reason: 'x' }, 'product.ambiguous');
    await server.owner.post(path, { hours: 1, reason: 'x', product: '{11111111-2222-3333-4444-555555555555}' }, 201);
  });

  test('is withdrawn only at its own workstation', async () => {
    const { id } = await give(10);
    await addWorkstations(server.system.database, [{ id: 'ws_b' }]);
    await server.owner.refused('DELETE', `/workstations/ws_b/passes/${id}`, undefined, 'pass.not-found');
    await server.owner.refused('DELETE', `${path}/pa_none`, undefined, 'pass.not-found');
    await server.owner.refused('DELETE', `/workstations/ws_none/passes/${id}`, undefined, 'workstation.not-found');
    expect(await active('2026-11-20T09:00:01.000Z')).toMatchObject({ id });
  });

  test('is given by operators and owners only', async () => {
    const approver = await server.signIn('approver');
    await approver.refused('POST', path, { hours: 1, reason: 'x' }, 'permission.denied');
    const operator = await server.signIn('operator');
    await operator.post(path, { hours: 1, reason: 'x' }, 201);
  });
});
