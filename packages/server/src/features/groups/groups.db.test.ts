// Groups: saved filters that always mean those that fit now.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EventItem, groupSchema } from '@usher/protocol';
import type * as z from 'zod';
import { testServer, type TestServer } from '@usher/testkit';
import { addProduct, addWorkstations } from '../workstations/test-support/fleet.ts';

let server: TestServer;

type Group = z.output<typeof groupSchema>;

beforeEach(async () => {
  server = await testServer();
  await addProduct(server.system.database, 'pr_one', '{11111111-2222-3333-4444-555555555555}');
  await addWorkstations(server.system.database, [
    { id: 'ws_a', tags: ['lab'], versions: { pr_one: ['3.22.1'] } },
    { id: 'ws_b', tags: ['lab'], status: 'pending' },
    { id: 'ws_c' },
  ]);
});

afterEach(() => server.close());

const make = (name: string, filter: object) => server.owner.post<Group>('/groups', { name, filter }, 201);
const count = async (id: string) => (await server.owner.get<Group>(`/groups/${id}`)).workstations;

describe('a group', () => {
  test('means those that its filter fits now', async () => {
    const group = await make('Lab', { tag: 'lab' });
    expect(group).toMatchObject({
      name: 'Lab',
      filter: { tag: 'lab' },
      workstations: 2,
      createdBy: { kind: 'account' },
    });
    await server.owner.patch('/workstations/ws_c', { tags: ['lab'] });
    expect(await count(group.id)).toBe(3);
    await server.owner.delete('/workstations/ws_a');
    expect(await count(group.id)).toBe(2);
  });

  test('narrows the list by its id or name, together with other filters', async () => {
    const group = await make('Lab', { tag: 'lab' });
    expect(await server.owner.get(`/workstations?group=${group.id}`)).toMatchObject({ total: 2 });
    expect(await server.owner.get('/workstations?group=Lab&status=pending')).toMatchObject({
      total: 1,
      items: [{ id: 'ws_b' }],
    });
  });

  test('can be listed, renamed, given another filter and deleted, each with its event', async () => {
    const { id } = await make('Lab', { tag: 'lab' });
    await make('Everything', {});
    expect(await server.owner.get('/groups')).toMatchObject({
      total: 2,
      items: [
        { name: 'Everything', workstations: 3 },
        { name: 'Lab', workstations: 2 },
      ],
    });
    expect(await server.owner.get('/groups?q=LA')).toMatchObject({ total: 1 });
    await server.owner.patch(`/groups/${id}`, { name: 'Laboratory' });
    await server.owner.patch(`/groups/${id}`, { name: 'Laboratory' });
    const changed = await server.owner.patch(`/groups/${id}`, { filter: { version: '3.22.1', product: 'pr_one' } });
    expect(changed).toMatchObject({ name: 'Laboratory', workstations: 1 });
    await server.owner.delete(`/groups/${id}`);
    await server.owner.refused('GET', `/groups/${id}`, undefined, 'group.not-found');
    const { items } = await server.owner.get<{ items: EventItem[] }>(`/events?object=${id}`);
    expect(items.map(({ type }) => type)).toEqual(['group.deleted', 'group.changed', 'group.changed', 'group.created']);
    expect(items[2]?.data).toEqual({
      from: { name: 'Lab', filter: { tag: 'lab' } },
      to: { name: 'Laboratory', filter: { tag: 'lab' } },
    });
  });

  test('is not made, nor changed to, what could not mean anything or means another group', async () => {
    const cases = [
      [{ name: 'Lab', filter: {} }, 'group.duplicate'],
      [{ name: ' ', filter: {} }, 'request.invalid'],
      [{ name: 'New' }, 'request.invalid'],
      [{ name: 'New', filter: { colour: 'red' } }, 'request.invalid'],
      [{ name: 'New', filter: { group: 'Lab' } }, 'request.invalid'],
      [{ name: 'New', filter: { retired: true } }, 'request.invalid'],
      [{ name: 'New', filter: { product: 'pr_none' } }, 'product.not-found'],
    ] as const;
    const { id } = await make('Lab', { tag: 'lab' });
    const other = await make('Other', {});
    for (const [body, problem] of cases) {
      await server.owner.refused('POST', '/groups', body, problem);
      if ('filter' in body) await server.owner.refused('PATCH', `/groups/${other.id}`, body, problem);
      expect(await server.owner.get('/groups')).toMatchObject({
        total: 2,
        items: [{ id }, { id: other.id, filter: {} }],
      });
    }
  });

  test('is there for viewers to see and for operators to change', async () => {
    const { id } = await make('Lab', { tag: 'lab' });
    const viewer = await server.signIn('viewer');
    await viewer.get(`/groups/${id}`);
    await viewer.refused('POST', '/groups', { name: 'x', filter: {} }, 'permission.denied');
    await viewer.refused('PATCH', `/groups/${id}`, { name: 'x' }, 'permission.denied');
    await viewer.refused('DELETE', `/groups/${id}`, undefined, 'permission.denied');
    for (const method of ['PATCH', 'DELETE'] as const) {
      await server.owner.refused(method, '/groups/gr_none', {}, 'group.not-found');
    }
  });

  test('are deleted together, by their ids or by what the list is narrowed to', async () => {
    const { id } = await make('Lab', { tag: 'lab' });
    await make('Floor 1', {});
    await make('Floor 2', {});
    const floors = { action: 'delete', filter: { q: 'floor' } };
    expect(await server.owner.post('/groups/bulk?dryRun=true', floors)).toEqual({ changed: 2 });
    await server.owner.refused('POST', '/groups/bulk', { action: 'delete', ids: [id, 'gr_none'] }, 'group.not-found');
    expect(await server.owner.get('/groups')).toMatchObject({ total: 3 });
    const viewer = await server.signIn('viewer');
    await viewer.refused('POST', '/groups/bulk', floors, 'permission.denied');
    expect(await server.owner.post('/groups/bulk', floors)).toEqual({ changed: 2 });
    expect(await server.owner.get('/groups?pageSize=1&sort=-createdAt')).toMatchObject({ total: 1, items: [{ id }] });
    expect(await server.owner.post('/groups/bulk', { action: 'delete', ids: [id] })).toEqual({ changed: 1 });
    const { items } = await server.owner.get<{ items: EventItem[] }>('/events?type=group.deleted');
    expect(items.map(({ object }) => object.name).sort()).toEqual(['Floor 1', 'Floor 2', 'Lab']);
  });
});
