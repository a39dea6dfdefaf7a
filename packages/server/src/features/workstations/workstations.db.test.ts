// What is done to workstations: authorized, disabled, changed, retired, replaced, many at once.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EventItem, Workstation } from '@usher/protocol';
import { testServer, type TestServer } from '@usher/testkit';
import { theSystem } from '../../initiator.ts';
import { makeWorkstationsService, type WorkstationHooks } from './service.ts';
import { addProduct, addWorkstations } from './test-support/fleet.ts';

let server: TestServer;

beforeEach(async () => {
  server = await testServer();
  await addProduct(server.system.database, 'pr_one', '{11111111-2222-3333-4444-555555555555}');
  await addWorkstations(server.system.database, [
    { id: 'ws_a', hostname: 'Alpha', status: 'pending', tags: ['lab'] },
    { id: 'ws_b', hostname: 'Bravo' },
    { id: 'ws_c', hostname: 'Charlie', status: 'disabled', tags: ['lab', 'old'] },
    { id: 'ws_z', hostname: 'Zulu', retiredAt: '2026-11-01T00:00:00.000Z' },
  ]);
});

afterEach(() => server.close());

const read = (id: string) => server.owner.get<Workstation>(`/workstations/${id}`);
const events = async () => {
  const { items } = await server.owner.get<{ items: EventItem[] }>('/events?type=workstation');
  return items.reverse().map(({ type, object, data }) => [type, object.id, data]);
};
const tokens = async () => {
  const rows = await server.system.database.read.selectFrom('workstations').select(['id', 'tokenHash']).execute();
  return Object.fromEntries(rows.map(({ id, tokenHash }) => [id, tokenHash]));
};

describe('authorizing and disabling', () => {
  test('moves a workstation, with the reason on record, and does nothing the second time', async () => {
    const reason = 'Seen on floor 3';
    expect(await server.owner.post('/workstations/ws_a/authorize', { reason })).toMatchObject({ status: 'authorized' });
    await server.owner.post('/workstations/ws_a/authorize');
    expect(await server.owner.post('/workstations/ws_a/disable')).toMatchObject({ status: 'disabled' });
    expect(await server.owner.post('/workstations/ws_c/authorize')).toMatchObject({ status: 'authorized' });
    expect(await events()).toEqual([
      ['workstation.authorized', 'ws_a', { from: 'pending', reason }],
      ['workstation.disabled', 'ws_a', { from: 'authorized' }],
      ['workstation.authorized', 'ws_c', { from: 'disabled' }],
    ]);
  });

  test('are refused for who is not there and for what does not fit, and nothing happens', async () => {
    const cases = [
      ['ws_none', {}, 'workstation.not-found'],
      ['ws_z', {}, 'workstation.wrong-state'],
      ['ws_a', { reason: ' ' }, 'request.invalid'],
      ['ws_a', { because: 'x' }, 'request.invalid'],
    ] as const;
    for (const [id, body, problem] of cases) {
      for (const action of ['authorize', 'disable']) {
        await server.owner.refused('POST', `/workstations/${id}/${action}`, body, problem);
      }
      expect(await read('ws_a')).toMatchObject({ status: 'pending' });
      expect(await events()).toEqual([]);
    }
  });

  test('is for operators and owners', async () => {
    const approver = await server.signIn('approver');
    for (const [method, path] of [
      ['POST', '/workstations/ws_a/authorize'],
      ['POST', '/workstations/ws_a/disable'],
      ['POST', '/workstations/ws_a/replace'],
      ['POST', '/workstations/bulk'],
      ['PATCH', '/workstations/ws_a'],
      ['DELETE', '/workstations/ws_a'],
    ] as const) {
      await approver.refused(method, path, {}, 'permission.denied');
    }
    const operator = await server.signIn('operator');
    await operator.post('/workstations/ws_a/authorize');
  });
});

describe('tags and note', () => {
  test('are changed as a whole, each tag once and in order, and recorded when they differ', async () => {
    const changed = await server.owner.patch('/workstations/ws_a', {
      tags: ['vip', ' lab', 'vip'],
      note: 'By the door',
    });
    expect(changed).toMatchObject({ tags: ['lab', 'vip'], note: 'By the door' });
    await server.owner.patch('/workstations/ws_a', { tags: ['vip', 'lab'], note: 'By the door' });
    expect(await server.owner.patch('/workstations/ws_a', { note: null, tags: [] })).toMatchObject({
      tags: [],
      note: null,
    });
    expect(await events()).toEqual([
      [
        'workstation.changed',
        'ws_a',
        { from: { tags: ['lab'], note: null }, to: { tags: ['lab', 'vip'], note: 'By the door' } },
      ],
      [
        'workstation.changed',
        'ws_a',
        { from: { tags: ['lab', 'vip'], note: 'By the door' }, to: { tags: [], note: null } },
      ],
    ]);
  });

  test('stay where the workstation is not there, and with what does not fit', async () => {
    const cases = [
      ['ws_none', { note: 'x' }, 'workstation.not-found'],
      ['ws_z', { note: 'x' }, 'workstation.wrong-state'],
      ['ws_a', { tags: [''] }, 'request.invalid'],
      ['ws_a', { tags: ['x'.repeat(61)] }, 'request.invalid'],
      ['ws_a', { status: 'authorized' }, 'request.invalid'],
    ] as const;
    for (const [id, body, problem] of cases) {
      await server.owner.refused('PATCH', `/workstations/${id}`, body, problem);
      expect(await read('ws_a')).toMatchObject({ tags: ['lab'], note: null, status: 'pending' });
      expect(await events()).toEqual([]);
    }
  });
});

