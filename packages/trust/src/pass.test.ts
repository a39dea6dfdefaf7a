// Tests of the pass: what a person copies, slips of the pen among it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHash } from 'node:crypto';
import { fromBase32, toBase32 } from './base32.ts';
import { signPass, verifyPass } from './pass.ts';
import { testKey } from './test-support/keys.ts';
import { refusalOf } from './test-support/refusal.ts';
import { TrustError } from './trust-error.ts';

const director = testKey('director');
const now = new Date('2026-11-22T08:00:00Z');
const scope = { workstationId: 'ws_1', productId: 'pr_1' };
const pass = { ...scope, until: '2026-11-22T20:00:00.000Z', reason: 'Month-end closing', now };
const code = signPass(pass, director);
const expected = { ...scope, keys: [testKey('old director').publicKey, director.publicKey], now };
const refusal = (text: string, more: Partial<typeof expected> = {}) =>
  refusalOf(() => verifyPass(text, { ...expected, ...more }));

describe('a pass', () => {
  it('says until when and why', () => {
    expect(verifyPass(code, expected)).toEqual({ until: '2026-11-22T20:00:00.000Z', reason: 'Month-end closing' });
  });

  it('is short, and in groups of five', () => {
    const shortest = signPass({ ...pass, reason: '' }, director);
    expect(shortest.replace(/-/g, '')).toHaveLength(114);
    expect(shortest).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){22}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(verifyPass(shortest, expected).reason).toBe('');
  });

  it('may be typed in small letters, with spaces or nothing between the groups, with O for 0 and l for 1', () => {
    const typed = code.toLowerCase().replace(/-/g, ' ').replace(/0/g, 'o').replace(/1/g, 'l');
    expect(refusal(typed)).toBeNull();
    expect(refusal(code.replace(/-/g, ''))).toBeNull();
    expect(refusal(`\n${code}  `)).toBeNull();
  });

  it('carries the beginning of a long reason, cut between characters', () => {
    const reason = 'ä'.repeat(39) + '😀' + 'x';
    expect(verifyPass(signPass({ ...pass, reason }, director), expected).reason).toBe('ä'.repeat(39));
  });

  it('drops fractions of a second', () => {
    const text = signPass({ ...pass, until: '2026-11-22T20:00:00.999Z' }, director);
    expect(verifyPass(text, expected).until).toBe('2026-11-22T20:00:00.000Z');
  });

  it('is told to be mistyped when any one character is wrong, or any group is missing', () => {
    for (let at = 0; at < code.length; at += 1) {
      if (code[at] === '-') continue;
      const other = code[at] === '7' ? 'K' : '7';
      const isLast = at === code.length - 1;
      const expectedCode = isLast ? /^pass\.(mistyped|malformed)$/ : /^pass\.mistyped$/;
      expect(refusal(code.slice(0, at) + other + code.slice(at + 1)), `at ${at}`).toMatch(expectedCode);
    }
    for (let length = 0; length < code.length; length += 1) {
      expect(refusal(code.slice(0, length)), `${length}`).toMatch(/^pass\.(mistyped|malformed)$/);
    }
  });

  it.each([
    ['for another workstation', { workstationId: 'ws_2' }, 'pass.not-for-here'],
    ['for another product', { productId: 'pr_2' }, 'pass.not-for-here'],
    ['of another server', { keys: [testKey('thief').publicKey] }, 'pass.not-for-here'],
    ['over', { now: new Date('2026-11-22T20:00:00Z') }, 'pass.expired'],
  ])('is refused when it is %s', (_what, more, reason) => {
    expect(refusal(code, more)).toBe(reason);
  });

  it('is refused where its end was moved and the checksum made anew', () => {
    const body = fromBase32(code.replace(/-/g, ''))!.subarray(0, -2);
    body.writeUInt32BE(body.readUInt32BE(1) + 3600, 1);
    const forged = toBase32(Buffer.concat([body, createHash('sha256').update(body).digest().subarray(0, 2)]));
    expect(refusal(forged)).toBe('pass.not-for-here');
  });

  it('is refused as unknown where it is of a later kind', () => {
    const body = fromBase32(code.replace(/-/g, ''))!.subarray(0, -2);
    body.writeUInt8(2, 0);
    const later = toBase32(Buffer.concat([body, createHash('sha256').update(body).digest().subarray(0, 2)]));
    expect(refusal(later)).toBe('pass.malformed');
  });

  it('is not made for more than 72 hours, nor without an end', () => {
    const make = (until: string) => refusalOf(() => signPass({ ...pass, until }, director));
    expect(make('2026-11-25T08:00:00Z')).toBeNull();
    expect(make('2026-11-25T08:00:01Z')).toBe('pass.too-long');
    expect(make('soon')).toBe('pass.malformed');
  });

  it('is never a crash, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 300 }), fc.uint8Array({ maxLength: 200 }).map(toBase32)), (text) => {
        expect(() => verifyPass(text, expected)).toThrow(TrustError);
      }),
    );
    expect(refusal('0'.repeat(1001))).toBe('pass.malformed');
    expect(refusal(code.replace(/.$/, 'U'))).toBe('pass.malformed');
    expect(refusal(code.replace(/.$/, '?'))).toBe('pass.malformed');
  });
});

describe('base 32', () => {
  it('gives every sequence of bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(fromBase32(toBase32(bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });
});
