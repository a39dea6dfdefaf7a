// Metadata made and signed: what the maker of the repository and whoever signs elsewhere have in common.
import { Key, Signature } from '@tufjs/models';
import { canonicalJson } from '../canonical-json.ts';
import { keyIdOf, publicKeyHex, type SigningKey } from '../keys.ts';
import { TrustError } from '../trust-error.ts';
import {
  countSignatures,
  readRoot,
  readSnapshot,
  readTargets,
  readTimestamp,
  type AnyMetadata,
  type RoleOfKeys,
} from './metadata.ts';

/** A public key (raw, base64url) as TUF metadata describe it. */
export function tufKey(publicKey: string): Key {
  return new Key({
    keyID: keyIdOf(publicKey),
    keyType: 'ed25519',
    scheme: 'ed25519',
    keyVal: { public: publicKeyHex(publicKey) },
  });
}

/** The bytes of a metadata file: canonical, so that the same content has the same hash. */
export function metadataBytes(metadata: AnyMetadata): Buffer {
  return Buffer.from(canonicalJson(metadata.toJSON()));
}

/** An instant as TUF writes it. */
export function tufInstant(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}Z`;
}

/** Adds the signatures of those signers that belong to one of the roles; says how many are still missing. */
export function signFor(roles: readonly RoleOfKeys[], metadata: AnyMetadata, signers: readonly SigningKey[]): number {
  const wanted = new Set(roles.flatMap((role) => role.keys.map((key) => key.keyID)));
  for (const signer of signers) if (wanted.has(signer.keyId)) addSignature(metadata, signer);
  return missingSignatures(roles, metadata);
}

/** How many signatures metadata lacks for every one of the roles to have its threshold. */
export function missingSignatures(roles: readonly RoleOfKeys[], metadata: AnyMetadata): number {
  return Math.max(...roles.map((role) => role.threshold - countSignatures(role, metadata, 'ed25519')), 0);
}

function addSignature(metadata: AnyMetadata, signer: SigningKey): void {
  metadata.sign((bytes) => new Signature({ keyID: signer.keyId, sig: signer.sign(bytes).toString('hex') }));
}

/** What a metadata file says it is. */
type Draft = { role: string; version: number; expires: Date };

/**
 * Signs a metadata file on another machine (`usher publish sign`): the same bytes with one signature more. Says what
 * it is that was signed, so that a person can be shown it; whether the key belongs to the role shows when the file is
 * accepted.
 * @throws TrustError `metadata.malformed`
 */
export function signMetadata(bytes: Uint8Array, signer: SigningKey): Draft & { metadata: Uint8Array } {
  const metadata = readAny(bytes);
  addSignature(metadata, signer);
  const { type, version, expires } = metadata.signed;
  return { metadata: metadataBytes(metadata), role: type, version, expires: new Date(expires) };
}

function readAny(bytes: Uint8Array): AnyMetadata {
  switch (/"_type":"([a-z]+)"/.exec(Buffer.from(bytes).toString('utf8'))?.[1] ?? '') {
    case 'root':
      return readRoot(bytes);
    case 'targets':
      return readTargets(bytes);
    case 'snapshot':
      return readSnapshot(bytes);
    case 'timestamp':
      return readTimestamp(bytes);
    default:
      throw new TrustError('metadata.malformed', 'This is no metadata of the catalogue.');
  }
}
