// Metadata read strictly, whether it comes from the network, the disk or our own hands; and signatures counted.
import { Key, Metadata, MetadataKind, type Root, type Snapshot, type Targets, type Timestamp } from '@tufjs/models';
import * as z from 'zod';
import { verifySignature } from '../keys.ts';
import { TrustError } from '../trust-error.ts';
import { targetsFromJson } from './linear-targets.ts';
import { signedBytesIn } from './signed-bytes.ts';

export type RootMetadata = Metadata<Root>;
export type TargetsMetadata = Metadata<Targets>;
export type SnapshotMetadata = Metadata<Snapshot>;
export type TimestampMetadata = Metadata<Timestamp>;
export type AnyMetadata = RootMetadata | TargetsMetadata | SnapshotMetadata | TimestampMetadata;

/**
 * An instant as TUF writes it (1.0, section 4.2.1): `YYYY-MM-DDTHH:MM:SSZ`, on a day that exists. JavaScript's own
 * `Date` reads much more, makes the 30th of February the 2nd of March, and an invalid date never expires.
 */
const expiresSchema = z.iso.datetime({ precision: 0 });

const envelopeSchema = z.looseObject({
  signatures: z.array(z.looseObject({ keyid: z.string(), sig: z.string() })),
  signed: z.looseObject({
    _type: z.string(),
    spec_version: z.string().regex(/^1\.\d+(\.\d+)?$/),
    version: z.int().min(1),
    expires: expiresSchema,
    meta: z
      .record(z.string(), z.looseObject({ version: z.int().min(1), length: z.int().nonnegative().optional() }))
      .optional(),
  }),
});

/** Reads root metadata. @throws TrustError `metadata.malformed` */
export function readRoot(bytes: Uint8Array): RootMetadata {
  return read('root', bytes, (json) => Metadata.fromJSON(MetadataKind.Root, json));
}

/** Reads timestamp metadata. @throws TrustError `metadata.malformed` */
export function readTimestamp(bytes: Uint8Array): TimestampMetadata {
  return read('timestamp', bytes, (json) => Metadata.fromJSON(MetadataKind.Timestamp, json));
}

/** Reads snapshot metadata. @throws TrustError `metadata.malformed` */
export function readSnapshot(bytes: Uint8Array): SnapshotMetadata {
  return read('snapshot', bytes, (json) => Metadata.fromJSON(MetadataKind.Snapshot, json));
}

/** Reads targets metadata, of the top-level role or of a delegated one. @throws TrustError `metadata.malformed` */
export function readTargets(bytes: Uint8Array, role = 'targets'): TargetsMetadata {
  return read(role, bytes, targetsFromJson);
}

type JsonObject = Parameters<typeof Metadata.fromJSON>[1];

/** The signed part of a file as it was read: most often these are the bytes that were signed, which saves writing them anew. */
const asRead = new WeakMap<AnyMetadata, Buffer>();

function read<T extends AnyMetadata>(role: string, bytes: Uint8Array, make: (json: JsonObject) => T): T {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    envelopeSchema.parse(json);
    const metadata = make(json as JsonObject);
    const signed = signedBytesIn(bytes);
    if (signed !== null) asRead.set(metadata, signed);
    return metadata;
  } catch (cause) {
    throw new TrustError('metadata.malformed', `The ${role} metadata cannot be read.`, { cause });
  }
}

/** The keys and the threshold that a root, or delegating targets, gives to a role. */
export type RoleOfKeys = { keys: readonly Key[]; threshold: number };

/** What root metadata says of a top-level role. */
export function roleIn(root: RootMetadata, role: string): RoleOfKeys {
  const found = Object.hasOwn(root.signed.roles, role) ? root.signed.roles[role] : undefined;
  if (!found) throw new TrustError('metadata.malformed', `The root metadata does not name the role ${role}.`);
  return { keys: keysOf(found.keyIDs, root.signed.keys), threshold: found.threshold };
}

/** What delegating targets metadata says of a delegated role. */
export function delegatedRoleIn(delegator: TargetsMetadata, role: string): RoleOfKeys {
  const delegations = delegator.signed.delegations;
  const named = delegations?.roles && Object.hasOwn(delegations.roles, role) ? delegations.roles[role] : undefined;
  const succinct = delegations?.succinctRoles?.isDelegatedRole(role) ? delegations.succinctRoles : undefined;
  const found = named ?? succinct;
  if (!delegations || !found) throw new TrustError('metadata.malformed', `Nothing is delegated to ${role}.`);
  return { keys: keysOf(found.keyIDs, delegations.keys), threshold: found.threshold };
}

function keysOf(ids: readonly string[], keys: Readonly<Record<string, Key>>): Key[] {
  return ids.flatMap((id) => (Object.hasOwn(keys, id) && keys[id] ? [keys[id]] : []));
}

/** Which keys count: `ed25519` alone, as in every catalogue of ours, or `all` that the specification names (4.2). */
export type KeyPolicy = 'ed25519' | 'all';

/** How many different keys of the role have signed the metadata. The same key under two ids counts once. */
export function countSignatures(role: RoleOfKeys, metadata: AnyMetadata, policy: KeyPolicy): number {
  const signers = new Set<string>();
  for (const key of role.keys) {
    if (isUsable(key, policy) && hasSigned(key, metadata)) signers.add(writtenOneWay(key));
  }
  return signers.size;
}

/** The library takes a key of another kind for an Ed25519 one, so long as it is written as PEM; we write them raw. */
function isUsable(key: Key, policy: KeyPolicy): boolean {
  return key.keyType === 'ed25519' ? isRawEd25519(key) : policy === 'all';
}

function isRawEd25519({ keyType, scheme, keyVal }: Key): boolean {
  return keyType === 'ed25519' && scheme === 'ed25519' && /^[0-9a-fA-F]{64}$/.test(keyVal.public ?? '');
}

function hasSignedBytes(key: Key, signed: Buffer, signature: string): boolean {
  const publicKey = Buffer.from(key.keyVal.public ?? '', 'hex').toString('base64url');
  return verifySignature(publicKey, signed, Buffer.from(signature, 'hex'));
}

/** The key itself, however its letters and lines are written, so that writing it twice does not make it two. */
function writtenOneWay(key: Key): string {
  const text = (key.keyVal.public ?? '').replace(/\s+/g, '');
  return text.startsWith('-') ? text : text.toLowerCase();
}

function hasSigned(key: Key, metadata: AnyMetadata): boolean {
  const signature = Object.hasOwn(metadata.signatures, key.keyID) ? metadata.signatures[key.keyID] : undefined;
  if (signature === undefined) return false;
  const signed = asRead.get(metadata);
  if (signed !== undefined && isRawEd25519(key) && hasSignedBytes(key, signed, signature.sig)) return true;
  try {
    key.verifySignature(metadata);
    return true;
  } catch {
    // The library says "no" by throwing, for a signature that does not fit as for a key that it can't use.
    return false;
  }
}

/**
 * Requires the role's threshold of signatures.
 * @throws TrustError `metadata.bad-signature`
 */
export function requireSignatures(role: RoleOfKeys, metadata: AnyMetadata, name: string, policy: KeyPolicy): void {
  const count = countSignatures(role, metadata, policy);
  if (count < role.threshold) {
    throw new TrustError(
      'metadata.bad-signature',
      `The ${name} metadata has ${count} of ${role.threshold} signatures that it needs.`,
    );
  }
}

/** When metadata expires. */
export function expiryOf(metadata: AnyMetadata): Date {
  return new Date(metadata.signed.expires);
}
