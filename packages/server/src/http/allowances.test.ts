// So much at once, and then so much with time.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProblemError } from '../problem-error.ts';
import { Allowances } from './allowances.ts';

function allowances(most: number, perSecond: number) {
  let now = 1_000_000;
  const all = new Allowances({ clock: { now: () => now }, most, perSecond });
  const take = (key: string, amount = 1): number | null => {
    try {
      all.take(key, amount);
      return null;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      expect(error.code).toBe('request.too-many');
      return error.retryAfter ?? Number.NaN;
    }
  };
  return { take, wait: (milliseconds: number) => (now += milliseconds) };
}

test('gives so many at once, the next with time, and others theirs', () => {
  const { take, wait } = allowances(3, 0.5);
  expect([take('a'), take('a'), take('a')]).toEqual([null, null, null]);
  expect(take('a')).toBe(2);
  expect(take('b')).toBeNull();
  wait(1999);
  expect(take('a')).toBe(1);
  wait(1);
  expect(take('a')).toBeNull();
  expect(take('a')).toBe(2);
});

test('lends what one request needs beyond what is left, and takes it back before the next', () => {
  const { take, wait } = allowances(100, 1);
  expect(take('a', 90)).toBeNull();
  expect(take('a', 50)).toBeNull();
  expect(take('a')).toBe(41);
  wait(41_000);
  expect(take('a', 500)).toBeNull();
  // Whoever comes again meanwhile is told to come again within a minute.
  expect(take('a')).toBe(60);
});

test('is full again after a while, never fuller, and no clock that goes back takes anything away', () => {
  const { take, wait } = allowances(2, 1);
  take('a', 2);
  wait(3_600_000);
  expect([take('a'), take('a'), take('a')]).toEqual([null, null, 1]);
  wait(-3_600_000);
  expect(take('a')).toBe(1);
  wait(1000);
  expect(take('a')).toBeNull();
});

test('over any time gives no more than was there at first, what came back, and one loan', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 20 })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (asked) => {
      const { take, wait } = allowances(50, 2);
      let given = 0;
      let time = 0;
      for (const [pause, amount] of asked) {
        wait(pause);
        time += pause;
        if (take('a', amount) === null) given += amount;
      }
      expect(given).toBeLessThanOrEqual(50 + (time / 1000) * 2 + 20);
    }),
    { numRuns: 100 },
  );
});

test('keeps memory bounded, and forgets those first who have not asked for longest', () => {
  let now = 0;
  const all = new Allowances({ clock: { now: () => now }, most: 1, perSecond: 0.001, mostKeys: 3 });
  for (const key of ['a', 'b', 'c']) all.take(key);
  now += 1;
  expect(() => all.take('a')).toThrow(ProblemError);
  all.take('d');
  expect(() => all.take('a')).toThrow(ProblemError);
  all.take('b');
});
