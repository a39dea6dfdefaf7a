// The parts of a publication: each role's metadata made, signed, and tied to what it vouches for.
import { MetaFile, Metadata, Root, Snapshot, TargetFile, Timestamp } from '@tufjs/models';
import { keyIdOf, type SigningKey } from '../keys.ts';
import { TrustError } from '../trust-error.ts';
import {
  consistentTargetName,
  directorPath,
  prohibitedPath,
  sha256Of,
  writeDirector,
  writeProhibited,
  type CatalogueProhibition,
  type InstallerFacts,
  type LogHead,
} from './catalogue-documents.ts';
import { LinearTargets } from './linear-targets.ts';
import { readSnapshot, readTargets, readTimestamp, roleIn, type AnyMetadata, type RootMetadata } from './metadata.ts';
import { tufLifetimes, tufRoles, type TufRole } from './roles.ts';
import { metadataBytes, missingSignatures, signFor, tufInstant, tufKey } from './signing.ts';

/** Which public keys (raw, base64url) a role has, and how many of them must sign. */
export type RoleKeys = { publicKeys: readonly string[]; threshold: number };

/** The newest metadata of each role, as served: everything that the next publication builds on. */
export type Repository = Readonly<Record<TufRole, Uint8Array>>;

/**
 * What a publication changes. `files` are to be stored together, or, one by one, in this order (the timestamp comes
 * last, and only with it does the rest count); their names are relative to the address of the metadata:
 * `2.root.json`, `timestamp.json`, `targets/<sha256>.director.json`. Installers themselves are not among them.
 */
export type Publication = { repository: Repository; files: ReadonlyMap<string, Uint8Array> };

/** An installer in the catalogue. */
export type CatalogueInstaller = {
  /** See `installerPath`. */
  path: string;
  /** Bytes. */
  size: number;
  sha256: string;
  facts: InstallerFacts;
};

/** Everything that the targets metadata says. */
export type CatalogueContents = {
  installers: readonly CatalogueInstaller[];
  /** By product id. */
  prohibited: Readonly<Record<string, readonly CatalogueProhibition[]>>;
  /** The director's present public keys. */
  directorKeys: readonly string[];
};

/** What every publication needs. */
export type Making = {
  now: Date;
  /** The private keys that are here; for each role those that belong to it sign. */
  signers: readonly SigningKey[];
  /** The newest event: written into the timestamp metadata. */
  log: LogHead | null;
  /** No new version is lower than this, the root's apart: set by a restore, to jump ahead of what was lost. */
  versionFloor?: number;
};

/** Metadata that may still lack signatures, to be given elsewhere with `signMetadata`. */
export type Draft = {
  metadata: Uint8Array;
  /** Documents that belong to it, by the names under which they are served. */
  files: ReadonlyMap<string, Uint8Array>;
  /** How many signatures it lacks. */
  missing: number;
};

type Versions = { snapshotVersion: number; timestampVersion: number };

export function makeRoot(roles: Readonly<Record<TufRole, RoleKeys>>, version: number, now: Date): Root {
  for (const role of tufRoles) requirePossible(role, roles[role]);
  const keys = tufRoles.flatMap((role) => roles[role].publicKeys.map(tufKey));
  return Root.fromJSON({
    _type: 'root',
    spec_version: '1.0.31',
    version,
    expires: expiresFrom('root', now),
    consistent_snapshot: true,
    keys: Object.fromEntries(keys.map((key) => [key.keyID, key.toJSON()])),
    roles: Object.fromEntries(
      tufRoles.map((role) => [role, { keyids: roles[role].publicKeys.map(keyIdOf), threshold: roles[role].threshold }]),
    ),
  });
}

function requirePossible(role: TufRole, { publicKeys, threshold }: RoleKeys): void {
  const isPossible = Number.isInteger(threshold) && threshold >= 1 && threshold <= publicKeys.length;
  if (!isPossible || new Set(publicKeys).size !== publicKeys.length) {
    throw new TrustError(
      'repository.invalid',
      `The role ${role} needs different keys, and a threshold from 1 to their number.`,
    );
  }
}

export function makeTargets(
  root: RootMetadata,
  version: number,
  contents: CatalogueContents,
  making: Pick<Making, 'now' | 'signers'>,
): Draft {
  const documents = [
    { path: prohibitedPath, bytes: writeProhibited(contents.prohibited) },
    { path: directorPath, bytes: writeDirector(contents.directorKeys) },
  ];
  const targets = new LinearTargets({
    version,
    specVersion: '1.0.31',
    expires: expiresFrom('targets', making.now),
    targets: Object.fromEntries([
      ...contents.installers.map((installer) => [installer.path, installerTarget(installer)] as const),
      ...documents.map(({ path, bytes }) => [path, targetOf(path, bytes.length, sha256Of(bytes))] as const),
    ]),
  });
  const metadata = new Metadata(targets);
  return {
    missing: signFor([roleIn(root, 'targets')], metadata, making.signers),
    metadata: metadataBytes(metadata),
    files: new Map(
      documents.map(({ path, bytes }) => [`targets/${consistentTargetName(path, sha256Of(bytes))}`, bytes] as const),
    ),
  };
}

function installerTarget({ path, size, sha256, facts }: CatalogueInstaller): TargetFile {
  const isFine = /^installers(\/[A-Za-z0-9][A-Za-z0-9._-]*)+\.msi$/.test(path) && /^[0-9a-f]{64}$/.test(sha256);
  if (!isFine || !Number.isSafeInteger(size) || size <= 0) {
    throw new TrustError('repository.invalid', `The installer at ${path} cannot stand in the catalogue.`);
  }
  const custom = JSON.parse(JSON.stringify(facts)) as Record<string, string>;
  return targetOf(path, size, sha256, { custom });
}

