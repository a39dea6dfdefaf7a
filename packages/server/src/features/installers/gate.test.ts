// The gate: never more at once than allowed, and everybody's turn comes.
import { expect, test } from 'vitest';
import { makeGate } from './gate.ts';

test('lets two work at once and the others wait, also where one fails', async () => {
  const gate = makeGate(2);
  let present = 0;
  let most = 0;
  const work = (fails: boolean) =>
    gate(async () => {
      present += 1;
      most = Math.max(most, present);
      await new Promise((resolve) => setImmediate(resolve));
      present -= 1;
      if (fails) throw new Error('failed');
      return 'done';
    });
  const outcomes = await Promise.allSettled([work(false), work(true), work(true), work(false), work(false)]);
  expect(most).toBe(2);
  expect(present).toBe(0);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled', 'fulfilled']);
  await expect(work(false)).resolves.toBe('done');
});
