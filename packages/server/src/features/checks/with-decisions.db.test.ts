// A check in the middle of somebody's decision: neither waits for what waits for it, and the decision is what counts.
import { setTimeout as delay } from 'node:timers/promises';
import { testServer, type TestServer } from '@usher/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dialectOf, type Transaction } from '../../database/database.ts';
import { lockProduct } from '../products/store.ts';
import {
  addMachines,
  addProduct,
  approveNew,
  check,
  running,
  updateNow,
  withLastingOwner,
} from '../updates/test-support/scene.ts';

let server: TestServer;
let product: Awaited<ReturnType<typeof addProduct>>;

beforeAll(async () => {
  server = await withLastingOwner(await testServer());
  product = await addProduct(server);
  await approveNew(server, product, '3.23.0');
});

afterAll(() => server.close());

/** SQLite has one writer: there, whoever comes second waits until the first is done. */
const writesSideBySide = () => dialectOf(server.system.database.read) === 'postgres';

/** Waits until so many transactions wait for another one. */
async function untilWaiting(count: number): Promise<void> {
  if (!writesSideBySide()) return;
  for (;;) {
    const { rows } = await sql<{ waiting: number }>`
      select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(server.system.database.read);
    if ((rows[0]?.waiting ?? 0) >= count) return;
    await delay(20);
  }
}

/** Holds what it locks until it is told to let go. */
async function held(lock: (tx: Transaction) => Promise<unknown>): Promise<() => Promise<void>> {
  const [locked, letGo] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  const done = server.system.database.transaction(async (tx) => {
    await lock(tx);
    locked.resolve(undefined);
    await letGo.promise;
  });
  await Promise.race([locked.promise, done]);
  return async () => {
    letGo.resolve(undefined);
    await done;
  };
}

test('a check does not wait for a decision about its product', async () => {
  const [machine] = await addMachines(server, 1);
  const letGo = await held((tx) => lockProduct(tx, product.id));
  // The first check writes down what the workstation has of the product.
  const asked = check(server, machine!, '3.22.0');
  if (writesSideBySide()) await asked;
  await letGo();
  expect((await asked).verdict.action).toBe('run');
});

test('a cut-off that is moved while a workstation is first told of it is the moved one', async () => {
  const [machine] = await addMachines(server, 1, { timeZone: 'UTC' });
  const criteria = { version: '3.23.0', requirement: 'optional', cutoffLocal: '2030-01-10T12:00' };
  const { id } = await running(server, criteria, [machine!]);
  // Both want the assignment, the one after the other.
  const letGo = await held((tx) =>
    tx.db.selectFrom('assignments').selectAll().where('updateId', '=', id).forUpdate().execute(),
  );
  const moved = server.owner.patch(`/updates/${id}`, { cutoffLocal: '2030-02-20T12:00' });
  await untilWaiting(1);
  const asked = check(server, machine!, '3.22.0');
  await untilWaiting(2);
  await letGo();
  await Promise.all([moved, asked]);
  expect(await updateNow(server, id)).toMatchObject({ cutoffLocal: '2030-02-20T12:00' });
  expect((await check(server, machine!, '3.22.0')).verdict.cutoffAt).toBe('2030-02-20T12:00:00.000Z');
});
