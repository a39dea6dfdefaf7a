// The rules of TUF's client workflow, apart from network and disk; each check carries its step of the specification.
// Steps: The Update Framework Specification 1.0.34, section 5, https://theupdateframework.github.io/specification/
import { TrustError } from '../trust-error.ts';
import {
  delegatedRoleIn,
  expiryOf,
  readRoot,
  readSnapshot,
  readTargets,
  readTimestamp,
  requireSignatures,
  roleIn,
  type AnyMetadata,
  type KeyPolicy,
  type RoleOfKeys,
  type RootMetadata,
  type SnapshotMetadata,
  type TargetsMetadata,
  type TimestampMetadata,
} from './metadata.ts';

/** How one metadata file vouches for another: what snapshot and timestamp say of it. */
type Voucher = { version: number; verify(data: Buffer): void };

/** The metadata trusted so far. Whatever is added passes the checks of its step, or leaves everything as it was. */
export class TrustedMetadata {
  readonly #now: Date | null;
  readonly #keyPolicy: KeyPolicy;
  #root: RootMetadata;
  #timestamp: TimestampMetadata | null = null;
  #snapshot: SnapshotMetadata | null = null;
  readonly #targets = new Map<string, { metadata: TargetsMetadata; delegator: string | null }>();

  /**
   * 5.2: begins with root metadata that is trusted already: its hash is known, or a chain leads to it. It must be
   * signed by itself. Whether it has expired does not matter yet.
   * @param now 5.1: the time for every check of this run; null where expiry is of no interest, since what is looked at
   *   was fresh when it was stored
   * @param keyPolicy which keys count
   */
  constructor(root: Uint8Array, now: Date | null, keyPolicy: KeyPolicy = 'ed25519') {
    this.#now = now;
    this.#keyPolicy = keyPolicy;
    this.#root = readRoot(root);
    this.#requireSignatures(roleIn(this.#root, 'root'), this.#root, 'root');
  }

  get root(): RootMetadata {
    return this.#root;
  }

  get timestamp(): TimestampMetadata | null {
    return this.#timestamp;
  }

  get snapshot(): SnapshotMetadata | null {
    return this.#snapshot;
  }

  /** The targets metadata of a role, where it has been accepted under the keys that this delegator gives it. */
  targets(role = 'targets', delegator: string | null = null): TargetsMetadata | null {
    const accepted = this.#targets.get(role);
    return accepted?.delegator === delegator ? accepted.metadata : null;
  }

  /** 5.3.4 to 5.3.7: takes the next version of the root. */
  acceptRoot(bytes: Uint8Array): void {
    const root = readRoot(bytes);
    // 5.3.4: signed by the threshold of the trusted root's keys, and by the threshold of its own.
    this.#requireSignatures(roleIn(this.#root, 'root'), root, 'root');
    this.#requireSignatures(roleIn(root, 'root'), root, 'root');
    // 5.3.5: exactly the next version, so that none is skipped and none taken back.
    const expected = this.#root.signed.version + 1;
    if (root.signed.version < expected) throw rolledBack('root', root.signed.version, expected);
    if (root.signed.version > expected) throw wrongVersion('root', root.signed.version, expected);
    // 5.3.7. Its expiry is asked only of the last one (5.3.6, 5.3.10).
    this.#root = root;
  }

  /** 5.3.10: the last root must not have expired. */
  requireFreshRoot(): void {
    this.#requireFresh(this.#root, 'root');
  }

  /**
   * The timestamp of an earlier run: whether or not it has expired, nothing older is accepted after it. Where it does
   * not verify under the present root it is refused; dropping it then is 5.3.11 (recovery after its keys were changed).
   */
  recallTimestamp(bytes: Uint8Array): void {
    const timestamp = readTimestamp(bytes);
    this.#requireSignatures(roleIn(this.#root, 'timestamp'), timestamp, 'timestamp');
    this.#timestamp = timestamp;
  }

  /**
   * 5.4.2 to 5.4.4: takes new timestamp metadata.
   * @returns false where it is of the same version as the one that is there, which stays (5.4.3.1)
   */
  acceptTimestamp(bytes: Uint8Array): boolean {
    const timestamp = readTimestamp(bytes);
    // 5.4.2: signatures.
    this.#requireSignatures(roleIn(this.#root, 'timestamp'), timestamp, 'timestamp');
    if (this.#timestamp) {
      const trusted = this.#timestamp.signed;
      // 5.4.3.1: no rollback of the timestamp.
      if (timestamp.signed.version < trusted.version) {
        throw rolledBack('timestamp', timestamp.signed.version, trusted.version);
      }
      if (timestamp.signed.version === trusted.version) return false;
      // 5.4.3.2: no rollback of the snapshot that it names.
      if (timestamp.signed.snapshotMeta.version < trusted.snapshotMeta.version) {
        throw rolledBack('snapshot', timestamp.signed.snapshotMeta.version, trusted.snapshotMeta.version);
      }
    }
    // 5.4.4: no freeze.
    this.#requireFresh(timestamp, 'timestamp');
    this.#timestamp = timestamp;
    return true;
  }

