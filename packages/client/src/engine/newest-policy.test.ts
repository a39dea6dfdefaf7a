// Which event is the newest that a workstation has seen, and whether it can prove it later.
import { describe, expect, it } from 'vitest';
import type { CheckAnswer, PolicyDocument } from '@usher/protocol';
import { generateSigningKey, signLogHead } from '@usher/trust';
import { randomBytes } from 'node:crypto';
import { newestSeen, type VerifiedPolicy } from './newest-policy.ts';

const director = generateSigningKey(randomBytes);
const thief = generateSigningKey(randomBytes);
const head = { seq: 12, hash: 'a'.repeat(64) };
const other = { seq: 13, hash: 'b'.repeat(64) };

const verified = (change: Partial<VerifiedPolicy> = {}): VerifiedPolicy => ({
  policy: { log: head, workstation: { id: 'ws_1' } } as PolicyDocument,
  keys: [director.publicKey],
  isNewBeginning: false,
  ...change,
});
const answer = (proof?: string) => (proof === undefined ? {} : { log: { ...head, proof } }) as CheckAnswer;

describe('the newest event that was seen', () => {
  it('is kept with the proof that came with it', () => {
    const proof = signLogHead(head, 'ws_1', director);
    expect(newestSeen(verified(), answer(proof), null)).toEqual({ ...head, proof });
    expect(newestSeen(verified(), answer(proof), { seq: 11, hash: 'c'.repeat(64) })).toEqual({ ...head, proof });
  });

  it.each([
    ['that is none', 'x'],
    ['by another key', signLogHead(head, 'ws_1', thief)],
    ['for another workstation', signLogHead(head, 'ws_2', director)],
    ['of another event', signLogHead(other, 'ws_1', director)],
  ])('is kept without a proof %s', (_, proof) => {
    expect(newestSeen(verified(), answer(proof), null)).toEqual(head);
  });

  it('is kept without one where the server gives none', () => {
    expect(newestSeen(verified(), answer(), null)).toEqual(head);
  });

  it('stays where the server’s own is older, unless a director said so whose key was taken back', () => {
    const before = { ...other, proof: 'its own' };
    expect(newestSeen(verified(), answer(), before)).toEqual(before);
    expect(newestSeen(verified({ isNewBeginning: true }), answer(), before)).toEqual(head);
  });
});
