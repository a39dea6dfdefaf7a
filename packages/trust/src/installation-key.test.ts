// Tests of installation keys: round trips, and what a careless copy looks like.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHash } from 'node:crypto';
import { toBase64Url } from './base64url.ts';
import { formatInstallationKey, parseInstallationKey } from './installation-key.ts';
import { refusalOf } from './test-support/refusal.ts';
import { TrustError } from './trust-error.ts';

const key = { url: 'https://usher.example:8443/app', secret: 'ik_1.s3cret', rootFingerprint: 'ab'.repeat(32) };
const text = formatInstallationKey(key);
const pem = `-----BEGIN CERTIFICATE-----\n${'QUJD'.repeat(16)}\nREVG\n-----END CERTIFICATE-----\n`;

/** A key with this body and a fitting checksum. */
function forged(body: unknown): string {
  const start = `usher-key-1.${toBase64Url(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))}`;
  return `${start}.${createHash('sha256').update(start).digest('base64url').slice(0, 8)}`;
}

const good = { u: 'https://a.example', s: 'x', r: 'A'.repeat(43) };

describe('an installation key', () => {
  it('is one line without spaces that says where it begins', () => {
    expect(text).toMatch(/^usher-key-1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{8}$/);
    expect(parseInstallationKey(text)).toEqual(key);
  });

  it('carries a pinned certificate', () => {
    expect(parseInstallationKey(formatInstallationKey({ ...key, certificate: pem }))).toEqual({
      ...key,
      certificate: pem,
    });
  });

  it('carries any secret and fingerprint', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }).filter((secret) => secret.length <= 512),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (secret, hash) => {
          const any = { ...key, secret, rootFingerprint: Buffer.from(hash).toString('hex') };
          expect(parseInstallationKey(formatInstallationKey(any))).toEqual(any);
        },
      ),
    );
  });

  it('does not mind white space around it or a broken line', () => {
    expect(parseInstallationKey(`  ${text.slice(0, 40)}\r\n ${text.slice(40)}\n`)).toEqual(key);
  });

  it('drops the slash at the end of an address', () => {
    expect(parseInstallationKey(formatInstallationKey({ ...key, url: 'http://127.0.0.1:8080/' })).url).toBe(
      'http://127.0.0.1:8080',
    );
  });

  it('is told to be cut wherever its end is missing', () => {
    for (let length = 1; length < text.length; length += 1) {
      expect(
        refusalOf(() => parseInstallationKey(text.slice(0, length))),
        `${length}`,
      ).toBe('installation-key.cut');
    }
  });

  it('is told to be mistyped when a character behind its beginning is wrong, missing or too many', () => {
    for (let at = 12; at < text.length; at += 1) {
      const other = text[at] === 'A' ? 'B' : 'A';
      const attempts = [text.slice(0, at) + other + text.slice(at + 1), text.slice(0, at) + other + text.slice(at)];
      for (const attempt of attempts) {
        expect(
          refusalOf(() => parseInstallationKey(attempt)),
          attempt,
        ).toMatch(/^installation-key\.(mistyped|cut)$/);
      }
    }
    expect(refusalOf(() => parseInstallationKey(`${text}A`))).toBe('installation-key.mistyped');
  });

  it.each([
    ['nothing', '', 'installation-key.not-a-key'],
    ['another text', 'hello', 'installation-key.not-a-key'],
    ['a key without its beginning', text.slice(1), 'installation-key.not-a-key'],
    ['a whole book', 'usher-key-1.'.padEnd(100_000, 'A'), 'installation-key.not-a-key'],
    ['a later version', text.replace('-1.', '-2.'), 'installation-key.newer'],
    ['no JSON', forged('{'), 'installation-key.malformed'],
    ['no object', forged([]), 'installation-key.malformed'],
    ['an unknown member', forged({ ...good, x: 1 }), 'installation-key.malformed'],
    ['no secret', forged({ ...good, s: '' }), 'installation-key.malformed'],
    ['a short fingerprint', forged({ ...good, r: 'AAAA' }), 'installation-key.malformed'],
    ['a fingerprint that is not base64url', forged({ ...good, r: `${'A'.repeat(42)}B` }), 'installation-key.malformed'],
    ['a certificate that is not base64url', forged({ ...good, c: '+' }), 'installation-key.malformed'],
    ['no address', forged({ ...good, u: 'nowhere' }), 'installation-key.malformed'],
    ['another kind of address', forged({ ...good, u: 'file:///etc/passwd' }), 'installation-key.malformed'],
    ['an address with a password', forged({ ...good, u: 'https://a:b@c.example' }), 'installation-key.malformed'],
    ['an address with a query', forged({ ...good, u: 'https://a.example/?x' }), 'installation-key.malformed'],
  ])('is refused with %s', (_what, input, code) => {
    expect(refusalOf(() => parseInstallationKey(input))).toBe(code);
  });

  it.each([
    ['a fingerprint in capitals', { ...key, rootFingerprint: 'AB'.repeat(32) }],
    ['an empty secret', { ...key, secret: '' }],
    ['no address', { ...key, url: 'usher' }],
    ['two certificates', { ...key, certificate: pem + pem }],
    ['a certificate that is too large', { ...key, certificate: pem.replace('REVG', 'REVG'.repeat(3000)) }],
  ])('is not made with %s', (_what, input) => {
    expect(refusalOf(() => formatInstallationKey(input))).toBe('installation-key.malformed');
  });

  it('is never a crash, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((end) => `usher-key-1.${end}`),
          fc.json().map(forged),
        ),
        (any) => {
          expect(() => parseInstallationKey(any)).toThrow(TrustError);
        },
      ),
    );
  });
});
