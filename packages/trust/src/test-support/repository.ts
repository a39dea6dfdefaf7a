// A catalogue for tests, with every key at hand: it can publish as it should, and with any defect.
import { sha256Of, type LogHead } from '../tuf/catalogue-documents.ts';
import type { CatalogueContents, CatalogueInstaller, Making, Publication, Repository } from '../tuf/publication.ts';
import { createRepository, publishTargets, renewTimestamp } from '../tuf/repository.ts';
import { tufRoles, type TufRole } from '../tuf/roles.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { SigningKey } from '../keys.ts';
import { testKey } from './keys.ts';

/** The key of each role. */
export const roleKeys: Readonly<Record<TufRole, SigningKey>> = {
  root: testKey('tuf root'),
  targets: testKey('tuf targets'),
  snapshot: testKey('tuf snapshot'),
  timestamp: testKey('tuf timestamp'),
};

/** One key a role, each needed. */
export const oneKeyEach = {
  root: { publicKeys: [roleKeys.root.publicKey], threshold: 1 },
  targets: { publicKeys: [roleKeys.targets.publicKey], threshold: 1 },
  snapshot: { publicKeys: [roleKeys.snapshot.publicKey], threshold: 1 },
  timestamp: { publicKeys: [roleKeys.timestamp.publicKey], threshold: 1 },
};

export const allSigners = tufRoles.map((role) => roleKeys[role]);
export const logHead: LogHead = { seq: 3, hash: 'a'.repeat(64) };
export const directorKey = testKey('director').publicKey;

/** An installer of that version. */
export function testInstaller(version: string): CatalogueInstaller {
  return {
    path: `installers/pr_1/${version}/x64.msi`,
    size: 1000,
    sha256: sha256Of(Buffer.from(`installer ${version}`)),
    facts: {
      product: 'pr_1',
      version,
      productCode: '{11111111-2222-3333-4444-555555555555}',
      upgradeCode: '{99999999-2222-3333-4444-555555555555}',
      architecture: 'x64',
      language: '1033',
      properties: { ADDLOCAL: 'Main' },
      verifiedAt: '2026-11-20T08:00:00.000Z',
    },
  };
}

/** Contents with these versions, and everything below 3.0 prohibited. */
export function testContents(...versions: string[]): CatalogueContents {
  return {
    installers: versions.map(testInstaller),
    prohibited: { pr_1: [{ below: '3.0', reason: 'too old' }] },
    directorKeys: [directorKey],
  };
}

/** A repository as served, file by file. */
export class TestRepository {
  readonly files = new Map<string, Uint8Array>();
  repository: Repository;
  now: Date;

  constructor(now: Date, roles: Parameters<typeof createRepository>[0]['roles'] = oneKeyEach, signers = allSigners) {
    this.now = now;
    const first = createRepository({ now, signers, log: logHead, roles, contents: testContents('3.22.1') });
    this.repository = first.repository;
    this.take(first);
  }

  get making(): Making {
    return { now: this.now, signers: allSigners, log: logHead };
  }

  /** Serves what a publication made. */
  take(publication: Publication): this {
    this.repository = publication.repository;
    for (const [name, bytes] of publication.files) this.files.set(name, bytes);
    return this;
  }

  publish(...versions: string[]): this {
    return this.take(publishTargets(this.repository, { ...this.making, contents: testContents(...versions) }));
  }

  renew(): this {
    return this.take(renewTimestamp(this.repository, this.making));
  }

  /** The state of things, to come back to: what an attacker has kept. */
  keep(): { files: ReadonlyMap<string, Uint8Array>; repository: Repository } {
    return { files: new Map(this.files), repository: this.repository };
  }

  restore(kept: ReturnType<TestRepository['keep']>): this {
    this.files.clear();
    for (const [name, bytes] of kept.files) this.files.set(name, bytes);
    this.repository = kept.repository;
    return this;
  }

  /** The text of a served file. */
  text(name: string): string {
    return Buffer.from(this.files.get(name) ?? Buffer.alloc(0)).toString('utf8');
  }

  /** Changes what a served metadata file says and signs it anew with the keys given. */
  forge(name: string, change: (signed: Signed) => unknown, signers: readonly SigningKey[]): this {
    this.files.set(name, forged(this.files.get(name) ?? Buffer.alloc(0), change, signers));
    return this;
  }

  /**
   * Changes the metadata of a role and makes everything above it vouch for the result, signed with the roles' own
   * keys: what the holder of all online keys could publish.
   */
  forgeThrough(role: 'targets' | 'snapshot' | 'timestamp', change: (signed: Signed) => unknown): this {
    const version = (of: 'targets' | 'snapshot') => versionOf(this.repository[of]);
    if (role === 'targets') {
      const name = `${version('targets')}.targets.json`;
      this.forge(name, change, [roleKeys.targets]);
      const bytes = this.files.get(name) ?? Buffer.alloc(0);
      return this.forgeThrough('snapshot', (signed) => ({
        ...signed,
        meta: { 'targets.json': metaOf(bytes, version('targets')) },
      }));
    }
    if (role === 'snapshot') {
      const name = `${version('snapshot')}.snapshot.json`;
      this.forge(name, change, [roleKeys.snapshot]);
      const bytes = this.files.get(name) ?? Buffer.alloc(0);
      return this.forgeThrough('timestamp', (signed) => ({
        ...signed,
        meta: { 'snapshot.json': metaOf(bytes, version('snapshot')) },
      }));
    }
    return this.forge('timestamp.json', change, [roleKeys.timestamp]);
  }
}

/** The signed part of metadata, as JSON. */
export type Signed = Record<string, unknown> & { version: number; meta: Record<string, Record<string, unknown>> };

/** Metadata whose signed part was changed, signed with these keys. */
export function forged(
  metadata: Uint8Array,
  change: (signed: Signed) => unknown,
  signers: readonly SigningKey[],
): Uint8Array {
  const { signed } = JSON.parse(Buffer.from(metadata).toString('utf8')) as { signed: Signed };
  const changed = change(signed);
  const bytes = Buffer.from(canonicalJson(changed));
  const signatures = signers.map((signer) => ({ keyid: signer.keyId, sig: signer.sign(bytes).toString('hex') }));
  return Buffer.from(JSON.stringify({ signed: changed, signatures }));
}

/** The version that metadata says it has. */
export function versionOf(metadata: Uint8Array): number {
  return (JSON.parse(Buffer.from(metadata).toString('utf8')) as { signed: Signed }).signed.version;
}

/** How one metadata file vouches for another. */
function metaOf(bytes: Uint8Array, version: number): Record<string, unknown> {
  return { version, length: bytes.length, hashes: { sha256: sha256Of(bytes) } };
}
