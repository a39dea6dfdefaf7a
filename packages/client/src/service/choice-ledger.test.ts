// Tests of the ledger of choices: what is news, what is not, and how much of it.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { ChoiceLedger } from './choice-ledger.ts';

function ledgerAt() {
  let now = 0;
  return {
    ledger: new ChoiceLedger({ now: () => now, sinceBoot: () => now }),
    pass: (ms: number) => (now += ms),
  };
}

it('takes each kind of choice once in an offer, and again in the next', () => {
  const { ledger } = ledgerAt();
  ledger.begin('pr_1', 'up_1');
  expect(['offered', 'offered', 'deferred', 'deferred'].map((each) => ledger.note('pr_1', 'up_1', each))).toEqual([
    'new',
    'known',
    'new',
    'known',
  ]);
  ledger.begin('pr_1', 'up_1');
  expect(ledger.note('pr_1', 'up_1', 'offered')).toBe('new');
});

it('keeps the offers of products apart', () => {
  const { ledger } = ledgerAt();
  ledger.begin('pr_1', 'up_1');
  ledger.begin('pr_2', 'up_2');
  expect([ledger.note('pr_1', 'up_1', 'deferred'), ledger.note('pr_2', 'up_2', 'deferred')]).toEqual(['new', 'new']);
});

it('passes on sixty at once and one a minute after that, whatever callers ask and say', () => {
  const step = fc.record({
    isCheck: fc.boolean(),
    choice: fc.constantFrom('offered', 'deferred', 'declined'),
    update: fc.constantFrom('up_1', 'up_2'),
    ms: fc.nat(90_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const { ledger, pass } = ledgerAt();
      let passed = 0;
      for (const { isCheck, choice, update, ms } of steps) {
        const elapsed = pass(ms);
        if (isCheck) ledger.begin('pr_1', update);
        if (ledger.note('pr_1', update, choice) === 'new') passed += 1;
        expect(passed).toBeLessThanOrEqual(60 + Math.ceil(elapsed / 60_000));
      }
    }),
    { numRuns: 50 },
  );
});
