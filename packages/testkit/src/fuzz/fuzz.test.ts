// A short run of every fuzzer: the kept seeds, the same at each test. `npm run fuzz` goes on from there.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeFuzzer, type FuzzTarget } from './fuzz-target.ts';
import { fuzzers } from './fuzzers.ts';
import { parseSeeds, seedsFile } from './seeds.ts';

const seeds = parseSeeds(readFileSync(seedsFile, 'utf8'));

it.each(fuzzers.map(({ name }) => name))('%s has a seed to begin with', (name) => {
  expect(seeds.some(({ fuzzer }) => fuzzer === name)).toBe(true);
});

it.each(seeds)('$fuzzer takes or refuses everything from the seed $seed as it should', async ({ fuzzer, seed }) => {
  const found = fuzzers.find(({ name }) => name === fuzzer);
  expect(await found?.run(seed)).toBeNull();
});

describe('a fuzzer', () => {
  const target = (check: (input: number) => void, slowest = 1_000): FuzzTarget<number> => ({
    name: 'numbers',
    roundSize: 100,
    slowest,
    shrinks: true,
    open: () => Promise.resolve({ inputs: fc.nat({ max: 1000 }), check, close: () => Promise.resolve() }),
  });

  it('finds what is not taken as it should be, again from the same seed', async () => {
    const fuzzer = makeFuzzer(
      target((input) => {
        if (input > 500) throw new Error('too large');
      }),
    );
    for (const seed of [7, 7]) expect(await fuzzer.run(seed)).toMatch(/too large[^]*The input: \[501\]$/);
  });

  it('finds what takes too long', async () => {
    const slow = () => {
      const end = performance.now() + 5;
      while (performance.now() < end);
    };
    expect(await makeFuzzer(target(slow, 1)).run(1)).toContain('more than 1');
  });
});
