// Tests of keys: RFC 8032's vector, ids as TUF computes them, and nothing that shows a secret.
import { Key } from '@tufjs/models';
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { toBase64Url } from './base64url.ts';
import { generateSigningKey, importSigningKey, isPublicKey, keyIdOf, SigningKey, verifySignature } from './keys.ts';
import { countingRandom, testKey } from './test-support/keys.ts';
import { refusalOf } from './test-support/refusal.ts';

describe('keys', () => {
  it('sign as RFC 8032, section 7.1, test 2', () => {
    const key = new SigningKey(Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex'));
    const hex = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c';
    expect(key.publicKey).toBe(toBase64Url(Buffer.from(hex, 'hex')));
    expect(key.sign(Buffer.from('72', 'hex')).toString('hex')).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
  });

  it('verify their own signature and no other', () => {
    const signature = testKey('a').sign(Buffer.from('text'));
    expect(verifySignature(testKey('a').publicKey, Buffer.from('text'), signature)).toBe(true);
    expect(verifySignature(testKey('b').publicKey, Buffer.from('text'), signature)).toBe(false);
    expect(verifySignature(testKey('a').publicKey, Buffer.from('Text'), signature)).toBe(false);
    expect(verifySignature(testKey('a').publicKey, Buffer.from('text'), signature.subarray(1))).toBe(false);
  });

  it('have the id that TUF gives them: the hash of their canonical description', () => {
    const key = testKey('a');
    const description = new Key({
      keyID: key.keyId,
      keyType: 'ed25519',
      scheme: 'ed25519',
      keyVal: { public: Buffer.from(key.publicKey, 'base64url').toString('hex') },
    }).toJSON();
    const canonical = `{"keytype":"ed25519","keyval":{"public":"${
      (description.keyval as { public: string }).public
    }"},"scheme":"ed25519"}`;
    expect(keyIdOf(key.publicKey)).toBe(createHash('sha256').update(canonical).digest('hex'));
  });

  it('survive export and import', () => {
    const key = generateSigningKey(countingRandom());
    expect(importSigningKey(key.exportSecret()).publicKey).toBe(key.publicKey);
  });

  it('do not show their secret when printed, spread or written as JSON', () => {
    const key = testKey('a');
    for (const text of [
      inspect(key, { depth: 9, showHidden: true }),
      JSON.stringify(key),
      JSON.stringify(Object.entries(key)),
    ]) {
      expect(text).toContain(key.publicKey);
      expect(text).not.toContain(key.exportSecret());
      expect(text).not.toContain(Buffer.from(key.exportSecret(), 'base64url').toString('hex').slice(0, 8));
    }
  });

  it.each(['', 'AAAA', 'A'.repeat(44), `${'A'.repeat(42)}B`, `${'A'.repeat(42)}+`, `${'A'.repeat(43)}=`])(
    'refuse %j as a public or private key',
    (text) => {
      expect(isPublicKey(text)).toBe(false);
      expect(refusalOf(() => keyIdOf(text))).toBe('key.malformed');
      expect(refusalOf(() => importSigningKey(text))).toBe('key.malformed');
    },
  );
});
