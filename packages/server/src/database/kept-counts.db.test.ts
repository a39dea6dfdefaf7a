// Counts that are kept are those that would be counted, whatever was written.
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '@usher/testkit';
import { systemClock } from '../clock.ts';
import type { Database, Transaction } from './database.ts';
import { migrate } from './migrate.ts';
import { withOlderDatabase } from './test-support/older-database.ts';

let database: TestDatabase;

beforeEach(async () => {
  database = await testDatabase();
});

afterEach(() => database.close());

const at = '2026-01-01T00:00:00.000Z';
const workstations = ['w0', 'w1', 'w2', 'w3'] as const;
const products = ['p0', 'p1'] as const;
const updates = ['u0', 'u1'] as const;

const workstationRow = (id: string) => ({
  id,
  machineId: id,
  publicKey: '',
  tokenHash: null,
  hostname: id,
  nameKey: id,
  searchText: id,
  osPlatform: 'win32',
  osRelease: '10',
  osArch: 'x64',
  osLanguage: '1033',
  timeZone: 'UTC',
  status: 'pending',
  activatedAt: at,
  online: 0,
});

async function makeScene(within: Database = database): Promise<void> {
  await within.transaction(async ({ db }) => {
    for (const id of products) {
      const rules = { enforcement: 'enforce', unknownVersions: 'allow', graceHours: 1, offlineThen: 'run' };
      const row = {
        id,
        name: id,
        upgradeCode: id,
        ...rules,
        signature: 'signed',
        separationOfDuties: 0,
        createdAt: at,
      };
      await db.insertInto('products').values(row).execute();
    }
    for (const [number, id] of updates.entries()) {
      const what = { targetVersion: '1.0', targetVersionKey: '1', requirement: 'optional', onFailure: 'hold' };
      const row = { id, number, name: id, productId: 'p0', ...what, state: 'running', createdBy: '{}', createdAt: at };
      await db.insertInto('updates').values(row).execute();
    }
    await db.insertInto('workstations').values(workstations.map(workstationRow)).execute();
  });
}

/** One change to facts that are counted, as the features make it: one row, or several at once. */
type Change = (tx: Transaction) => Promise<unknown>;

const version = fc.constantFrom(
  { installedVersion: null, versionKey: null },
  { installedVersion: 'new', versionKey: null },
  { installedVersion: '1.0', versionKey: '1' },
  { installedVersion: '2.0', versionKey: '2' },
);
const productCode = fc.constantFrom(null, 'c0', 'c1');

const changeOf = (some: fc.Arbitrary<string[]>): fc.Arbitrary<Change> =>
  fc.oneof(
    fc
      .record({
        ids: some,
        set: fc.oneof(
          fc.record({ status: fc.constantFrom('pending', 'authorized', 'disabled') }),
          fc.record({ online: fc.constantFrom(0, 1) }),
          fc.record({ claimsId: fc.constantFrom(null, 'w0') }),
          fc.record({ retiredAt: fc.constantFrom(null, at), online: fc.constant(0) }),
          fc.record({ osArch: fc.constantFrom('x64', 'arm64'), osLanguage: fc.constantFrom('1033', '1046') }),
        ),
      })
      .map(
        ({ ids, set }): Change =>
          ({ db }) =>
            db.updateTable('workstations').set(set).where('id', 'in', ids).execute(),
      ),
    fc
      .record({ ids: some, productId: fc.constantFrom(...products), version, productCode })
      .map(({ ids, productId, version: installed, productCode: code }): Change => ({ db }) => {
        const changes = { ...installed, productCode: code };
        return db
          .insertInto('workstationProducts')
          .values(ids.map((workstationId) => ({ workstationId, productId, ...changes })))
          .onConflict((conflict) => conflict.columns(['workstationId', 'productId']).doUpdateSet(changes))
          .execute();
      }),
    fc.record({ ids: some, tag: fc.constantFrom('a', 'b'), isAdded: fc.boolean() }).map(
      ({ ids, tag, isAdded }): Change =>
        ({ db }) =>
          isAdded
            ? db
                .insertInto('workstationTags')
                .values(ids.map((workstationId) => ({ workstationId, tag })))
                .onConflict((conflict) => conflict.doNothing())
                .execute()
            : db.deleteFrom('workstationTags').where('workstationId', 'in', ids).where('tag', '=', tag).execute(),
    ),
    fc
      .record({
        ids: some,
        updateId: fc.constantFrom(...updates),
        how: fc.constantFrom('added', 'removed', 'waiting', 'installed'),
      })
      .map(({ ids, updateId, how }): Change => ({ db }) => {
        if (how === 'added') {
          const start = { updateId, state: 'waiting', attempt: 0, seq: 0, failures: 0, restartNeeded: 0 };
          return db
            .insertInto('assignments')
            .values(ids.map((workstationId) => ({ ...start, workstationId, addedAt: at, updatedAt: at })))
            .onConflict((conflict) => conflict.columns(['updateId', 'workstationId']).doNothing())
            .execute();
        }
        if (how === 'removed') {
          return db
            .deleteFrom('assignments')
            .where('updateId', '=', updateId)
            .where('workstationId', 'in', ids)
            .returning('workstationId')
            .execute();
        }
        return db
          .updateTable('assignments')
          .set({ state: how, updatedAt: at })
          .where('updateId', '=', updateId)
          .where('workstationId', 'in', ids)
          .execute();
      }),
  );

