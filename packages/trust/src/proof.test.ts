// Tests of the proof of a second activation.
import { describe, expect, it } from 'vitest';
import { toBase64Url } from './base64url.ts';
import { signJws } from './jws.ts';
import { readProofWorkstation, signProof, verifyProof } from './proof.ts';
import { testKey } from './test-support/keys.ts';
import { refusalOf } from './test-support/refusal.ts';

const old = testKey('workstation');
const publicKey = testKey('workstation, anew').publicKey;
const proof = { workstationId: 'ws_1', machineId: 'm-1', publicKey, at: '2026-11-22T08:00:00.000Z' };
const expected = {
  key: old.publicKey,
  workstationId: 'ws_1',
  machineId: 'm-1',
  publicKey,
  now: new Date('2026-11-22T08:04:00Z'),
};
const refusal = (text: string, more: Partial<typeof expected> = {}) =>
  refusalOf(() => verifyProof(text, { ...expected, ...more }));

describe('a proof', () => {
  it('is accepted within five minutes, before or after', () => {
    const text = signProof(proof, old);
    expect(verifyProof(text, expected)).toEqual(proof);
    expect(refusal(text, { now: new Date('2026-11-22T08:05:00.000Z') })).toBeNull();
    expect(refusal(text, { now: new Date('2026-11-22T07:55:00.000Z') })).toBeNull();
  });

  it('tells whose it claims to be, before it is verified', () => {
    expect(readProofWorkstation(signProof(proof, testKey('anyone')))).toBe('ws_1');
    expect(refusalOf(() => readProofWorkstation(signJws(old, 'JWT', {})))).toBe('proof.malformed');
    expect(refusalOf(() => readProofWorkstation('x'))).toBe('token.malformed');
  });

  it('is accepted from other programs, without a type or key id, with an offset, with more members', () => {
    const header = toBase64Url(Buffer.from('{"alg":"EdDSA"}'));
    const payload = { ...proof, at: '2026-11-22T09:00:00+01:00', iat: 1 };
    const signed = `${header}.${toBase64Url(Buffer.from(JSON.stringify(payload)))}`;
    expect(refusal(`${signed}.${toBase64Url(old.sign(Buffer.from(signed)))}`)).toBeNull();
  });

  it.each([
    ['signed with the new key only', signProof(proof, testKey('workstation, anew')), {}, 'token.unknown-key'],
    ['a signed policy', signJws(old, 'usher-policy+jwt', proof), {}, 'token.wrong-type'],
    ['without a time', signJws(old, 'JWT', { ...proof, at: undefined }), {}, 'proof.malformed'],
    ['with a time that is none', signJws(old, 'JWT', { ...proof, at: 'now' }), {}, 'proof.malformed'],
    ['with a time without a zone', signJws(old, 'JWT', { ...proof, at: '2026-11-22T08:00:00' }), {}, 'proof.malformed'],
    ['with a public key that is none', signJws(old, 'JWT', { ...proof, publicKey: 'x' }), {}, 'proof.malformed'],
    ['for another workstation', signProof(proof, old), { workstationId: 'ws_2' }, 'proof.wrong-workstation'],
    ['for another machine', signProof(proof, old), { machineId: 'm-2' }, 'proof.wrong-machine'],
    ['for another public key', signProof(proof, old), { publicKey: old.publicKey }, 'proof.wrong-key'],
    ['too old', signProof(proof, old), { now: new Date('2026-11-22T08:05:00.001Z') }, 'proof.out-of-time'],
    ['from the future', signProof(proof, old), { now: new Date('2026-11-22T07:54:59.999Z') }, 'proof.out-of-time'],
    ['too large', signProof({ ...proof, machineId: 'm'.repeat(5000) }, old), {}, 'token.too-large'],
  ])('is refused when it is %s', (_what, text, more, code) => {
    expect(refusal(text, more)).toBe(code);
  });
});
