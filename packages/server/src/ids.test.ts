// What identifiers and secrets promise: their shape, and that nothing repeats.
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { idSchema } from '@usher/protocol';
import { equalInConstantTime, hashSecret, newId, newSecret, systemRandom } from './ids.ts';

describe('identifiers', () => {
  test('carry the prefix of their kind and fit the protocol', () => {
    const id = newId('workstation', systemRandom);
    expect(id).toMatch(/^ws_[0-9a-hjkmnp-tv-z]{26}$/);
    expect(idSchema('workstation').parse(id)).toBe(id);
  });

  test('differ wherever the random bytes differ', () => {
    const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(bytes, bytes, (left, right) => {
        const same = Buffer.compare(left, right) === 0;
        const leftId = newId('event', () => Buffer.from(left));
        const rightId = newId('event', () => Buffer.from(right));
        expect(leftId === rightId).toBe(same);
      }),
    );
  });
});

describe('secrets', () => {
  test('hold 256 bits and are kept as SHA-256', () => {
    const secret = newSecret(() => Buffer.alloc(32, 7));
    expect(Buffer.from(secret, 'base64url')).toEqual(Buffer.alloc(32, 7));
    expect(hashSecret('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  test('are compared whatever their length', () => {
    expect(equalInConstantTime('same', 'same')).toBe(true);
    expect(equalInConstantTime('same', 'samf')).toBe(false);
    expect(equalInConstantTime('same', 'longer text')).toBe(false);
  });
});
