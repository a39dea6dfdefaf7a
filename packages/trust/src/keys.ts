// Ed25519 keys: made, named, written and read; what signs and what verifies.
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { fromBase64Url, toBase64Url } from './base64url.ts';
import { canonicalJson } from './canonical-json.ts';
import { TrustError } from './trust-error.ts';

/** Gives that many bytes from a cryptographic source of randomness (`node:crypto`'s `randomBytes` in production). */
export type RandomBytes = (length: number) => Uint8Array;

/** What stands before the 32 bytes of a private key in PKCS #8 and of a public key in SPKI (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const keyLength = 32;

/**
 * A private key. Neither printing it nor turning it into JSON shows the secret; only {@link SigningKey.exportSecret}
 * gives it.
 */
export class SigningKey {
  /** The public half: 32 bytes, base64url. */
  readonly publicKey: string;
  /** The key's id, see {@link keyIdOf}. */
  readonly keyId: string;
  readonly #seed: Buffer;
  readonly #key: KeyObject;

  /** @param seed the 32 bytes of an Ed25519 private key (RFC 8032, section 5.1.5) */
  constructor(seed: Uint8Array) {
    if (seed.length !== keyLength) {
      throw new TrustError('key.malformed', `An Ed25519 key has ${keyLength} bytes, not ${seed.length}.`);
    }
    this.#seed = Buffer.from(seed);
    this.#key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(this.#key).export({ format: 'der', type: 'spki' });
    this.publicKey = toBase64Url(spki.subarray(spkiPrefix.length));
    this.keyId = keyIdOf(this.publicKey);
  }

  /** Signs (Ed25519, 64 bytes). */
  sign(bytes: Uint8Array): Buffer {
    return sign(null, bytes, this.#key);
  }

  /** The secret itself: 32 bytes, base64url. Only for storage that others cannot read; see also `sealKey`. */
  exportSecret(): string {
    return toBase64Url(this.#seed);
  }

  toJSON(): { keyId: string; publicKey: string } {
    return { keyId: this.keyId, publicKey: this.publicKey };
  }
}

/** Makes a new key. */
export function generateSigningKey(random: RandomBytes): SigningKey {
  return new SigningKey(random(keyLength));
}

/**
 * Reads what {@link SigningKey.exportSecret} wrote.
 * @throws TrustError `key.malformed`
 */
export function importSigningKey(secret: string): SigningKey {
  const seed = fromBase64Url(secret);
  if (seed === null) throw new TrustError('key.malformed', 'A private key is 32 bytes in base64url.');
  return new SigningKey(seed);
}

/** Is this a public key as we write them: 32 bytes in base64url without padding? */
export function isPublicKey(text: string): boolean {
  return fromBase64Url(text)?.length === keyLength;
}

/**
 * The id of a public key, as TUF names keys (specification 1.0, section 4.2): the SHA-256, in hexadecimal, of the
 * canonical JSON of `{"keytype":"ed25519","keyval":{"public":HEX},"scheme":"ed25519"}`.
 * @throws TrustError `key.malformed`
 */
export function keyIdOf(publicKey: string): string {
  const description = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: publicKeyHex(publicKey) } };
  return createHash('sha256').update(canonicalJson(description)).digest('hex');
}

/**
 * A public key in lower-case hexadecimal, as TUF metadata write it.
 * @throws TrustError `key.malformed`
 */
export function publicKeyHex(publicKey: string): string {
  return publicKeyBytes(publicKey).toString('hex');
}

/**
 * Does the signature fit the bytes and the public key?
 * @throws TrustError `key.malformed` where the public key is none
 */
export function verifySignature(publicKey: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({
    key: Buffer.concat([spkiPrefix, publicKeyBytes(publicKey)]),
    format: 'der',
    type: 'spki',
  });
  return verify(null, bytes, key, signature);
}

function publicKeyBytes(publicKey: string): Buffer {
  const bytes = fromBase64Url(publicKey);
  if (bytes?.length !== keyLength) {
    throw new TrustError('key.malformed', `A public key is ${keyLength} bytes in base64url without padding.`);
  }
  return bytes;
}
