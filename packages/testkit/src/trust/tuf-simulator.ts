// A TUF repository with every key at hand and every file open to change: what it serves can be as it should, or have
// any defect. It shares no code with the product.
import { createHash } from 'node:crypto';
import { tufCanonicalJson, TufTestKey, type TufKeyDescription, type TufKeyKind } from './tuf-test-key.ts';

/** What every role's signed part has. */
export interface SignedPart {
  _type: string;
  spec_version: string;
  version: number;
  expires: string;
  [more: string]: unknown;
}

/** How one metadata file vouches for another. */
export interface MetaEntry {
  version: number;
  length?: number;
  hashes?: { sha256: string };
}

interface RoleKeys {
  keyids: string[];
  threshold: number;
  [more: string]: unknown;
}

/** The signed part of root metadata. */
export interface RootPart extends SignedPart {
  consistent_snapshot: boolean;
  keys: Record<string, TufKeyDescription>;
  roles: Record<string, RoleKeys>;
}

/** The signed part of snapshot and timestamp metadata. */
export interface ListingPart extends SignedPart {
  meta: Record<string, MetaEntry>;
}

/** What targets metadata say of a delegated role. */
export interface DelegatedRole extends RoleKeys {
  name: string;
  terminating: boolean;
  paths: string[];
}

/** The signed part of targets metadata. */
export interface TargetsPart extends SignedPart {
  targets: Record<string, { length: number; hashes: Record<string, string> }>;
  delegations?: { keys: Record<string, TufKeyDescription>; roles: DelegatedRole[] };
}

/** Metadata as a file. */
export interface Envelope {
  signed: SignedPart;
  signatures: { keyid: string; sig: string }[];
}

const specification = '1.0.34';
const topRoles = ['root', 'targets', 'snapshot', 'timestamp'] as const;

/** A repository. It begins as a good one with version 1 of every top-level role. */
export class TufSimulator {
  /** What each role will say, and who will sign it, at its next publication. */
  readonly parts = new Map<string, SignedPart>();
  readonly signers = new Map<string, TufTestKey[]>();
  /** What is served: by role, by version. */
  readonly published = new Map<string, Map<number, Buffer>>();
  /** What is served where no version is asked for. */
  readonly newest = new Map<string, Buffer>();
  readonly artifacts = new Map<string, Buffer>();
  /** Do snapshot and timestamp also vouch for lengths and hashes? */
  vouchesForHashes = false;
  readonly #expires: string;
  #keysMade = 0;

