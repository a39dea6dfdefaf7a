// The orders of many workstations are those of few, however they are read.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '@usher/testkit';
import type { Reader } from '../../database/database.ts';
import { addProduct, addWorkstations } from './test-support/fleet.ts';
import { everyWay } from './test-support/every-way.ts';
import type { Limits } from './limits.ts';
import { matching, resolveFilter } from './read-model.ts';
import { listWorkstations, workstationListQuery } from './workstation-list.ts';

const offer = { action: 'offer', code: null } as const;
const block = { action: 'block', code: 2028 } as const;

/** Twelve workstations; of the first product either some have something or all, of the second some in any case. */
const fleets = {
  'a product that some have': (index: number) =>
    index % 3 === 2
      ? {}
      : {
          versions: { pr_one: [index % 4 === 1 ? null : `3.${index % 5}`, '3.9'] as const },
          answers: { pr_one: [index % 6 === 0 ? block : offer] as const },
        },
  'a product that all have, and another one': (index: number) => ({
    versions: {
      pr_one: [index % 4 === 1 ? null : `3.${index % 5}`, '3.9'] as const,
      ...(index % 3 === 2 ? { pr_two: [`3.${index % 4}`] as const } : {}),
    },
    answers: {
      ...(index % 7 === 3 ? {} : { pr_one: [index % 6 === 0 ? block : offer] as const }),
      pr_two: [index % 4 === 0 ? block : offer] as const,
    },
  }),
} as const;

const servers = new Map<string, TestServer>();

beforeAll(async () => {
  for (const [name, having] of Object.entries(fleets)) {
    const server = await testServer();
    servers.set(name, server);
    const { database } = server.system;
    await addProduct(database, 'pr_one', '{11111111-2222-3333-4444-555555555555}');
    if (name !== 'a product that some have') {
      await addProduct(database, 'pr_two', '{11111111-2222-3333-4444-666666666666}');
    }
    await addWorkstations(
      database,
      Array.from({ length: 12 }, (_, index) => ({
        id: `ws_${String.fromCharCode(97 + index)}`,
        hostname: `PC-${index}`,
        status: index % 4 === 0 ? 'pending' : 'authorized',
        tags: index % 2 === 1 ? ['lab'] : [],
        ...(index % 5 === 4 ? { retiredAt: '2026-11-01T00:00:00.000Z' } : {}),
        ...having(index),
      })),
    );
    await server.owner.post('/groups', { name: 'Lab', filter: { tag: 'lab' } }, 201);
    await server.owner.post('/groups', { name: 'Old', filter: { product: 'pr_one', below: '3.4' } }, 201);
  }
});

afterAll(async () => {
  for (const server of servers.values()) await server.close();
});

const filters = [
  {},
  { product: 'pr_one' },
  { product: 'pr_one', status: 'authorized' },
  { verdict: 'offer' },
  { verdict: 'block', code: '2028' },
  { verdict: 'offer', status: 'authorized' },
  { verdict: 'offer', product: 'pr_one', status: 'authorized' },
  { verdict: 'offer', product: 'pr_one', below: '3.3' },
  { verdict: 'offer', tag: 'lab' },
  { verdict: 'offer', q: 'pc-1' },
  { verdict: 'offer', group: 'Lab' },
  { status: 'authorized', below: '3.5' },
  { status: 'authorized', tag: 'lab' },
  { status: 'authorized', group: 'Lab' },
  { version: '3.0', product: 'pr_one', q: 'pc' },
  { tag: 'lab', below: '3.5' },
  { below: '3.4' },
  { below: '3.4', verdict: 'offer' },
  { group: 'Old', status: 'authorized' },
  { group: 'Old', product: 'pr_one', verdict: 'offer', q: 'pc' },
  { product: 'pr_one', below: '3.9', verdict: 'offer', status: 'authorized', q: 'pc' },
  { retired: 'true' },
];
const sorts = ['-status', 'hostname', 'installedVersion', '-installedVersion', '-lastError'];

/** The ids of a whole list, read in pages of a size. */
async function idsOf(
  read: Reader,
  asked: Record<string, string>,
  pageSize: number,
  limits?: Limits,
): Promise<string[]> {
  const ids: string[] = [];
  for (let page = 1; ; page += 1) {
    const query = workstationListQuery.parse({ ...asked, page: String(page), pageSize: String(pageSize) });
    const { items, total } = await listWorkstations(read, query, limits);
    ids.push(...items.map(({ id }) => id));
    if (page * pageSize < total) continue;
    expect(ids).toHaveLength(total);
    return ids;
  }
}

describe.each(Object.keys(fleets))('with %s', (fleet) => {
  test.each(filters)(
    'sorted or along an index, one by one or from a table, by those that have it or that lack it: %j',
    async (filter) => {
      const server = servers.get(fleet);
      if (server === undefined) throw new RangeError(fleet);
      const { read } = server.system.database;
      const { sort: _, page: __, pageSize: ___, ...asked } = workstationListQuery.parse(filter);
      const plain = await matching(read, await resolveFilter(read, asked))
        .select('workstations.id')
        .execute();
      expect(plain.length).toBeGreaterThan(1);
      for (const sort of sorts) {
        const whole = await idsOf(read, { ...filter, sort }, 50);
        expect(new Set(whole)).toEqual(new Set(plain.map(({ id }) => id)));
        for (const limits of everyWay) {
          const found = await idsOf(read, { ...filter, sort }, 4, limits);
          expect(found, `${sort} ${JSON.stringify(limits)}`).toEqual(whole);
        }
      }
    },
  );
});
