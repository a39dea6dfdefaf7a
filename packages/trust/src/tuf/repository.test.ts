// Tests of the catalogue's maker, with another implementation of TUF as the judge of what it makes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BaseFetcher, Updater } from 'tuf-js';
import { DownloadHTTPError } from 'tuf-js/dist/error.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SigningKey } from '../keys.ts';
import { testKey } from '../test-support/keys.ts';
import { refusalOf } from '../test-support/refusal.ts';
import {
  allSigners,
  directorKey,
  logHead,
  oneKeyEach,
  roleKeys,
  testContents,
  testInstaller,
  TestRepository,
} from '../test-support/repository.ts';
import { consistentTargetName, installerPath, sha256Of } from './catalogue-documents.ts';
import {
  addRootVersion,
  createRepository,
  describeRepository,
  draftRoot,
  draftTargets,
  publishDraft,
  publishRoot,
  publishTargets,
  renewTimestamp,
  rotateKey,
} from './repository.ts';
import { signMetadata } from './signing.ts';

const now = new Date();
const later = (days: number) => new Date(now.getTime() + days * 86_400_000);
const without = (...keys: SigningKey[]) => allSigners.filter((signer) => !keys.includes(signer));

let repository: TestRepository;
let directory: string;

beforeEach(() => {
  repository = new TestRepository(now);
  directory = mkdtempSync(join(tmpdir(), 'usher-trust-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** tuf-js, serving from the test repository: what it finds there at a path, after a full update from root 1. */
async function judge(path: string): Promise<{ length: number; custom: unknown } | undefined> {
  class Fetcher extends BaseFetcher {
    override fetch(url: string) {
      const bytes = repository.files.get(new URL(url).pathname.slice(1));
      // The judge takes this error's status code to mean that there is no newer root.
      return bytes
        ? Promise.resolve(new Blob([Buffer.from(bytes)]).stream() as never)
        : Promise.reject(new DownloadHTTPError('missing', 404));
    }
  }
  writeFileSync(join(directory, 'root.json'), repository.files.get('1.root.json')!);
  const updater = new Updater({
    metadataDir: directory,
    metadataBaseUrl: 'http://judge',
    fetcher: new Fetcher(),
  });
  await updater.refresh();
  const target = await updater.getTargetInfo(path);
  return target && { length: target.length, custom: target.custom };
}

describe('a new repository', () => {
  it('is accepted by another implementation of TUF', async () => {
    const { path, facts } = testInstaller('3.22.1');
    expect(await judge(path)).toEqual({ length: 1000, custom: facts });
    expect(await judge('installers/pr_1/9/x64.msi')).toBeUndefined();
  });

  it('consists of versioned files and, last, the timestamp', () => {
    const document = /^targets\/[0-9a-f]{64}\.(prohibited|director)\.json$/;
    const names = [...repository.files.keys()];
    expect(names.filter((name) => !document.test(name))).toEqual([
      '1.root.json',
      '1.targets.json',
      '1.snapshot.json',
      'timestamp.json',
    ]);
    expect(names.filter((name) => document.test(name))).toHaveLength(2);
    expect(names.at(-1)).toBe('timestamp.json');
  });

  it('serves its documents under their hash', () => {
    for (const [name, bytes] of repository.files) {
      if (!name.startsWith('targets/')) continue;
      expect(name).toContain(sha256Of(bytes));
    }
    const director = [...repository.files].find(([name]) => name.endsWith('.director.json'));
    expect(JSON.parse(Buffer.from(director![1]).toString())).toEqual({ format: 1, keys: [directorKey] });
  });

  it('writes the newest event into the timestamp metadata', () => {
    const timestamp = JSON.parse(repository.text('timestamp.json')) as { signed: { custom: unknown } };
    expect(timestamp.signed.custom).toEqual({ log: logHead });
  });

  it('describes itself: versions, keys, and when it expires', () => {
    const described = describeRepository(repository.repository);
    const day = 86_400_000;
    const whole = Math.floor(now.getTime() / 1000) * 1000;
    expect(described.timestamp.expiresAt.getTime()).toBe(whole + day);
    expect(described.snapshot.expiresAt.getTime()).toBe(whole + 7 * day);
    expect(described.targets.expiresAt.getTime()).toBe(whole + 90 * day);
    expect(described.root).toEqual({ ...oneKeyEach.root, version: 1, expiresAt: new Date(whole + 365 * day) });
  });

  it.each([
    ['no key for a role', { ...oneKeyEach, targets: { publicKeys: [], threshold: 1 } }],
    ['a threshold that cannot be met', { ...oneKeyEach, root: { ...oneKeyEach.root, threshold: 2 } }],
    ['a threshold of zero', { ...oneKeyEach, snapshot: { ...oneKeyEach.snapshot, threshold: 0 } }],
    ['the same key twice', { ...oneKeyEach, root: { publicKeys: [directorKey, directorKey], threshold: 1 } }],
  ])('is not made with %s', (_what, roles) => {
    expect(refusalOf(() => new TestRepository(now, roles))).toBe('repository.invalid');
  });

  it.each(allSigners)('is not made without the key $keyId', (key) => {
    const make = () =>
      createRepository({
        now,
        log: null,
        roles: oneKeyEach,
        signers: without(key),
        contents: testContents(),
      });
    expect(refusalOf(make)).toBe('repository.signatures-missing');
  });

  it.each(['installers/../x.msi', '/installers/x.msi', 'installers/a b.msi', 'other/x.msi', 'installers//x.msi'])(
    'does not hold an installer at %j',
    (path) => {
      const contents = { ...testContents(), installers: [{ ...testInstaller('1.0'), path }] };
      const make = () => publishTargets(repository.repository, { ...repository.making, contents });
      expect(refusalOf(make)).toBe('repository.invalid');
    },
  );

  it.each([{ size: 0 }, { size: 1.5 }, { sha256: 'AB' }])('does not hold an installer with %j', (change) => {
    const contents = { ...testContents(), installers: [{ ...testInstaller('1.0'), ...change }] };
    const make = () => publishTargets(repository.repository, { ...repository.making, contents });
    expect(refusalOf(make)).toBe('repository.invalid');
  });
});

describe('publishing', () => {
  it('replaces what the catalogue holds', async () => {
    repository.publish('3.23.0');
    expect(await judge(testInstaller('3.23.0').path)).toBeDefined();
    expect(await judge(testInstaller('3.22.1').path)).toBeUndefined();
  });

  it('gives the same bytes for the same input', () => {
    expect([...new TestRepository(now).files]).toEqual([...new TestRepository(now).files]);
  });

  it('can jump ahead with its versions, as after a restore', async () => {
    const making = { ...repository.making, versionFloor: 1000, contents: testContents('3.23.0') };
    repository.take(publishTargets(repository.repository, making));
    const { targets, snapshot, timestamp } = describeRepository(repository.repository);
    expect([targets.version, snapshot.version, timestamp.version]).toEqual([1000, 1000, 1000]);
    expect(await judge(testInstaller('3.23.0').path)).toBeDefined();
  });

  it('renews the timestamp alone while the snapshot is young, and both when it is not', () => {
    const young = renewTimestamp(repository.repository, { ...repository.making, now: later(3) });
    expect([...young.files.keys()]).toEqual(['timestamp.json']);
    const old = renewTimestamp(repository.repository, { ...repository.making, now: later(4) });
    expect([...old.files.keys()]).toEqual(['2.snapshot.json', 'timestamp.json']);
  });

  it('can leave the signature to another machine', async () => {
    const making = { ...repository.making, signers: without(roleKeys.targets), contents: testContents('3.23.0') };
    expect(refusalOf(() => publishTargets(repository.repository, making))).toBe('repository.signatures-missing');

    const draft = draftTargets(repository.repository, making);
    expect(draft.missing).toBe(1);
    expect(refusalOf(() => publishDraft(repository.repository, draft, making))).toBe('repository.signatures-missing');

    const signed = signMetadata(draft.metadata, roleKeys.targets);
    expect(signed).toMatchObject({ role: 'targets', version: 2 });
    repository.take(publishDraft(repository.repository, { ...draft, metadata: signed.metadata }, making));
    expect(await judge(testInstaller('3.23.0').path)).toBeDefined();
  });

  it('does not publish a draft that has been overtaken, or has expired', () => {
    const draft = draftTargets(repository.repository, { ...repository.making, contents: testContents() });
    const late = { ...repository.making, now: later(91) };
    expect(refusalOf(() => publishDraft(repository.repository, draft, late))).toBe('repository.invalid');
    repository.publish('3.23.0');
    expect(refusalOf(() => publishDraft(repository.repository, draft, repository.making))).toBe('repository.invalid');
  });

  it('needs as many signatures as the threshold says', async () => {
    const second = testKey('second targets key');
    const roles = {
      ...oneKeyEach,
      targets: { publicKeys: [roleKeys.targets.publicKey, second.publicKey], threshold: 2 },
    };
    repository = new TestRepository(now, roles, [...allSigners, second]);
    const making = { ...repository.making, contents: testContents('3.23.0') };
    expect(refusalOf(() => publishTargets(repository.repository, making))).toBe('repository.signatures-missing');
    repository.take(publishTargets(repository.repository, { ...making, signers: [...allSigners, second] }));
    expect(await judge(testInstaller('3.23.0').path)).toBeDefined();
  });
});

describe('a new version of the root', () => {
  it.each(['targets', 'snapshot', 'timestamp', 'root'] as const)('exchanges the key of %s', async (role) => {
    const key = testKey(`new ${role}`);
    const making = { ...repository.making, signers: [...allSigners, key] };
    const rotated = rotateKey(repository.repository, {
      ...making,
      role,
      oldKey: roleKeys[role].publicKey,
      newKey: key.publicKey,
    });
    repository.take(rotated);
    expect(describeRepository(repository.repository)[role].publicKeys).toEqual([key.publicKey]);
    expect([...rotated.files.keys()].at(0)).toBe('2.root.json');
    expect(await judge(testInstaller('3.22.1').path)).toBeDefined();

    const signers = [...without(roleKeys[role]), key];
    repository.take(publishTargets(repository.repository, { ...making, signers, contents: testContents('3.23.0') }));
    expect(await judge(testInstaller('3.23.0').path)).toBeDefined();
  });

  it('needs both the old and the new root keys', () => {
    const key = testKey('new root');
    const change = { role: 'root' as const, oldKey: roleKeys.root.publicKey, newKey: key.publicKey };
    for (const signers of [allSigners, [...without(roleKeys.root), key]]) {
      const making = { ...repository.making, signers, ...change };
      expect(refusalOf(() => rotateKey(repository.repository, making))).toBe('repository.signatures-missing');
    }
  });

  it('can be signed on several machines', async () => {
    const key = testKey('new root');
    const roles = { root: { publicKeys: [key.publicKey], threshold: 1 } };
    const making = { ...repository.making, signers: without(roleKeys.root) };
    const draft = draftRoot(repository.repository, { ...making, roles });
    const once = signMetadata(draft.metadata, roleKeys.root).metadata;
    expect(refusalOf(() => publishRoot(repository.repository, once, making))).toBe('repository.signatures-missing');
    const twice = signMetadata(once, key).metadata;
    repository.take(publishRoot(repository.repository, twice, making));
    expect(await judge(testInstaller('3.22.1').path)).toBeDefined();
    expect(refusalOf(() => publishRoot(repository.repository, twice, making))).toBe('repository.invalid');
  });

  it('can be a renewal without any change', async () => {
    repository.take(addRootVersion(repository.repository, { ...repository.making, now: later(1) }));
    expect(describeRepository(repository.repository).root).toMatchObject({ ...oneKeyEach.root, version: 2 });
    expect(await judge(testInstaller('3.22.1').path)).toBeDefined();
  });

  it('does not replace a key that the role does not have', () => {
    const change = { role: 'root' as const, oldKey: directorKey, newKey: directorKey };
    const rotate = () => rotateKey(repository.repository, { ...repository.making, ...change });
    expect(refusalOf(rotate)).toBe('repository.invalid');
  });
});

describe('names', () => {
  it('of installers are made of product, version, architecture and language', () => {
    const installer = { product: 'pr_1', version: '3.22.1', architecture: 'x64' };
    expect(installerPath(installer)).toBe('installers/pr_1/3.22.1/x64.msi');
    expect(installerPath({ ...installer, language: '1033' })).toBe('installers/pr_1/3.22.1/x64-1033.msi');
    expect(refusalOf(() => installerPath({ ...installer, product: '../pr_1' }))).toBe('repository.invalid');
    expect(refusalOf(() => installerPath({ ...installer, version: '' }))).toBe('repository.invalid');
  });

  it('under which targets are served carry the hash before the file name', () => {
    expect(consistentTargetName('a/b/c.msi', 'ff')).toBe('a/b/ff.c.msi');
    expect(consistentTargetName('director.json', 'ff')).toBe('ff.director.json');
  });
});

describe('signing elsewhere', () => {
  it.each(['', '{}', '{"signed":{"_type":"root"}}', '{"signed":{"_type":"other"}}'])('refuses %j', (text) => {
    expect(refusalOf(() => signMetadata(Buffer.from(text), roleKeys.root))).toBe('metadata.malformed');
  });

  it.each(['root', 'targets', 'snapshot', 'timestamp'] as const)('adds a signature to %s metadata', (role) => {
    const { metadata } = signMetadata(repository.repository[role], testKey('another'));
    const { signatures } = JSON.parse(Buffer.from(metadata).toString()) as { signatures: unknown[] };
    expect(signatures).toHaveLength(2);
  });
});
