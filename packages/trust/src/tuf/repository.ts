// What the server does with the catalogue (a TUF repository): begin it, publish, renew, change keys. No disk, no clock.
import { Metadata } from '@tufjs/models';
import { TrustError } from '../trust-error.ts';
import { expiryOf, readRoot, readSnapshot, readTargets, readTimestamp, roleIn, type AnyMetadata } from './metadata.ts';
import {
  makeRoot,
  makeTargets,
  nextVersion,
  nextVersions,
  publishFrom,
  publishSnapshot,
  publishTimestamp,
  resign,
  roleKeysOf,
  sign,
  type CatalogueContents,
  type Draft,
  type Making,
  type Publication,
  type Repository,
  type RoleKeys,
} from './publication.ts';
import { tufLifetimes, type TufRole } from './roles.ts';
import { metadataBytes, signFor } from './signing.ts';

/**
 * Makes the first version of a catalogue.
 * @throws TrustError `repository.signatures-missing`, `repository.invalid`
 */
export function createRepository(
  making: Making & { roles: Readonly<Record<TufRole, RoleKeys>>; contents: CatalogueContents },
): Publication {
  const root = new Metadata(makeRoot(making.roles, 1, making.now));
  sign('root', root, [root], making);
  const rootBytes = metadataBytes(root);
  const draft = makeTargets(root, 1, making.contents, making);
  const published = publishFrom(root, draft, { ...making, snapshotVersion: 1, timestampVersion: 1 });
  return {
    repository: { ...published.repository, root: rootBytes },
    files: new Map([['1.root.json', rootBytes], ...published.files]),
  };
}

/**
 * Publishes new contents: targets, snapshot and timestamp.
 * @throws TrustError `repository.signatures-missing` where too few keys of a role are here, `repository.invalid`
 */
export function publishTargets(repository: Repository, making: Making & { contents: CatalogueContents }): Publication {
  return publishDraft(repository, draftTargets(repository, making), making);
}

/**
 * Makes new targets metadata and signs it with those keys that are here.
 * @throws TrustError `repository.invalid`
 */
export function draftTargets(
  repository: Repository,
  making: Omit<Making, 'log'> & { contents: CatalogueContents },
): Draft {
  const version = nextVersion(readTargets(repository.targets), making);
  return makeTargets(readRoot(repository.root), version, making.contents, making);
}

/**
 * Publishes targets metadata that now has its signatures.
 * @throws TrustError `repository.signatures-missing`, `repository.invalid` where it is not newer than the published,
 *   `metadata.malformed`
 */
export function publishDraft(
  repository: Repository,
  draft: Pick<Draft, 'metadata' | 'files'>,
  making: Making,
): Publication {
  if (readTargets(draft.metadata).signed.version <= readTargets(repository.targets).signed.version) {
    throw new TrustError('repository.invalid', 'Newer targets have been published since these were drafted.');
  }
  if (expiryOf(readTargets(draft.metadata)) <= making.now) {
    throw new TrustError('repository.invalid', 'The drafted targets have expired.');
  }
  const published = publishFrom(readRoot(repository.root), draft, { ...making, ...nextVersions(repository, making) });
  return { ...published, repository: { ...published.repository, root: repository.root } };
}

/**
 * Renews the timestamp, and the snapshot where less than half of its time is left or its version is below the floor.
 * @throws TrustError `repository.signatures-missing`
 */
export function renewTimestamp(repository: Repository, making: Making): Publication {
  const root = readRoot(repository.root);
  const remaining = expiryOf(readSnapshot(repository.snapshot)).getTime() - making.now.getTime();
  const versions = nextVersions(repository, making);
  const isBelowFloor = readSnapshot(repository.snapshot).signed.version < (making.versionFloor ?? 0);
  if (isBelowFloor || remaining < tufLifetimes.snapshot / 2) {
    return publishSnapshot(root, repository, { ...making, ...versions });
  }
  return publishTimestamp(root, repository, new Map(), { ...making, ...versions });
}

