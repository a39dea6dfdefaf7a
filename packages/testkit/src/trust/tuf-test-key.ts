// Keys of every kind that TUF repositories sign with, as their metadata describe them.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** The kinds that TUF's specification (1.0, section 4.2) names. */
export type TufKeyKind = 'ed25519' | 'ecdsa' | 'rsa';

/** A public key as metadata describe it. */
export interface TufKeyDescription {
  readonly keytype: string;
  readonly scheme: string;
  readonly keyval: { readonly public: string };
  readonly [more: string]: unknown;
}

/** A key pair. */
export class TufTestKey {
  readonly keyId: string;
  readonly description: TufKeyDescription;
  readonly #kind: TufKeyKind;
  readonly #key: KeyObject;

  private constructor(kind: TufKeyKind, number: number) {
    const pair = generate(kind, number);
    this.#kind = kind;
    this.#key = pair.privateKey;
    this.description = describe(kind, pair.publicKey);
    this.keyId = createHash('sha256').update(tufCanonicalJson(this.description)).digest('hex');
  }

  /** The key of that number: the same one wherever the process asks for it, since RSA keys take long to make. */
  static numbered(number: number, kind: TufKeyKind = 'ed25519'): TufTestKey {
    const name = `${kind} ${number}`;
    const known = made.get(name) ?? new TufTestKey(kind, number);
    made.set(name, known);
    return known;
  }

  /** The signature in hexadecimal. */
  sign(bytes: Uint8Array): string {
    const key = this.#key;
    switch (this.#kind) {
      case 'ed25519':
        return sign(null, bytes, key).toString('hex');
      case 'ecdsa':
        return sign('sha256', bytes, key).toString('hex');
      case 'rsa':
        return sign('sha256', bytes, { key, padding: rsaPssPadding, saltLength: 32 }).toString('hex');
    }
  }
}

const made = new Map<string, TufTestKey>();
/** RSA_PKCS1_PSS_PADDING of OpenSSL. */
const rsaPssPadding = 6;

/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

function generate(kind: TufKeyKind, number: number): { publicKey: KeyObject; privateKey: KeyObject } {
  switch (kind) {
    case 'ed25519': {
      // The same in every process, so that what is made of it is the same.
      const seed = createHash('sha256').update(`TUF test key ${number}`).digest();
      const key = Buffer.concat([pkcs8Prefix, seed]);
      const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
      return { privateKey, publicKey: createPublicKey(privateKey) };
    }
    case 'ecdsa':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'rsa':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
  }
}

function describe(kind: TufKeyKind, key: KeyObject): TufKeyDescription {
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  switch (kind) {
    case 'ed25519': {
      const raw = key.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
      return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: raw } };
    }
    case 'ecdsa':
      return { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyval: { public: pem } };
    case 'rsa':
      return { keytype: 'rsa', scheme: 'rsassa-pss-sha256', keyval: { public: pem } };
  }
}

/**
 * The canonical form that TUF signs (OLPC's canonical JSON): sorted names, no white space, and in texts nothing but
 * the quotation mark and the backslash escaped. Written here once more, so that the tests do not lean on what they test.
 */
export function tufCanonicalJson(value: unknown): string {
  if (typeof value === 'string') return `"${value.replace(/["\\]/g, '\\$&')}"`;
  if (Array.isArray(value)) return `[${value.map(tufCanonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${tufCanonicalJson(name)}:${tufCanonicalJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