function targetOf(path: string, length: number, sha256: string, more = {}): TargetFile {
  return new TargetFile({ path, length, hashes: { sha256 }, unrecognizedFields: more });
}

/** Publishes signed targets: snapshot and timestamp follow. */
export function publishFrom(
  root: RootMetadata,
  draft: Pick<Draft, 'metadata' | 'files'>,
  making: Making & Versions,
): { repository: Omit<Repository, 'root'>; files: ReadonlyMap<string, Uint8Array> } {
  const targets = readTargets(draft.metadata);
  sign('targets', targets, [root], making);
  const bytes = metadataBytes(targets);
  const published = publishSnapshot(root, { targets: bytes }, making);
  return {
    repository: published.repository,
    files: new Map([...draft.files, [`${targets.signed.version}.targets.json`, bytes], ...published.files]),
  };
}

export function publishSnapshot<T extends Pick<Repository, 'targets'>>(
  root: RootMetadata,
  current: T,
  making: Making & Versions,
) {
  const snapshot = new Metadata(
    new Snapshot({
      version: making.snapshotVersion,
      specVersion: '1.0.31',
      expires: expiresFrom('snapshot', making.now),
      meta: { 'targets.json': metaFileOf(current.targets, readTargets(current.targets).signed.version) },
    }),
  );
  sign('snapshot', snapshot, [root], making);
  const bytes = metadataBytes(snapshot);
  const files = new Map([[`${making.snapshotVersion}.snapshot.json`, bytes]]);
  return publishTimestamp(root, { ...current, snapshot: bytes }, files, making);
}

export function publishTimestamp<T extends Pick<Repository, 'targets' | 'snapshot'>>(
  root: RootMetadata,
  current: T,
  files: ReadonlyMap<string, Uint8Array>,
  making: Making & Versions,
): { repository: T & { timestamp: Uint8Array }; files: ReadonlyMap<string, Uint8Array> } {
  const timestamp = new Metadata(
    new Timestamp({
      version: making.timestampVersion,
      specVersion: '1.0.31',
      expires: expiresFrom('timestamp', making.now),
      snapshotMeta: metaFileOf(current.snapshot, readSnapshot(current.snapshot).signed.version),
      unrecognizedFields: { custom: { log: making.log } },
    }),
  );
  sign('timestamp', timestamp, [root], making);
  const bytes = metadataBytes(timestamp);
  return { repository: { ...current, timestamp: bytes }, files: new Map([...files, ['timestamp.json', bytes]]) };
}

/** Signs anew what the new root no longer finds signed, and whatever depends on it. */
export function resign(root: RootMetadata, repository: Repository, making: Making): Publication {
  const versions = nextVersions(repository, making);
  const targets = readTargets(repository.targets);
  if (missingSignatures([roleIn(root, 'targets')], targets) > 0) {
    const renewed = new Metadata(
      new LinearTargets({
        version: nextVersion(targets, making),
        specVersion: '1.0.31',
        expires: expiresFrom('targets', making.now),
        targets: targets.signed.targets,
      }),
    );
    const draft = { metadata: metadataBytes(renewed), files: new Map<string, Uint8Array>() };
    const published = publishFrom(root, draft, { ...making, ...versions });
    return { ...published, repository: { ...published.repository, root: repository.root } };
  }
  if (missingSignatures([roleIn(root, 'snapshot')], readSnapshot(repository.snapshot)) > 0) {
    return publishSnapshot(root, repository, { ...making, ...versions });
  }
  return publishTimestamp(root, repository, new Map(), { ...making, ...versions });
}

export function sign(
  role: TufRole,
  metadata: AnyMetadata,
  roots: readonly RootMetadata[],
  making: Pick<Making, 'signers'>,
): void {
  const missing = signFor(
    roots.map((root) => roleIn(root, role)),
    metadata,
    making.signers,
  );
  if (missing > 0) {
    throw new TrustError('repository.signatures-missing', `The ${role} metadata lacks ${missing} signature(s).`);
  }
}

function metaFileOf(bytes: Uint8Array, version: number): MetaFile {
  return new MetaFile({ version, length: bytes.length, hashes: { sha256: sha256Of(bytes) } });
}

export function nextVersions(repository: Repository, making: Making): Versions {
  return {
    snapshotVersion: nextVersion(readSnapshot(repository.snapshot), making),
    timestampVersion: nextVersion(readTimestamp(repository.timestamp), making),
  };
}

export function nextVersion(metadata: AnyMetadata, { versionFloor = 0 }: Pick<Making, 'versionFloor'>): number {
  return Math.max(metadata.signed.version + 1, versionFloor);
}

function expiresFrom(role: TufRole, now: Date): string {
  return tufInstant(new Date(now.getTime() + tufLifetimes[role]));
}

export function roleKeysOf(root: RootMetadata): Record<TufRole, RoleKeys> {
  const keysOf = (role: TufRole): RoleKeys => {
    const { keys, threshold } = roleIn(root, role);
    const publicKeys = keys.map((key) => Buffer.from(key.keyVal.public ?? '', 'hex').toString('base64url'));
    return { publicKeys, threshold };
  };
  return {
    root: keysOf('root'),
    targets: keysOf('targets'),
    snapshot: keysOf('snapshot'),
    timestamp: keysOf('timestamp'),
  };
}
