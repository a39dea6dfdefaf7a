// The orders of many workstations are those of few, however they are read.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '@usher/testkit';
import { addProduct, addWorkstations } from './test-support/fleet.ts';
import { listWorkstations, workstationListQuery, type Limits } from './workstation-list.ts';

let server: TestServer;

beforeAll(async () => {
  server = await testServer();
  const { database } = server.system;
  await addProduct(database, 'pr_one', '{11111111-2222-3333-4444-555555555555}');
  const offer = { action: 'offer', code: null } as const;
  const block = { action: 'block', code: 2028 } as const;
  await addWorkstations(
    database,
    Array.from({ length: 12 }, (_, index) => ({
      id: `ws_${String.fromCharCode(97 + index)}`,
      hostname: `PC-${index}`,
      status: index % 4 === 0 ? 'pending' : 'authorized',
      tags: index % 2 === 1 ? ['lab'] : [],
      ...(index % 5 === 4 ? { retiredAt: '2026-11-01T00:00:00.000Z' } : {}),
      ...(index % 3 === 2
        ? {}
        : {
            versions: { pr_one: [index % 4 === 1 ? null : `3.${index % 5}`, '3.9'] as const },
            answers: { pr_one: [index % 6 === 0 ? block : offer] as const },
          }),
    })),
  );
  await server.owner.post('/groups', { name: 'Lab', filter: { tag: 'lab' } }, 201);
});

afterAll(() => server.close());

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
  { retired: 'true' },
];
const sorts = [
  '-status',
  'hostname',
  '-lastSeenAt',
  'installedVersion',
  '-installedVersion',
  'desiredVersion',
  '-lastError',
];

/** The ids of a whole list, read in pages of a size. */
async function idsOf(asked: Record<string, string>, pageSize: number, limits?: Limits): Promise<string[]> {
  const ids: string[] = [];
  for (let page = 1; ; page += 1) {
    const query = workstationListQuery.parse({ ...asked, page: String(page), pageSize: String(pageSize) });
    const { items, total } = await listWorkstations(server.system.database.read, query, limits);
    ids.push(...items.map(({ id }) => id));
    if (page * pageSize < total) continue;
    expect(ids).toHaveLength(total);
    return ids;
  }
}

test.each(filters)(
  'sorted or along an index, one by one or from a table, forwards or from the end: %j',
  async (filter) => {
    for (const sort of sorts) {
      const asked = { ...filter, sort };
      const whole = await idsOf(asked, 50);
      expect(whole.length).toBeGreaterThan(1);
      for (const limits of [
        { few: 0, lookups: 0 },
        { few: 0, lookups: 100 },
        { few: 100, lookups: 0 },
      ]) {
        expect(await idsOf(asked, 4, limits), sort).toEqual(whole);
      }
    }
  },
);
