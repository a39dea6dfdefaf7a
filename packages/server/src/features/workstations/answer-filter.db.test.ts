// Narrowing workstations by what their last check was answered, and by a version that theirs is lower than.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WorkstationFilter } from '@usher/protocol';
import { testServer, type TestServer } from '@usher/testkit';
import { sql } from 'kysely';
import { dialectOf } from '../../database/database.ts';
import { countMatching, countOf, matching, resolveFilter } from './read-model.ts';
import { everyWay } from './test-support/every-way.ts';
import { addProduct, addWorkstations } from './test-support/fleet.ts';

let server: TestServer;

const runs = { action: 'run', code: null } as const;
const offered = { action: 'offer', code: null } as const;
const prohibited = { action: 'block', code: 2028 } as const;
const unknown = { action: 'block', code: 2029 } as const;
const mustUpdate = { action: 'require', code: null } as const;

beforeAll(async () => {
  server = await testServer();
  const { database } = server.system;
  await addProduct(database, 'pr_one', '{11111111-2222-3333-4444-555555555555}');
  await addProduct(database, 'pr_two', '{11111111-2222-3333-4444-666666666666}');
  await addWorkstations(database, [
    { id: 'ws_a', versions: { pr_one: ['3.22.1'] }, answers: { pr_one: [runs, prohibited] }, tags: ['lab'] },
    { id: 'ws_b', versions: { pr_one: ['3.22.1'] }, answers: { pr_one: [offered, prohibited] }, status: 'pending' },
    { id: 'ws_c', versions: { pr_one: ['3.9.0'] }, answers: { pr_one: [offered, mustUpdate] } },
    { id: 'ws_d', versions: { pr_one: ['3.10.0'] }, answers: { pr_one: [runs, unknown] } },
    { id: 'ws_e', versions: { pr_one: ['3.24.0'] }, answers: { pr_one: [runs] } },
    {
      id: 'ws_f',
      versions: { pr_one: ['3.23.0'], pr_two: ['1.0.0'] },
      answers: { pr_one: [prohibited], pr_two: [runs, prohibited] },
    },
    { id: 'ws_g', versions: { pr_one: [null] }, answers: { pr_one: [mustUpdate] } },
    {
      id: 'ws_y',
      versions: { pr_one: ['3.22.1'], pr_two: ['1.0.0'] },
      answers: { pr_one: [prohibited], pr_two: [prohibited] },
    },
    {
      id: 'ws_z',
      versions: { pr_one: ['3.22.1'] },
      answers: { pr_one: [runs, prohibited] },
      retiredAt: '2026-11-01T00:00:00.000Z',
    },
  ]);
});

afterAll(() => server.close());

const ids = async (query: string, sort = 'hostname') => {
  const { items, total } = await server.owner.get<{ items: { id: string }[]; total: number }>(
    `/workstations?sort=${sort}&${query}`,
  );
  expect(items).toHaveLength(total);
  return items.map(({ id }) => id.slice(3)).join('');
};

describe('the last answer', () => {
  test.each([
    ['product=pr_one&verdict=would-block', 'abd'],
    ['product=pr_one&verdict=would-block&code=2028', 'ab'],
    ['product=pr_one&verdict=would-block&code=2029', 'd'],
    ['product=pr_one&verdict=would-require', 'c'],
    ['product=pr_two&verdict=would-block', 'f'],
    ['verdict=would-block', 'abdf'],
    ['verdict=block', 'fy'],
    ['verdict=block&code=2028', 'fy'],
    ['verdict=block&code=2029', ''],
    ['product=pr_two&verdict=block', 'y'],
    ['verdict=require', 'g'],
    ['verdict=offer', 'bc'],
    ['verdict=run&product=pr_one', 'ade'],
    ['code=2028', 'fy'],
    ['verdict=would-block&status=pending', 'b'],
    ['verdict=would-block&tag=lab', 'a'],
    ['verdict=would-block&q=ws_d', 'd'],
    ['product=pr_one&verdict=would-block&version=3.22.1', 'ab'],
    ['verdict=would-block&retired=true', 'z'],
    ['product=pr_one&below=3.22.1', 'cd'],
    ['product=pr_one&below=3.10', 'c'],
    ['below=3.0', 'fy'],
    ['product=pr_one&below=3.22.1&verdict=would-block', 'd'],
  ])('%s means %s', async (query, expected) => {
    expect(await ids(query)).toBe(expected);
    for (const sort of ['-status', 'installedVersion', '-lastSeenAt']) {
      const again = await ids(query, sort);
      expect(Array.from(again).sort().join('')).toBe(expected);
    }
  });

  test('is asked for by a word and a number that there are', async () => {
    for (const query of ['verdict=refused', 'code=many', 'code=-1', 'below=lowest']) {
      await server.owner.refused('GET', `/workstations?${query}`, undefined, 'request.invalid');
    }
  });

  test('can be what a group means, and what is done to many', async () => {
    const filter = { product: 'pr_one', verdict: 'would-block', code: 2028 } as const;
    const group = await server.owner.post<{ id: string; workstations: number }>(
      '/groups',
      { name: 'Soon', filter },
      201,
    );
    expect(group.workstations).toBe(2);
    expect(await ids(`group=${group.id}`)).toBe('ab');
    expect(await server.owner.post('/workstations/bulk', { action: 'tag', filter, tags: ['soon'] })).toEqual({
      changed: 2,
    });
    expect(await ids('tag=soon')).toBe('ab');
  });

  test('is counted the same in every way', async () => {
    const { read } = server.system.database;
    const filters: WorkstationFilter[] = [
      { verdict: 'would-block' },
      { verdict: 'block', code: 2028 },
      { verdict: 'run', product: 'pr_one', status: 'authorized' },
      { below: '3.22.1', product: 'pr_one' },
      { below: '3.22.1' },
      { below: '3.22.1', version: '3.9.0', product: 'pr_one' },
      { below: '3.22.1', product: 'pr_one', verdict: 'would-require' },
    ];
    for (const filter of filters) {
      const resolved = await resolveFilter(read, filter);
      const slowly = await countOf(matching(read, resolved));
      expect(await countMatching(read, resolved)).toBe(slowly);
      for (const limits of everyWay)
        expect(await countMatching(read, resolved, limits), JSON.stringify(limits)).toBe(slowly);
    }
  });
});

test('a text that is no version is below none, in whatever order the database has its texts', async () => {
  const { database } = server.system;
  const filter = await resolveFilter(database.read, { below: '99.0', product: 'pr_one' });
  const before = await countMatching(database.read, filter);
  await database.transaction(async ({ db }) => {
    if (dialectOf(db) === 'postgres') {
      // As in most languages: every sign before every digit.
      await sql`alter table "installedCounts" alter column "versionKey" type text collate "en-x-icu"`.execute(db);
    }
    const row = { workstationId: 'ws_e', productId: 'pr_one', installedVersion: 'nightly', versionKey: null };
    await db.deleteFrom('workstationProducts').where('workstationId', '=', 'ws_e').execute();
    await db.insertInto('workstationProducts').values(row).execute();
  });
  expect(await countOf(matching(database.read, filter))).toBe(before - 1);
  expect(await countMatching(database.read, filter)).toBe(before - 1);
});
