// The orders of many workstations are those of few, however they are read.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '@usher/testkit';
import { addProduct, addWorkstations } from './test-support/fleet.ts';
import { listWorkstations, workstationListQuery } from './workstation-list.ts';

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
      ...(index % 5 === 4 ? { retiredAt: '2026-11-01T00:00:00.000Z' } : {}),
      ...(index % 3 === 2
        ? {}
        : {
            versions: { pr_one: [index % 2 === 0 ? `3.${index % 5}` : null, '3.9'] as const },
            answers: { pr_one: [index % 6 === 0 ? block : offer] as const },
          }),
    })),
  );
});

afterAll(() => server.close());

const filters = [
  {},
  { verdict: 'offer' },
  { verdict: 'block', code: '2028' },
  { verdict: 'offer', status: 'authorized' },
];
const cases = ['installedVersion', '-installedVersion', 'desiredVersion', '-lastError'].flatMap((sort) =>
  filters.flatMap((filter) => [
    { sort, ...filter },
    { sort, product: 'pr_one', ...filter },
  ]),
);

test.each(cases)('sorted, or along an index: %j', async (asked) => {
  const { read } = server.system.database;
  const pages = (few: number | undefined, pageSize: number) =>
    Promise.all(
      Array.from({ length: 5 }, (_, index) => {
        const query = workstationListQuery.parse({ ...asked, page: String(index + 1), pageSize: String(pageSize) });
        return listWorkstations(read, query, few);
      }),
    );
  for (const pageSize of [2, 3]) expect(await pages(0, pageSize)).toEqual(await pages(undefined, pageSize));
  const { total, items } = (await pages(0, 50))[0]!;
  expect(items).toHaveLength(total);
  expect(total).toBeGreaterThan(0);
});
