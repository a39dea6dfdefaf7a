// How often something may be tried.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProblemError } from '../problem-error.ts';
import { RateLimiter } from './rate-limiter.ts';

function limiter(most: number, period: number) {
  let now = 0;
  const limits = new RateLimiter({ clock: { now: () => now }, most, period });
  const isRefused = (key: string): boolean => {
    try {
      limits.refuseWhenExceeded(key);
      return false;
    } catch (error) {
      expect(error).toBeInstanceOf(ProblemError);
      return true;
    }
  };
  return { limits, isRefused, wait: (milliseconds: number) => (now += milliseconds) };
}

test('refuses a key when its tries are used up, and not another', () => {
  const { limits, isRefused } = limiter(2, 1000);
  limits.count('a');
  expect(isRefused('a')).toBe(false);
  limits.count('a');
  expect(isRefused('a')).toBe(true);
  expect(isRefused('b')).toBe(false);
});

test('begins anew a period after the first try, or when it is told to forget', () => {
  const { limits, isRefused, wait } = limiter(1, 1000);
  limits.count('a');
  wait(999);
  expect(isRefused('a')).toBe(true);
  wait(1);
  expect(isRefused('a')).toBe(false);
  limits.count('a');
  limits.forget('a');
  expect(isRefused('a')).toBe(false);
});

test('gives a try back that was none, and never more than were counted', () => {
  const { limits, isRefused } = limiter(1, 1000);
  limits.giveBack('a');
  limits.count('a');
  expect(isRefused('a')).toBe(true);
  limits.giveBack('a');
  limits.giveBack('a');
  expect(isRefused('a')).toBe(false);
  limits.count('a');
  expect(isRefused('a')).toBe(true);
});

test('says after how many seconds to come again', () => {
  const { limits, wait } = limiter(1, 90_000);
  limits.count('a');
  wait(500);
  expect(() => limits.refuseWhenExceeded('a')).toThrow('Wait 90 seconds');
});

test('never lets more through in one period than it may', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 60 }), (pauses) => {
      const { limits, isRefused, wait } = limiter(3, 1000);
      let time = 0;
      const passed: number[] = [];
      for (const pause of pauses) {
        wait(pause);
        time += pause;
        if (isRefused('a')) continue;
        passed.push(time);
        limits.count('a');
      }
      // A period that begins with a try that opened a count holds three at most.
      for (let index = 0; index < passed.length; index += 3) {
        const opened = passed[index] ?? 0;
        const fourth = passed[index + 3];
        if (fourth !== undefined && passed.slice(0, index).every((before) => opened - before >= 1000)) {
          expect(fourth - opened).toBeGreaterThanOrEqual(1000);
        }
      }
      expect(passed.length).toBeLessThanOrEqual(3 * (Math.floor(time / 1000) + 1));
    }),
    { numRuns: 50 },
  );
});
