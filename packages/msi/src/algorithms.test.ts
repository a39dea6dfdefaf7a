// Which signatures count: the algorithm, its digest and the key have to fit each other, and be strong enough.
import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digestWithOid, isSignatureGood, type Digest, type SignatureCheck } from './algorithms.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const data = Buffer.from('what is signed');
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

const RSA = '1.2.840.113549.1.1.1';
const RSA_SHA256 = '1.2.840.113549.1.1.11';
const RSA_PSS = '1.2.840.113549.1.1.10';
const EC_SHA256 = '1.2.840.10045.4.3.2';

const check = (change: Partial<SignatureCheck>): boolean => {
  const signature = sign('sha256', data, rsa.privateKey);
  return isSignatureGood({ algorithm: RSA, digest: 'sha256', key: rsa.publicKey, data, signature, ...change }, 'It');
};

describe('a signature is good', () => {
  it.each<[string, Partial<SignatureCheck>]>([
    ['with RSA, the digest named beside', {}],
    ['with RSA, the digest named twice', { algorithm: RSA_SHA256 }],
    ['with RSA-PSS', { algorithm: RSA_PSS, signature: sign('sha256', data, { key: rsa.privateKey, ...pss }) }],
    ['with ECDSA', { algorithm: EC_SHA256, key: ec.publicKey, signature: sign('sha256', data, ec.privateKey) }],
  ])('%s', (_name, change) => {
    expect(check(change)).toBe(true);
    expect(check({ ...change, data: Buffer.from('something else') })).toBe(false);
    expect(check({ ...change, digest: 'sha384', algorithm: change.algorithm === RSA_PSS ? RSA_PSS : RSA })).toBe(false);
  });
});

describe('a signature is not good', () => {
  it.each<[string, Partial<SignatureCheck>]>([
    ['under a key of another kind', { algorithm: EC_SHA256 }],
    ['under a key of another kind, the other way round', { key: ec.publicKey }],
    ['with PSS where the older padding is named', { signature: sign('sha256', data, { key: rsa.privateKey, ...pss }) }],
    ['with the older padding where PSS is named', { algorithm: RSA_PSS }],
    ['when it is empty', { signature: Buffer.alloc(0) }],
  ])('%s', (_name, change) => {
    expect(check(change)).toBe(false);
  });

  it('when two digests are named', () => {
    expect(() => check({ algorithm: RSA_SHA256, digest: 'sha512' })).toThrow(/two different digests/);
  });

  it('with an algorithm that nobody here knows', () => {
    expect(() => check({ algorithm: '1.2.3' })).toThrow(
      expect.objectContaining({ code: 'installer.tampered' }) as Error,
    );
  });

  it.each(['1.2.840.113549.1.1.4', '1.2.840.113549.1.1.5', '1.2.840.10045.4.1'])('with the weak %s', (algorithm) => {
    expect(() => check({ algorithm })).toThrow(expect.objectContaining({ code: 'installer.weak-signature' }) as Error);
  });

  it('under a short key', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const short = { key: publicKey, signature: sign('sha256', data, privateKey) };
    expect(() => check(short)).toThrow(/only 1024 bits/);
  });
});

describe('a digest', () => {
  it.each<[string, Digest]>([
    ['2.16.840.1.101.3.4.2.1', 'sha256'],
    ['2.16.840.1.101.3.4.2.2', 'sha384'],
    ['2.16.840.1.101.3.4.2.3', 'sha512'],
  ])('%s counts', (oid, digest) => {
    expect(digestWithOid(oid, 'It')).toBe(digest);
  });

  it.each([
    ['1.3.14.3.2.26', 'installer.weak-signature'],
    ['1.2.840.113549.2.5', 'installer.weak-signature'],
    ['2.16.840.1.101.3.4.2.4', 'installer.tampered'],
  ])('%s does not: %s', (oid, code) => {
    expect(() => digestWithOid(oid, 'It')).toThrow(expect.objectContaining({ code }) as Error);
  });
});
