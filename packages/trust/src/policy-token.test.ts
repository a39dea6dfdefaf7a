// Tests of the signed policy: every reason for which a workstation refuses one.
import type { PolicyDocument } from '@usher/protocol';
import { describe, expect, it } from 'vitest';
import { signJws } from './jws.ts';
import { claimedIssue, signPolicy, verifyPolicy, type PolicyExpectation } from './policy-token.ts';
import { testKey } from './test-support/keys.ts';
import { refusalOf } from './test-support/refusal.ts';

const director = testKey('director');
const policy: PolicyDocument = {
  protocol: 1,
  workstation: { id: 'ws_1', status: 'authorized' },
  product: { id: 'pr_1', name: 'Product', enforcement: 'enforce', unknownVersions: 'allow' },
  known: ['3.22.1'],
  prohibited: [{ below: '3.0', reason: 'old' }],
  assignment: null,
  pass: null,
  offline: { graceHours: 336, then: 'run' },
  log: { seq: 7, hash: '0'.repeat(64) },
  issuedAt: '2026-11-22T08:00:00.000Z',
  nonce: 'n-1',
};
const expected = { keys: [director.publicKey], workstationId: 'ws_1', productId: 'pr_1', nonce: 'n-1' };
const refusal = (text: string, more: Partial<PolicyExpectation> = {}) =>
  refusalOf(() => verifyPolicy(text, { ...expected, ...more }));
const changed = (change: object) => signJws(director, 'usher-policy+jwt', { ...policy, ...change });

describe('a signed policy', () => {
  it('is accepted as the answer to the check', () => {
    expect(verifyPolicy(signPolicy(policy, director), expected)).toEqual(policy);
  });

  it('is accepted from the cache, where no nonce is expected, and for a product not known yet', () => {
    const text = signPolicy(policy, director);
    expect(refusal(text, { nonce: undefined, productId: undefined })).toBeNull();
  });

  it('is accepted under any of several keys of the director', () => {
    const keys = [testKey('next director').publicKey, director.publicKey];
    expect(refusal(signPolicy(policy, director), { keys })).toBeNull();
  });

  it('says when it was issued before anybody can verify it, and else nothing', () => {
    expect(claimedIssue(signPolicy(policy, testKey('thief')))).toEqual(new Date(policy.issuedAt));
    for (const text of ['', 'a.b.c', signJws(director, 'x', {}), signJws(director, 'x', { issuedAt: 'yesterday' })]) {
      expect(claimedIssue(text)).toBeNull();
    }
  });

  it('is accepted when issued at the same time as the newest one', () => {
    expect(refusal(signPolicy(policy, director), { newestIssuedAt: policy.issuedAt })).toBeNull();
  });

  it.each([
    ['signed by another', signPolicy(policy, testKey('thief')), {}, 'token.unknown-key'],
    ['of another type', signJws(director, 'usher-proof+jwt', policy), {}, 'token.wrong-type'],
    ['of a later protocol', changed({ protocol: 2, more: true, known: null }), {}, 'policy.wrong-protocol'],
    ['without a protocol', changed({ protocol: undefined }), {}, 'policy.malformed'],
    ['without a member', changed({ offline: undefined }), {}, 'policy.malformed'],
    ['no object', signJws(director, 'usher-policy+jwt', 'policy'), {}, 'policy.malformed'],
    ['with a day that does not exist', changed({ issuedAt: '2026-02-30T00:00:00.000Z' }), {}, 'policy.malformed'],
    ['with a date without a time', changed({ issuedAt: '2026-02-20' }), {}, 'policy.malformed'],
    ['with a pass without an end', changed({ pass: { until: 'never', reason: '' } }), {}, 'policy.malformed'],
    ['for another workstation', signPolicy(policy, director), { workstationId: 'ws_2' }, 'policy.wrong-workstation'],
    ['for another product', signPolicy(policy, director), { productId: 'pr_2' }, 'policy.wrong-product'],
    ['the answer to another check', signPolicy(policy, director), { nonce: 'n-2' }, 'policy.wrong-nonce'],
    [
      'older than the newest',
      signPolicy(policy, director),
      { newestIssuedAt: '2026-11-22T08:00:00.001Z' },
      'policy.rolled-back',
    ],
    [
      'where the newest has no readable date',
      signPolicy(policy, director),
      { newestIssuedAt: 'x' },
      'policy.rolled-back',
    ],
    ['larger than a policy can be', changed({ known: new Array(200_000).fill('1.0.0') }), {}, 'token.too-large'],
  ] as const)('is refused when %s', (_what, text, more, code) => {
    expect(refusal(text, more)).toBe(code);
  });
});