describe('retiring', () => {
  test('ends the token and takes it from the list; what was known of it stays', async () => {
    await server.owner.delete('/workstations/ws_b', { reason: 'Scrapped' });
    await server.owner.delete('/workstations/ws_b');
    expect((await tokens()).ws_b).toBeNull();
    expect(await server.owner.get('/workstations')).toMatchObject({ total: 2 });
    expect(await server.owner.get('/workstations?retired=true')).toMatchObject({ total: 2 });
    expect(await read('ws_b')).toMatchObject({
      hostname: 'Bravo',
      retiredAt: '2026-11-20T09:00:00.000Z',
      online: false,
      replacedBy: null,
    });
    expect(await events()).toEqual([['workstation.removed', 'ws_b', { status: 'authorized', reason: 'Scrapped' }]]);
    await server.owner.refused('DELETE', '/workstations/ws_none', undefined, 'workstation.not-found');
  });
});

describe('replacing', () => {
  test('hands the old record’s place, tags and note to the new one, whose id and token stay', async () => {
    await server.owner.patch('/workstations/ws_b', { tags: ['vip'], note: 'By the door' });
    const before = (await tokens()).ws_a;
    const answer = await server.owner.post('/workstations/ws_b/replace', { with: 'ws_a', reason: 'New disk' });
    expect(answer).toMatchObject({
      id: 'ws_a',
      status: 'authorized',
      tags: ['lab', 'vip'],
      note: 'By the door',
      replaces: [{ id: 'ws_b', hostname: 'Bravo' }],
    });
    expect(await tokens()).toMatchObject({ ws_a: before, ws_b: null });
    expect(await read('ws_b')).toMatchObject({ replacedBy: { id: 'ws_a', hostname: 'Alpha' }, tags: ['vip'] });
    expect((await events()).at(-1)).toEqual([
      'workstation.replaced',
      'ws_b',
      {
        by: { id: 'ws_a', hostname: 'Alpha' },
        status: 'authorized',
        statusBefore: 'pending',
        reason: 'New disk',
      },
    ]);
  });

  test('does not let a machine in whose old record was disabled, and keeps its own status after a pending one', async () => {
    expect(await server.owner.post('/workstations/ws_c/replace', { with: 'ws_b' })).toMatchObject({
      status: 'disabled',
    });
    await addWorkstations(server.system.database, [{ id: 'ws_d' }]);
    expect(await server.owner.post('/workstations/ws_a/replace', { with: 'ws_d' })).toMatchObject({
      status: 'authorized',
    });
  });

  test('settles a claim', async () => {
    await server.system.database.transaction(async ({ db }) => {
      await db.updateTable('workstations').set({ claimsId: 'ws_b' }).where('id', '=', 'ws_a').execute();
    });
    expect(await read('ws_a')).toMatchObject({ claims: { id: 'ws_b', hostname: 'Bravo' } });
    expect(await server.owner.post('/workstations/ws_b/replace', { with: 'ws_a' })).toMatchObject({ claims: null });
  });

  test('is refused where either is not there, and nothing happens', async () => {
    const cases = [
      ['ws_a', { with: 'ws_a' }, 'request.invalid'],
      ['ws_a', {}, 'request.invalid'],
      ['ws_a', { with: 'Bravo' }, 'request.invalid'],
      ['ws_a', { with: 'ws_none' }, 'workstation.not-found'],
      ['ws_none', { with: 'ws_a' }, 'workstation.not-found'],
      ['ws_z', { with: 'ws_a' }, 'workstation.wrong-state'],
      ['ws_a', { with: 'ws_z' }, 'workstation.wrong-state'],
    ] as const;
    const before = await tokens();
    for (const [id, body, problem] of cases) {
      await server.owner.refused('POST', `/workstations/${id}/replace`, body, problem);
      expect(await tokens()).toEqual(before);
      expect(await events()).toEqual([]);
    }
  });
});