const change = changeOf(fc.subarray([...workstations], { minLength: 1 }));

const kept = {
  assignmentCounts: `"updateId", "state"`,
  workstationCounts: `"status", "online", "claiming"`,
  installedCounts: `"productId", "versionKey", "productCode", "osArch", "osLanguage"`,
  tagCounts: `"tag", "status"`,
} as const;

const live = `join "workstations" as w on w."id" = r."workstationId" and w."retiredAt" is null`;

const facts: Readonly<Record<keyof typeof kept, string>> = {
  assignmentCounts: 'select "updateId", "state" from "assignments"',
  workstationCounts: `select "status", "online", case when "claimsId" is null then 0 else 1 end as "claiming"
    from "workstations" where "retiredAt" is null`,
  installedCounts: `select r."productId", coalesce(r."versionKey", case when r."installedVersion" is null then '' else '?' end)
      as "versionKey", coalesce(r."productCode", '') as "productCode", w."osArch", w."osLanguage"
    from "workstationProducts" as r ${live}`,
  tagCounts: `select r."tag", w."status" from "workstationTags" as r ${live}`,
};

async function expectKept(within: Database = database): Promise<void> {
  for (const [table, names] of Object.entries(kept)) {
    const read = async (from: string, number: string) => {
      const query = `select ${names}, ${number} as "number" from ${from} group by ${names} having ${number} <> 0 order by ${names}`;
      return (await sql.raw(query).execute(within.read)).rows;
    };
    const counted = await read(`(${facts[table as keyof typeof kept]}) as f`, 'count(*)');
    expect(await read(`"${table}"`, 'sum("number")'), table).toEqual(counted);
  }
}

async function clear(): Promise<void> {
  await database.transaction(async ({ db }) => {
    for (const table of ['assignments', 'workstationTags', 'workstationProducts', 'workstations'] as const) {
      await db.deleteFrom(table).execute();
    }
    await db.insertInto('workstations').values(workstations.map(workstationRow)).execute();
  });
}

test('after any changes, also those that are rolled back', async () => {
  await makeScene();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(change, fc.boolean()), { minLength: 1, maxLength: 25 }), async (changes) => {
      await clear();
      await expectKept();
      for (const [make, isKept] of changes) {
        const work = database.transaction(async (tx) => {
          await make(tx);
          if (!isKept) throw new Error('rolled back');
        });
        await work.catch((error: unknown) => expect(error).toMatchObject({ message: 'rolled back' }));
      }
      await expectKept();
    }),
    { numRuns: 25 },
  );
});

test('also where many write at once, each about a workstation that it has locked', async () => {
  await makeScene();
  const one = fc.constantFrom(...workstations).chain((id) => fc.tuple(fc.constant(id), changeOf(fc.constant([id]))));
  const changes = fc.sample(one, { numRuns: 150, seed: 7 });
  await Promise.all(
    changes.map(([id, make]) =>
      database.transaction(async (tx) => {
        await tx.db.selectFrom('workstations').select('id').where('id', '=', id).forUpdate().execute();
        await make(tx);
      }),
    ),
  );
  await expectKept();
});

test('what was there before the counts were kept is counted when they begin', async () => {
  await withOlderDatabase(database, 2, async (older) => {
    await makeScene(older);
    for (const make of fc.sample(change, { numRuns: 60, seed: 3 })) await older.transaction(make);
    await migrate(older, systemClock);
    await expectKept(older);
  });
});
