// Tests of signed texts: what is refused, told as hostile inputs.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBase64Url } from './base64url.ts';
import { readUnverifiedJws, signJws, verifyJws } from './jws.ts';
import { testKey } from './test-support/keys.ts';
import { refusalOf } from './test-support/refusal.ts';
import { TrustError } from './trust-error.ts';

const key = testKey('signer');
const expected = { types: ['t'], keys: [testKey('another').publicKey, key.publicKey], maxLength: 10_000 };
const verify = (text: string) => verifyJws(text, expected);
const refusal = (text: string) => refusalOf(() => verify(text));

/** A signed text whose header and payload are exactly these texts. */
function signed(header: unknown, payload = '{}', signer = key): string {
  const headerText = typeof header === 'string' ? header : JSON.stringify(header);
  const text = `${toBase64Url(Buffer.from(headerText))}.${toBase64Url(Buffer.from(payload))}`;
  return `${text}.${toBase64Url(signer.sign(Buffer.from(text)))}`;
}

describe('a signed text', () => {
  it('gives back what was signed', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(verify(signJws(key, 't', value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 50 },
    );
  });

  it('verifies without a key id, and with a key id of another form', () => {
    expect(verify(signed({ alg: 'EdDSA', typ: 't' }))).toEqual({});
    for (const kid of ['my key', 'f'.repeat(64)]) expect(verify(signed({ alg: 'EdDSA', typ: 't', kid }))).toEqual({});
  });

  it('may come without a type only where that is expected', () => {
    expect(refusal(signed({ alg: 'EdDSA' }))).toBe('token.wrong-type');
    expect(verifyJws(signed({ alg: 'EdDSA' }), { ...expected, types: [null] })).toEqual({});
  });

  it('is refused when any one character of it is changed', () => {
    const text = signJws(key, 't', { a: 1 });
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === 'A' ? 'B' : 'A';
      expect(refusal(text.slice(0, at) + other + text.slice(at + 1)), `at ${at}`).toMatch(/^token\./);
    }
  });

  it('is refused when cut anywhere', () => {
    const text = signJws(key, 't', { a: 1 });
    for (let at = 0; at < text.length; at += 1) expect(refusal(text.slice(0, at))).toBe('token.malformed');
  });

  it.each([
    ['another algorithm', signed({ alg: 'HS256', typ: 't' }), 'token.wrong-algorithm'],
    ['no algorithm', signed({ alg: 'none', typ: 't' }), 'token.wrong-algorithm'],
    ['the algorithm in small letters', signed({ alg: 'eddsa', typ: 't' }), 'token.wrong-algorithm'],
    ['no algorithm named', signed({ typ: 't' }), 'token.malformed'],
    ['another type', signed({ alg: 'EdDSA', typ: 'u' }), 'token.wrong-type'],
    ['critical extensions', signed({ alg: 'EdDSA', typ: 't', crit: ['x'], x: 1 }), 'token.malformed'],
    ['an unencoded payload', signed({ alg: 'EdDSA', typ: 't', b64: false }), 'token.malformed'],
    ['an array as header', signed([]), 'token.malformed'],
    ['a header that is not JSON', signed('{'), 'token.malformed'],
    ['a payload that is not JSON', signed({ alg: 'EdDSA', typ: 't' }, 'x'), 'token.malformed'],
    ['a byte order mark', signed({ alg: 'EdDSA', typ: 't' }, '\ufeff{}'), 'token.malformed'],
    ['a key that is not expected', signJws(testKey('thief'), 't', {}), 'token.unknown-key'],
    [
      'a thief who names our key',
      signed({ alg: 'EdDSA', typ: 't', kid: key.keyId }, '{}', testKey('thief')),
      'token.bad-signature',
    ],
    [
      'a thief who brings the key',
      signed({ alg: 'EdDSA', typ: 't', jwk: { kty: 'OKP', x: testKey('thief').publicKey } }, '{}', testKey('thief')),
      'token.bad-signature',
    ],
    ['four parts', `${signJws(key, 't', {})}.AAAA`, 'token.malformed'],
    ['two parts', 'e30.e30', 'token.malformed'],
    ['padding', `${signJws(key, 't', {})}=`, 'token.malformed'],
    ['an empty signature', signJws(key, 't', {}).replace(/[^.]+$/, ''), 'token.malformed'],
    ['white space at its end', `${signJws(key, 't', {})}\n`, 'token.malformed'],
    ['nothing', '', 'token.malformed'],
    ['more than is allowed', signJws(key, 't', 'x'.repeat(10_000)), 'token.too-large'],
  ])('is refused with %s', (_what, text, code) => {
    expect(refusal(text)).toBe(code);
  });

  it('is refused where no key is known', () => {
    expect(refusalOf(() => verifyJws(signJws(key, 't', {}), { ...expected, keys: [] }))).toBe('token.unknown-key');
  });

  it('is refused where its payload is not UTF-8', () => {
    const text = `${toBase64Url(Buffer.from('{"alg":"EdDSA","typ":"t"}'))}.${toBase64Url(Buffer.from([0x22, 0xff, 0x22]))}`;
    expect(refusal(`${text}.${toBase64Url(key.sign(Buffer.from(text)))}`)).toBe('token.malformed');
  });

  it('is never accepted, and never a crash, whatever the text', () => {
    const part = fc.oneof(
      fc.base64String(),
      fc.string(),
      fc.json().map((json) => toBase64Url(Buffer.from(json))),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        expect(() => verify(parts.join('.'))).toThrow(TrustError);
      }),
    );
  });

  it('can be read without being believed', () => {
    expect(readUnverifiedJws(signJws(testKey('thief'), 'x', { a: 1 }), 1000)).toEqual({ a: 1 });
    expect(refusalOf(() => readUnverifiedJws('x'.repeat(1001), 1000))).toBe('token.too-large');
  });
});