describe('many at once', () => {
  const bulk = (body: object) => server.owner.post('/workstations/bulk', body);

  test('are authorized, disabled and retired by ids or filter; those that are so already do not count', async () => {
    expect(await bulk({ action: 'authorize', ids: ['ws_a', 'ws_b', 'ws_a'], reason: 'Inventory' })).toEqual({
      changed: 1,
    });
    expect(await bulk({ action: 'disable', filter: { status: 'authorized' } })).toEqual({ changed: 2 });
    expect(await bulk({ action: 'retire', filter: { tag: 'lab' } })).toEqual({ changed: 2 });
    expect(await bulk({ action: 'retire', ids: ['ws_a', 'ws_z'] })).toEqual({ changed: 0 });
    expect((await events()).map(([type, id]) => [type, id])).toEqual([
      ['workstation.authorized', 'ws_a'],
      ['workstation.disabled', 'ws_a'],
      ['workstation.disabled', 'ws_b'],
      ['workstation.removed', 'ws_a'],
      ['workstation.removed', 'ws_c'],
    ]);
  });

  test('are tagged and untagged', async () => {
    expect(await bulk({ action: 'tag', filter: {}, tags: ['lab', 'new'] })).toEqual({ changed: 3 });
    expect(await bulk({ action: 'untag', filter: { tag: 'lab' }, tags: ['lab', 'none'] })).toEqual({ changed: 3 });
    const { items } = await server.owner.get<{ items: Workstation[] }>('/workstations?sort=hostname');
    expect(items.map(({ tags }) => tags)).toEqual([['new'], ['new'], ['new', 'old']]);
    expect((await events()).at(-1)).toEqual([
      'workstation.changed',
      'ws_c',
      { from: { tags: ['lab', 'new', 'old'] }, to: { tags: ['new', 'old'] } },
    ]);
  });

  test('are all reached, also where they come in several parts', async () => {
    const ids = Array.from({ length: 1203 }, (_, index) => `ws_many${index}`);
    await addWorkstations(
      server.system.database,
      ids.map((id) => ({ id, status: 'pending' })),
    );
    expect(await bulk({ action: 'authorize', ids })).toEqual({ changed: 1203 });
    expect(await server.owner.get('/workstations?status=pending')).toMatchObject({ total: 1 });
    expect(await server.owner.get('/events/verify')).toMatchObject({
      intact: true,
      checked: expect.any(Number) as number,
    });
  });

  test('are left alone where the request does not fit, or names what is not there', async () => {
    const cases = [
      [{ action: 'authorize' }, 'request.invalid'],
      [{ action: 'authorize', ids: ['ws_a'], filter: {} }, 'request.invalid'],
      [{ action: 'erase', ids: ['ws_a'] }, 'request.invalid'],
      [{ action: 'tag', ids: ['ws_a'] }, 'request.invalid'],
      [{ action: 'retire', filter: { retired: true } }, 'request.invalid'],
      [{ action: 'retire', filter: { colour: 'red' } }, 'request.invalid'],
      [{ action: 'retire', filter: { product: 'pr_none' } }, 'product.not-found'],
      [{ action: 'retire', filter: { group: 'gr_none' } }, 'group.not-found'],
      [{ action: 'retire', ids: ['ws_a', 'ws_none'] }, 'workstation.not-found'],
    ] as const;
    for (const [body, problem] of cases) {
      await server.owner.refused('POST', '/workstations/bulk', body, problem);
      expect(await server.owner.get('/workstations')).toMatchObject({ total: 3 });
      expect(await events()).toEqual([]);
    }
  });
});

describe('what follows elsewhere', () => {
  test('follows in the same transaction, or undoes it', async () => {
    const told: unknown[] = [];
    let fails = false;
    const hooks: WorkstationHooks = {
      onRetired: [
        async (_tx, ids) => {
          told.push(['retired', ids]);
          if (fails) throw new Error('elsewhere');
        },
      ],
      onReplaced: [async (_tx, oldId, newId) => void told.push(['replaced', oldId, newId])],
    };
    const service = makeWorkstationsService({ ...server.system, hooks });
    await service.replace('ws_b', 'ws_a', undefined, theSystem);
    await service.bulk({ action: 'retire', ids: ['ws_a'] }, theSystem);
    fails = true;
    await expect(service.retire('ws_c', undefined, theSystem)).rejects.toThrow('elsewhere');
    expect(told).toEqual([
      ['replaced', 'ws_b', 'ws_a'],
      ['retired', ['ws_a']],
      ['retired', ['ws_c']],
    ]);
    expect(await read('ws_c')).toMatchObject({ retiredAt: null });
    expect((await events()).map(([type]) => type)).toEqual(['workstation.replaced', 'workstation.removed']);
  });
});
