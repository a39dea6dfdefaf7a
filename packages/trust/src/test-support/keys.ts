// Keys and randomness for tests: the same ones at every run.
import { createHash } from 'node:crypto';
import { SigningKey, type RandomBytes } from '../keys.ts';

/** The key of that name. */
export function testKey(name: string): SigningKey {
  return new SigningKey(createHash('sha256').update(`test key ${name}`).digest());
}

/** Randomness that is none: every draw differs, every run draws the same. */
export function countingRandom(): RandomBytes {
  let drawn = 0;
  return (length) => {
    drawn += 1;
    return Buffer.alloc(length, createHash('sha512').update(String(drawn)).digest());
  };
}
