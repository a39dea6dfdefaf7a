// What a transaction promises, on every dialect.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '@usher/testkit';
import type { Transaction } from './database.ts';
import { isUniqueViolation } from './postgres-dialect.ts';
import { TransactionScopeError } from './transaction-scope.ts';

let database: TestDatabase;

beforeEach(async () => {
  database = await testDatabase();
});

afterEach(() => database.close());

function put({ db }: Transaction, name: string, value = '1') {
  return db.insertInto('settings').values({ name, value }).execute();
}

async function names(): Promise<string[]> {
  const rows = await database.read.selectFrom('settings').select('name').orderBy('name').execute();
  return rows.map((row) => row.name);
}

describe('a transaction', () => {
  test('is written as a whole and seen by readers afterwards', async () => {
    const answer = await database.transaction(async (tx) => {
      await put(tx, 'a');
      await put(tx, 'b');
      return 'done';
    });
    expect(answer).toBe('done');
    expect(await names()).toEqual(['a', 'b']);
  });

  test('leaves nothing when the work fails, and runs nothing that should follow', async () => {
    const followed: string[] = [];
    const failing = database.transaction(async (tx) => {
      tx.afterCommit(() => followed.push('after'));
      await put(tx, 'a');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await names()).toEqual([]);
    expect(followed).toEqual([]);
  });

  test('leaves nothing when what comes before the commit fails', async () => {
    const failing = database.transaction(async (tx) => {
      tx.beforeCommit(() => Promise.reject(new Error('not sealed')));
      await put(tx, 'a');
    });
    await expect(failing).rejects.toThrow('not sealed');
    expect(await names()).toEqual([]);
  });

  test('runs the work, then what comes before the commit, then what follows it', async () => {
    const order: string[] = [];
    await database.transaction(async (tx) => {
      tx.afterCommit(() => order.push('after'));
      tx.beforeCommit(async () => {
        order.push('before');
        await put(tx, 'last');
      });
      order.push('work');
      await put(tx, 'first');
    });
    expect(order).toEqual(['work', 'before', 'after']);
    expect(await names()).toEqual(['first', 'last']);
  });

  test('is not undone by a failure of what follows it', async () => {
    await database.transaction(async (tx) => {
      tx.afterCommit(() => {
        throw new Error('the listener is broken');
      });
      await put(tx, 'a');
    });
    expect(await names()).toEqual(['a']);
  });

  test('refuses another transaction and a read beside it, instead of waiting for itself', async () => {
    await expect(database.transaction(() => database.transaction((tx) => put(tx, 'a')))).rejects.toThrow(
      TransactionScopeError,
    );
    await expect(database.transaction(() => names())).rejects.toThrow(TransactionScopeError);
    expect(await names()).toEqual([]);
  });

  test('can be followed by a transaction that what follows it begins', async () => {
    const followed = Promise.withResolvers<unknown>();
    await database.transaction(async (tx) => {
      await put(tx, 'a');
      tx.afterCommit(() => followed.resolve(database.transaction((next) => put(next, 'b'))));
    });
    await followed.promise;
    expect(await names()).toEqual(['a', 'b']);
  });

  test('does not lose an increment among many at once', async () => {
    await database.transaction((tx) => put(tx, 'counter', '0'));
    const increment = () =>
      database.transaction(async ({ db }) => {
        const row = await db
          .selectFrom('settings')
          .select('value')
          .where('name', '=', 'counter')
          .forUpdate()
          .executeTakeFirstOrThrow();
        await db
          .updateTable('settings')
          .set({ value: String(Number(row.value) + 1) })
          .where('name', '=', 'counter')
          .execute();
      });
    await Promise.all(Array.from({ length: 40 }, increment));
    const row = await database.read.selectFrom('settings').select('value').executeTakeFirstOrThrow();
    expect(row.value).toBe('40');
  });

  test('that meets a deadlock runs again and succeeds', async () => {
    await database.transaction(async (tx) => {
      await put(tx, 'left', '0');
      await put(tx, 'right', '0');
    });
    const touch = (first: string, second: string) =>
      database.transaction(async ({ db }) => {
        await db.updateTable('settings').set({ value: first }).where('name', '=', first).execute();
        await new Promise((resolve) => setTimeout(resolve, 20));
        await db.updateTable('settings').set({ value: first }).where('name', '=', second).execute();
      });
    await Promise.all([touch('left', 'right'), touch('right', 'left')]);
    const rows = await database.read.selectFrom('settings').select('value').distinct().execute();
    expect(rows).toHaveLength(1);
  });
});

describe('outside a transaction', () => {
  test('nothing can be written', async () => {
    const writer = database.read as unknown as Transaction['db'];
    await expect(writer.insertInto('settings').values({ name: 'a', value: '1' }).execute()).rejects.toThrow(
      /read-?only/i,
    );
  });

  test('what is not committed is not seen', async () => {
    const begun = Promise.withResolvers<undefined>();
    const end = Promise.withResolvers<undefined>();
    const writing = database.transaction(async (tx) => {
      await put(tx, 'a');
      begun.resolve(undefined);
      await end.promise;
    });
    await begun.promise;
    expect(await names()).toEqual([]);
    end.resolve(undefined);
    await writing;
    expect(await names()).toEqual(['a']);
  });
});

describe('values', () => {
  test('big numbers and counts come back as numbers', async () => {
    const at = '2026-01-01T00:00:00.000Z';
    const lease = { name: 'n', holder: 'h', until: at, fence: Number.MAX_SAFE_INTEGER };
    await database.transaction(({ db }) => db.insertInto('leases').values(lease).execute());
    const row = await database.read
      .selectFrom('leases')
      .select((e) => [
        e.fn.max('fence').as('fence'),
        e.fn.countAll<number>().as('count'),
        e.fn.sum<number>('fence').as('sum'),
      ])
      .executeTakeFirstOrThrow();
    expect(row).toEqual({ fence: Number.MAX_SAFE_INTEGER, count: 1, sum: Number.MAX_SAFE_INTEGER });
  });

  test('a row that exists already is told apart from other failures', async () => {
    await database.transaction((tx) => put(tx, 'a'));
    const error: unknown = await database.transaction((tx) => put(tx, 'a')).catch((reason: unknown) => reason);
    expect(isUniqueViolation(error)).toBe(true);
    const other: unknown = await database
      .transaction((tx) => put(tx, 'b', null as unknown as string))
      .catch((reason: unknown) => reason);
    expect(other).toBeInstanceOf(Error);
    expect(isUniqueViolation(other)).toBe(false);
  });

  test('updates and deletions say how many rows they met', async () => {
    await database.transaction(async (tx) => {
      await put(tx, 'a');
      await put(tx, 'b');
    });
    const result = await database.transaction(({ db }) => db.deleteFrom('settings').executeTakeFirstOrThrow());
    expect(Number(result.numDeletedRows)).toBe(2);
  });
});
