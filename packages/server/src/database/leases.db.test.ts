// Who may do what only one process may do, and how one that lost that right is found out.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManualClock, testDatabase, type TestDatabase } from '@usher/testkit';
import { LeaseLostError, makeLeases } from './leases.ts';

let database: TestDatabase;
let clock: ManualClock;

beforeEach(async () => {
  database = await testDatabase();
  clock = new ManualClock();
});

afterEach(() => database.close());

const minute = 60_000;

test('one process holds a lease, the others do not get it', async () => {
  const left = makeLeases(database, clock, 'left');
  const right = makeLeases(database, clock, 'right');
  expect(await left.take('publish', minute)).toEqual({ name: 'publish', holder: 'left', fence: 1 });
  expect(await right.take('publish', minute)).toBeNull();
  expect(await right.take('other', minute)).not.toBeNull();
});

test('of many that ask at once, one gets it', async () => {
  const asked = await Promise.all(
    ['a', 'b', 'c', 'd', 'e'].map((holder) => makeLeases(database, clock, holder).take('publish', minute)),
  );
  expect(asked.filter((lease) => lease !== null)).toHaveLength(1);
});

test('its holder prolongs it under the same fence', async () => {
  const left = makeLeases(database, clock, 'left');
  await left.take('publish', minute);
  clock.advance({ seconds: 50 });
  expect((await left.take('publish', minute))?.fence).toBe(1);
  clock.advance({ seconds: 50 });
  expect(await makeLeases(database, clock, 'right').take('publish', minute)).toBeNull();
});

test('once it has ended or was given back, another gets it under a higher fence', async () => {
  const left = makeLeases(database, clock, 'left');
  const right = makeLeases(database, clock, 'right');
  await left.take('publish', minute);
  clock.advance({ minutes: 1 });
  const taken = await right.take('publish', minute);
  expect(taken?.fence).toBe(2);
  await right.release(taken!);
  expect((await left.take('publish', minute))?.fence).toBe(3);
});

test('one that was taken by a clock that is far ahead keeps nobody out, and its holder’s writes are refused', async () => {
  const ahead = new ManualClock();
  ahead.advance({ days: 1 });
  const left = makeLeases(database, ahead, 'left');
  const lease = await left.take('publish', minute);
  const taken = await makeLeases(database, clock, 'right').take('publish', minute);
  expect(taken?.fence).toBe(2);
  await expect(database.transaction((tx) => left.confirm(tx, lease!))).rejects.toThrow(LeaseLostError);
});

test('none is longer than a quarter of an hour', async () => {
  const left = makeLeases(database, clock, 'left');
  await expect(left.take('publish', 15 * minute + 1)).rejects.toThrow(RangeError);
});

test('a write of one that lost it is refused, and leaves nothing', async () => {
  const left = makeLeases(database, clock, 'left');
  const lost = await left.take('publish', minute);
  clock.advance({ minutes: 2 });
  await makeLeases(database, clock, 'right').take('publish', minute);
  const late = database.transaction(async (tx) => {
    await tx.db.insertInto('settings').values({ name: 'late', value: '1' }).execute();
    await left.confirm(tx, lost!);
  });
  await expect(late).rejects.toThrow(LeaseLostError);
  expect(await database.read.selectFrom('settings').selectAll().execute()).toEqual([]);
});

test('giving back what was lost changes nothing', async () => {
  const left = makeLeases(database, clock, 'left');
  const lost = await left.take('publish', minute);
  clock.advance({ minutes: 2 });
  const right = makeLeases(database, clock, 'right');
  await right.take('publish', minute);
  await left.release(lost!);
  expect(await left.take('publish', minute)).toBeNull();
});
