// Every case of testdata/decide.json, which any language can run, against the rule.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decide, type Facts, type Policy, type Verdict } from './index.ts';

interface Vector {
  readonly name: string;
  readonly policy: Policy;
  readonly facts: Facts;
  readonly expect: Verdict;
}

const vectors = JSON.parse(
  readFileSync(new URL('../testdata/decide.json', import.meta.url), 'utf8'),
) as readonly Vector[];

describe('decide, by its vectors', () => {
  it('has every case, each with a name of its own', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(125);
    expect(new Set(vectors.map((vector) => vector.name)).size).toBe(vectors.length);
  });

  it.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    expect(decide(vector.policy, vector.facts)).toStrictEqual(vector.expect);
  });
});
