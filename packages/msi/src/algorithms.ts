// Which digests and signature algorithms count, which are too weak, and how a signature is checked with them.
import { constants, verify, type KeyObject } from 'node:crypto';
import { InstallerError, tampered } from './installer-error.ts';

/** A digest that is strong enough. */
export type Digest = 'sha256' | 'sha384' | 'sha512';

const DIGESTS = new Map<string, Digest>([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);
const WEAK_DIGESTS = new Map<string, string>([
  ['1.2.840.113549.2.2', 'MD2'],
  ['1.2.840.113549.2.5', 'MD5'],
  ['1.3.14.3.2.26', 'SHA-1'],
]);

interface SignatureScheme {
  readonly keyType: 'rsa' | 'rsa-pss' | 'ec';
  /** Null where the digest is named elsewhere. */
  readonly digest: Digest | null;
}

const RSA_PSS = '1.2.840.113549.1.1.10';
const SCHEMES = new Map<string, SignatureScheme>([
  ['1.2.840.113549.1.1.1', { keyType: 'rsa', digest: null }],
  ['1.2.840.113549.1.1.11', { keyType: 'rsa', digest: 'sha256' }],
  ['1.2.840.113549.1.1.12', { keyType: 'rsa', digest: 'sha384' }],
  ['1.2.840.113549.1.1.13', { keyType: 'rsa', digest: 'sha512' }],
  [RSA_PSS, { keyType: 'rsa-pss', digest: null }],
  ['1.2.840.10045.2.1', { keyType: 'ec', digest: null }],
  ['1.2.840.10045.4.3.2', { keyType: 'ec', digest: 'sha256' }],
  ['1.2.840.10045.4.3.3', { keyType: 'ec', digest: 'sha384' }],
  ['1.2.840.10045.4.3.4', { keyType: 'ec', digest: 'sha512' }],
]);
const WEAK_SCHEMES = new Map<string, string>([
  ['1.2.840.113549.1.1.2', 'MD2'],
  ['1.2.840.113549.1.1.4', 'MD5'],
  ['1.2.840.113549.1.1.5', 'SHA-1'],
  ['1.3.14.3.2.29', 'SHA-1'],
  ['1.2.840.10045.4.1', 'SHA-1'],
]);
const LEAST_RSA_BITS = 2048;

/** The digest with this object identifier. Throws `installer.weak-signature` for SHA-1 and older ones. */
export function digestWithOid(oid: string, whose: string): Digest {
  const digest = DIGESTS.get(oid);
  if (digest !== undefined) return digest;
  const weak = WEAK_DIGESTS.get(oid);
  throw weak === undefined ? tampered(`${whose} uses an unknown digest (${oid})`) : weakSignature(whose, weak);
}

/** Throws `installer.weak-signature` when a signature algorithm rests on a weak digest, or a key is too short. */
export function assertStrong(signatureOid: string, key: KeyObject | null, whose: string): void {
  const weak = WEAK_SCHEMES.get(signatureOid);
  if (weak !== undefined) throw weakSignature(whose, weak);
  const bits = key?.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < LEAST_RSA_BITS) {
    throw new InstallerError('installer.weak-signature', `${whose} uses an RSA key of only ${bits} bits.`);
  }
}

export interface SignatureCheck {
  /** Object identifier of the signature algorithm. */
  readonly algorithm: string;
  /** The digest that stands beside it. */
  readonly digest: Digest;
  readonly key: KeyObject;
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
}

/** Whether the signature over `data` is good. Throws where the algorithm is weak, unknown, or not the key's. */
export function isSignatureGood({ algorithm, digest, key, data, signature }: SignatureCheck, whose: string): boolean {
  assertStrong(algorithm, key, whose);
  const scheme = SCHEMES.get(algorithm);
  if (scheme === undefined) throw tampered(`${whose} uses an unknown signature algorithm (${algorithm})`);
  if (scheme.digest !== null && scheme.digest !== digest) throw tampered(`${whose} names two different digests`);
  const keyType = key.asymmetricKeyType;
  if (scheme.keyType === 'ec') {
    return keyType === 'ec' && verify(digest, data, { key, dsaEncoding: 'der' }, signature);
  }
  if (scheme.keyType === 'rsa-pss') {
    // Salt and mask are bound to the same digest: the only form that Windows makes.
    const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
    return (keyType === 'rsa' || keyType === 'rsa-pss') && verify(digest, data, { key, ...padding }, signature);
  }
  return keyType === 'rsa' && verify(digest, data, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
}

const weakSignature = (whose: string, digest: string): InstallerError =>
  new InstallerError('installer.weak-signature', `${whose} rests on ${digest}, which is too weak to prove anything.`);
