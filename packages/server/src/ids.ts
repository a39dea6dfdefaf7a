// Identifiers and secrets: made from randomness that is handed in, kept as hashes where they open something.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { idPrefixes, type IdKind } from '@usher/protocol';

/** A source of random bytes. */
export type Random = (size: number) => Buffer;

/** The operating system's cryptographic randomness. */
export const systemRandom: Random = (size) => randomBytes(size);

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const idBytes = 16;
const secretBytes = 32;

/** A new identifier: the kind's prefix and 128 random bits in base 32, 26 characters that hold no `i`, `l`, `o`, `u`. */
export function newId(kind: IdKind, random: Random): string {
  return idPrefixes[kind] + base32(random(idBytes));
}

/** A new secret: 256 random bits, base64url, 43 characters. */
export function newSecret(random: Random): string {
  return random(secretBytes).toString('base64url');
}

/** What is kept of a secret that opens something: its SHA-256 in lower-case hexadecimal. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}

/** Whether two texts are equal, in a time that tells nothing about where they differ. */
export function equalInConstantTime(left: string, right: string): boolean {
  return timingSafeEqual(
    createHash('sha256').update(left, 'utf8').digest(),
    createHash('sha256').update(right, 'utf8').digest(),
  );
}

function base32(bytes: Buffer): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((value >> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + alphabet.charAt((value << (5 - bits)) & 31) : text;
}