  /** @param now what the present is to the clients: everything is good for 30 days from it */
  constructor(now: Date, kind: TufKeyKind = 'ed25519') {
    this.#expires = tufInstant(new Date(now.getTime() + 30 * 86_400_000));
    const part = (type: string) => ({ _type: type, spec_version: specification, version: 0, expires: this.#expires });
    const roles = Object.fromEntries(topRoles.map((role): [string, RoleKeys] => [role, { keyids: [], threshold: 1 }]));
    this.parts.set('root', { ...part('root'), consistent_snapshot: true, keys: {}, roles });
    this.parts.set('targets', { ...part('targets'), targets: {} });
    this.parts.set('snapshot', { ...part('snapshot'), meta: {} });
    this.parts.set('timestamp', { ...part('timestamp'), meta: {} });
    for (const role of topRoles) this.addKey(role, this.newKey(kind));
    this.publish('root', 'targets', 'snapshot', 'timestamp');
  }

  get root(): RootPart {
    return this.parts.get('root') as RootPart;
  }

  get timestamp(): ListingPart {
    return this.parts.get('timestamp') as ListingPart;
  }

  get snapshot(): ListingPart {
    return this.parts.get('snapshot') as ListingPart;
  }

  get targets(): TargetsPart {
    return this.targetsOf('targets');
  }

  /** Targets metadata of the top role or a delegated one. */
  targetsOf(role: string): TargetsPart {
    const part = this.parts.get(role);
    if (part === undefined) throw new Error(`There is no role ${role}`);
    return part as TargetsPart;
  }

  /** What a top-level role needs: its keys and its threshold. */
  roleOf(role: string): RoleKeys {
    const keys = this.root.roles[role];
    if (keys === undefined) throw new Error(`The root names no role ${role}`);
    return keys;
  }

  /** Who signs a role. */
  signersOf(role: string): TufTestKey[] {
    const signers = this.signers.get(role) ?? [];
    this.signers.set(role, signers);
    return signers;
  }

  /** A key that this repository has not used yet. */
  newKey(kind: TufKeyKind = 'ed25519'): TufTestKey {
    this.#keysMade += 1;
    return TufTestKey.numbered(this.#keysMade, kind);
  }

  /** Gives a top-level role one more key, which signs it from now on. */
  addKey(role: string, key: TufTestKey = this.newKey()): TufTestKey {
    this.root.keys[key.keyId] = key.description;
    this.roleOf(role).keyids.push(key.keyId);
    this.signersOf(role).push(key);
    return key;
  }

  /** Gives a top-level role new keys in place of the old ones. */
  rotateKeys(role: string): void {
    this.setKeys(role, [this.newKey()], 1);
  }

  /** Gives a top-level role exactly these keys; `signers` sign it from now on. */
  setKeys(role: string, keys: readonly TufTestKey[], threshold: number, signers = keys): void {
    for (const key of keys) this.root.keys[key.keyId] = key.description;
    this.root.roles[role] = { keyids: keys.map((key) => key.keyId), threshold };
    this.signers.set(role, [...signers]);
  }

  /** Delegates to a role, which need not be there yet. It gets a key of its own unless others are named. */
  delegate(
    delegator: string,
    name: string,
    options: { paths?: string[]; terminating?: boolean; threshold?: number; keys?: TufTestKey[] } = {},
  ): void {
    const { paths = ['*'], terminating = false, threshold = 1, keys = [this.newKey()] } = options;
    const delegating = this.targetsOf(delegator);
    const delegations = (delegating.delegations ??= { keys: {}, roles: [] });
    for (const key of keys) delegations.keys[key.keyId] = key.description;
    delegations.roles.push({ name, keyids: keys.map((key) => key.keyId), threshold, terminating, paths });
    this.signersOf(name).push(...keys);
    if (!this.parts.has(name)) {
      const common = { _type: 'targets', spec_version: specification, version: 0, expires: this.#expires };
      this.parts.set(name, { ...common, targets: {} });
    }
  }

  /** Adds an artifact, or replaces it, in the metadata of a role and among the files. */
  addArtifact(role: string, path: string, content: string | Buffer): void {
    const bytes = Buffer.from(content);
    this.artifacts.set(path, bytes);
    const target = { length: bytes.length, hashes: { sha256: sha256(bytes) } };
    const { targets } = this.targetsOf(role);
    // Also a path such as `__proto__` is to be a member of its own.
    Object.defineProperty(targets, path, { value: target, enumerable: true, configurable: true, writable: true });
  }

  /** Publishes the next version of each role, in this order; the snapshot lists targets, the timestamp the snapshot. */
  publish(...roles: string[]): this {
    for (const role of roles) {
      const part = this.parts.get(role);
      if (part === undefined) throw new Error(`There is no role ${role}`);
      this.publishAs(role, part.version + 1);
    }
    return this;
  }

  /** Publishes a role with that version, whatever came before. */
  publishAs(role: string, version: number): this {
    const part = this.parts.get(role);
    if (part === undefined) throw new Error(`There is no role ${role}`);
    part.version = version;
    const bytes = this.sign(part, this.signersOf(role));
    this.serve(role, version, bytes);
    if (role === 'snapshot') this.timestamp.meta['snapshot.json'] = this.#entry(version, bytes);
    else if (role !== 'root' && role !== 'timestamp') this.snapshot.meta[`${role}.json`] = this.#entry(version, bytes);
    return this;
  }

  /** Publishes everything anew but the root. */
  publishAll(): this {
    const delegated = [...this.parts.keys()].filter((role) => !(topRoles as readonly string[]).includes(role));
    return this.publish(...delegated, 'targets', 'snapshot', 'timestamp');
  }

  /** Metadata signed by these keys. */
  sign(part: SignedPart, keys: readonly TufTestKey[]): Buffer {
    const bytes = Buffer.from(tufCanonicalJson(part));
    const signatures = keys.map((key) => ({ keyid: key.keyId, sig: key.sign(bytes) }));
    return Buffer.from(JSON.stringify({ signatures, signed: part }, null, 1));
  }

  /** Serves any bytes as that version of a role, and as its newest. */
  serve(role: string, version: number, bytes: Buffer): void {
    const versions = this.published.get(role) ?? new Map<number, Buffer>();
    this.published.set(role, versions.set(version, bytes));
    this.newest.set(role, bytes);
  }

  /** Changes the file of a role that was published last, and nothing that vouches for it. */
  tamper(role: string, change: (envelope: Envelope) => unknown): this {
    const bytes = this.file(role);
    const envelope = JSON.parse(bytes.toString('utf8')) as Envelope;
    const { version } = envelope.signed;
    this.serve(role, version, Buffer.from(JSON.stringify(change(envelope))));
    return this;
  }

  /** The newest file of a role. */
  file(role: string): Buffer {
    const bytes = this.newest.get(role);
    if (bytes === undefined) throw new Error(`${role} was never published`);
    return bytes;
  }

  /** The file of a version of a role. */
  fileAt(role: string, version: number): Buffer {
    const bytes = this.published.get(role)?.get(version);
    if (bytes === undefined) throw new Error(`Version ${version} of ${role} was never published`);
    return bytes;
  }

  #entry(version: number, bytes: Buffer): MetaEntry {
    if (!this.vouchesForHashes) return { version };
    return { version, length: bytes.length, hashes: { sha256: sha256(bytes) } };
  }
}

/** An instant as TUF writes it. */
export function tufInstant(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}Z`;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