/**
 * Publishes a new version of the root metadata with other keys or thresholds for the roles named, or only renewed.
 * Metadata whose signatures no longer suffice under it is signed anew, and a new timestamp is always made, so that
 * workstations look for the root.
 * @throws TrustError `repository.signatures-missing`, `repository.invalid`
 */
export function addRootVersion(
  repository: Repository,
  making: Making & { roles?: Partial<Readonly<Record<TufRole, RoleKeys>>> },
): Publication {
  return publishRoot(repository, draftRoot(repository, making).metadata, making);
}

/** Makes a new version of the root metadata and signs it with those keys that are here. */
export function draftRoot(
  repository: Repository,
  making: Pick<Making, 'now' | 'signers'> & { roles?: Partial<Readonly<Record<TufRole, RoleKeys>>> },
): Draft {
  const old = readRoot(repository.root);
  const roles = { ...roleKeysOf(old), ...making.roles };
  const root = new Metadata(makeRoot(roles, old.signed.version + 1, making.now));
  const missing = signFor([roleIn(old, 'root'), roleIn(root, 'root')], root, making.signers);
  return { metadata: metadataBytes(root), files: new Map(), missing };
}

/**
 * Publishes root metadata that now has its signatures; see {@link addRootVersion}. Targets that were drafted under it are
 * published together with it: needed where it changes targets' keys, and these are not here.
 * @throws TrustError `repository.signatures-missing`, `repository.invalid`, `metadata.malformed`
 */
export function publishRoot(
  repository: Repository,
  metadata: Uint8Array,
  making: Making,
  targets: Pick<Draft, 'metadata' | 'files'> | null = null,
): Publication {
  const old = readRoot(repository.root);
  const root = readRoot(metadata);
  if (root.signed.version !== old.signed.version + 1) {
    throw new TrustError('repository.invalid', `The next root version is ${old.signed.version + 1}.`);
  }
  if (expiryOf(root) <= making.now) throw new TrustError('repository.invalid', 'The drafted root has expired.');
  sign('root', root, [old, root], making);
  const rootBytes = metadataBytes(root);
  const under = { ...repository, root: rootBytes };
  const published = targets === null ? resign(root, under, making) : publishDraft(under, targets, making);
  return {
    ...published,
    files: new Map([[`${root.signed.version}.root.json`, rootBytes], ...published.files]),
  };
}

/**
 * Exchanges a key of a role: the old one is trusted no longer once workstations have the new root.
 * @throws TrustError `repository.signatures-missing`, `repository.invalid` where the role does not have the old key
 */
export function rotateKey(
  repository: Repository,
  making: Making & { role: TufRole; oldKey: string; newKey: string },
): Publication {
  const { publicKeys, threshold } = roleKeysOf(readRoot(repository.root))[making.role];
  if (!publicKeys.includes(making.oldKey)) {
    throw new TrustError('repository.invalid', `The role ${making.role} does not have the key that is to be replaced.`);
  }
  const kept = publicKeys.filter((key) => key !== making.oldKey);
  return addRootVersion(repository, {
    ...making,
    roles: { [making.role]: { publicKeys: [...kept, making.newKey], threshold } },
  });
}

/** What the newest metadata of each role says: for people, and to warn before it expires. */
export function describeRepository(
  repository: Repository,
): Record<TufRole, RoleKeys & { version: number; expiresAt: Date }> {
  const root = readRoot(repository.root);
  const keys = roleKeysOf(root);
  const describe = (role: TufRole, metadata: AnyMetadata) => ({
    ...keys[role],
    version: metadata.signed.version,
    expiresAt: expiryOf(metadata),
  });
  return {
    root: describe('root', root),
    targets: describe('targets', readTargets(repository.targets)),
    snapshot: describe('snapshot', readSnapshot(repository.snapshot)),
    timestamp: describe('timestamp', readTimestamp(repository.timestamp)),
  };
}