  /** 5.4.4 for a timestamp that stays. */
  requireFreshTimestamp(): void {
    this.#requireFresh(this.#trustedTimestamp(), 'timestamp');
  }

  /** The snapshot of an earlier run: nothing that it lists may be missing or older after it. */
  recallSnapshot(bytes: Uint8Array): void {
    const snapshot = readSnapshot(bytes);
    this.#requireSignatures(roleIn(this.#root, 'snapshot'), snapshot, 'snapshot');
    this.#snapshot = snapshot;
  }

  /** 5.5.2 to 5.5.6: takes the snapshot metadata that the timestamp names. */
  acceptSnapshot(bytes: Uint8Array): void {
    const voucher = this.#trustedTimestamp().signed.snapshotMeta;
    // 5.5.2: length and hashes, as the timestamp names them.
    requireMatch(voucher, bytes, 'snapshot');
    const snapshot = readSnapshot(bytes);
    // 5.5.3: signatures.
    this.#requireSignatures(roleIn(this.#root, 'snapshot'), snapshot, 'snapshot');
    // 5.5.4: the version that the timestamp names.
    if (snapshot.signed.version !== voucher.version) {
      throw wrongVersion('snapshot', snapshot.signed.version, voucher.version);
    }
    // 5.5.5: nothing that the trusted snapshot lists is missing or older.
    for (const [name, { version }] of Object.entries(this.#snapshot?.signed.meta ?? {})) {
      const renewed = ownEntry(snapshot.signed.meta, name);
      if (!renewed) throw new TrustError('metadata.rolled-back', `The new snapshot no longer lists ${name}.`);
      if (renewed.version < version) throw rolledBack(name, renewed.version, version);
    }
    // 5.5.6: no freeze.
    this.#requireFresh(snapshot, 'snapshot');
    this.#snapshot = snapshot;
  }

  /** 5.6.2 to 5.6.5: takes the targets metadata that the snapshot names, of the top role or of a delegated one. */
  acceptTargets(bytes: Uint8Array, role = 'targets', delegator: string | null = null): void {
    const voucher = this.targetsVoucher(role);
    // 5.6.2: length and hashes, as the snapshot names them.
    requireMatch(voucher, bytes, role);
    const targets = readTargets(bytes, role);
    // 5.6.3: signatures.
    this.#requireSignatures(this.#keysFor(role, delegator), targets, role);
    // 5.6.4: the version that the snapshot names.
    if (targets.signed.version !== voucher.version) {
      throw wrongVersion(role, targets.signed.version, voucher.version);
    }
    // 5.6.5: no freeze.
    this.#requireFresh(targets, role);
    this.#targets.set(role, { metadata: targets, delegator });
  }

  /** What the snapshot says of the targets metadata of a role. */
  targetsVoucher(role: string): Voucher & { length?: number } {
    const voucher = this.#snapshot && ownEntry(this.#snapshot.signed.meta, `${role}.json`);
    if (!voucher) throw new TrustError('metadata.missing', `The snapshot does not list ${role}.json.`);
    return voucher;
  }

  #keysFor(role: string, delegator: string | null) {
    if (delegator === null) return roleIn(this.#root, role);
    const delegating = this.#targets.get(delegator);
    if (!delegating) throw new TrustError('metadata.missing', `The targets metadata of ${delegator} is not here.`);
    return delegatedRoleIn(delegating.metadata, role);
  }

  #trustedTimestamp(): TimestampMetadata {
    if (!this.#timestamp) throw new TrustError('metadata.missing', 'There is no trusted timestamp metadata.');
    return this.#timestamp;
  }

  #requireSignatures(role: RoleOfKeys, metadata: AnyMetadata, name: string): void {
    requireSignatures(role, metadata, name, this.#keyPolicy);
  }

  #requireFresh(metadata: AnyMetadata, name: string): void {
    if (this.#now !== null && !(expiryOf(metadata) > this.#now)) {
      throw new TrustError('metadata.expired', `The ${name} metadata expired at ${metadata.signed.expires}.`);
    }
  }
}

function requireMatch(voucher: Voucher, bytes: Uint8Array, name: string): void {
  try {
    voucher.verify(Buffer.from(bytes));
  } catch (cause) {
    throw new TrustError('metadata.mismatch', `The ${name} metadata is not the file that is vouched for.`, { cause });
  }
}

function ownEntry<T>(entries: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}

function rolledBack(name: string, version: number, trusted: number): TrustError {
  return new TrustError('metadata.rolled-back', `Version ${version} of ${name} is older than ${trusted}.`);
}

function wrongVersion(name: string, version: number, expected: number): TrustError {
  return new TrustError('metadata.wrong-version', `Version ${version} of ${name} is not the expected ${expected}.`);
}
