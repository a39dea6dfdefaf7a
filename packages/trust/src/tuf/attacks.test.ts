// Attacks on versions, time, signatures and keys of the catalogue: all are refused, and nothing known is lost by them.
import { beforeEach, describe, expect, it } from 'vitest';
import type { SigningKey } from '../keys.ts';
import { testKey } from '../test-support/keys.ts';
import { refusalOfAsync } from '../test-support/refusal.ts';
import {
  allSigners,
  directorKey,
  logHead,
  roleKeys,
  testContents,
  TestRepository,
  versionOf,
  type Signed,
} from '../test-support/repository.ts';
import { TestWorkstation } from '../test-support/workstation.ts';
import { sha256Of } from './catalogue-documents.ts';
import { addRootVersion, publishTargets, rotateKey } from './repository.ts';
import { tufRoles, type TufRole } from './roles.ts';

const now = new Date('2026-11-22T08:00:00Z');
const thief = testKey('thief');

let repository: TestRepository;
let workstation: TestWorkstation;

beforeEach(async () => {
  repository = new TestRepository(now);
  workstation = new TestWorkstation(repository);
  await workstation.refresh();
});

/** The code of the refusal; and whatever happened, what was known stays known. */
async function refusal(): Promise<string | null> {
  const code = await refusalOfAsync(() => workstation.refresh());
  expect((await workstation.catalogue.current())?.directorKeys).toEqual([directorKey]);
  return code;
}

/** Publishes the next root and then changes it. */
function forgeRoot(change: (signed: Signed) => unknown, signers: readonly SigningKey[] = [roleKeys.root]): void {
  repository.take(addRootVersion(repository.repository, repository.making));
  repository.forge('2.root.json', change, signers);
}

/** Changes what a role says, with everything above vouching for it. */
function forge(role: TufRole, change: (signed: Signed) => unknown): void {
  if (role === 'root') forgeRoot(change);
  else repository.publish('3.23.0').forgeThrough(role, change);
}

describe('rollback', () => {
  it('of everything to an earlier publication is refused', async () => {
    const old = repository.keep();
    repository.publish('3.23.0');
    await workstation.refresh();
    repository.restore(old);
    expect(await refusal()).toBe('metadata.rolled-back');
  });

  it('of the snapshot under a newer timestamp is refused', async () => {
    repository.publish('3.23.0');
    await workstation.refresh();
    repository.forge(
      'timestamp.json',
      (signed) => ({ ...signed, version: 3, meta: { 'snapshot.json': { version: 1 } } }),
      [roleKeys.timestamp],
    );
    expect(await refusal()).toBe('metadata.rolled-back');
  });

  it('of a snapshot that was merely renewed is refused', async () => {
    repository.now = new Date(now.getTime() + 5 * 86_400_000);
    repository.renew();
    expect((await workstation.refresh()).versions).toMatchObject({ snapshot: 2, targets: 1 });
    repository.forge(
      'timestamp.json',
      (signed) => ({ ...signed, version: 3, meta: { 'snapshot.json': { version: 1 } } }),
      [roleKeys.timestamp],
    );
    expect(await refusal()).toBe('metadata.rolled-back');
  });

  it('is no way to rewrite: a timestamp of the version that is known says nothing new', async () => {
    repository.forge('timestamp.json', (signed) => ({ ...signed, custom: {} }), [roleKeys.timestamp]);
    expect((await workstation.refresh()).log).toEqual(logHead);
  });

  it('of the targets under a newer snapshot is refused', async () => {
    repository.publish('3.23.0');
    await workstation.refresh();
    repository.publish('3.24.0').forgeThrough('snapshot', (signed) => ({
      ...signed,
      meta: { 'targets.json': { version: 1 } },
    }));
    expect(await refusal()).toBe('metadata.rolled-back');
  });

  it('of the targets by leaving them out of a newer snapshot is refused', async () => {
    repository.publish('3.23.0').forgeThrough('snapshot', (signed) => ({ ...signed, meta: {} }));
    expect(await refusal()).toBe('metadata.rolled-back');
  });

  it('of the root is refused', async () => {
    repository.files.set('2.root.json', repository.files.get('1.root.json')!);
    repository.renew();
    expect(await refusal()).toBe('metadata.rolled-back');
  });

  it('is refused also after a refresh that did not come to its end', async () => {
    const old = repository.keep();
    repository.publish('3.23.0');
    repository.files.delete('2.snapshot.json');
    expect(await refusal()).toBe('metadata.missing');
    repository.restore(old);
    expect(await refusal()).toBe('metadata.rolled-back');
  });
});

describe('a freeze', () => {
  it.each(tufRoles)('by expired %s metadata is refused', async (role) => {
    forge(role, (signed) => ({ ...signed, expires: '2026-11-22T08:00:00Z' }));
    expect(await refusal()).toBe('metadata.expired');
  });

  it('ends where the server, too, says that nothing has changed', async () => {
    const late = new Date(now.getTime() + 2 * 86_400_000);
    expect(await refusalOfAsync(() => workstation.refresh(late))).toBe('metadata.expired');
  });

  it('by a root that expired meanwhile is refused, though nothing else has changed', async () => {
    forgeRoot((signed) => ({ ...signed, expires: '2026-11-22T09:00:00Z' }));
    await workstation.refresh();
    const later = new Date('2026-11-22T09:00:00Z');
    expect(await refusalOfAsync(() => workstation.refresh(later))).toBe('metadata.expired');
  });

  const noDates = ['', 'never', '2099-02-30T00:00:00Z', '2099-01-01', '2099-01-01T00:00:00+00:00', '2099', null, 1];
  const cases = tufRoles.flatMap((role) => noDates.map((expires) => ({ role, expires })));
  it.each(cases)('by $role metadata that expire at $expires is refused', async ({ role, expires }) => {
    forge(role, (signed) => ({ ...signed, expires }));
    expect(await refusal()).toBe('metadata.malformed');
  });
});

describe('a version', () => {
  const noVersions = [0, -1, 1.5, '2', null, 2 ** 53, 1e300];
  const cases = tufRoles.flatMap((role) => noVersions.map((version) => ({ role, version })));
  it.each(cases)('of $role metadata that is $version is refused', async ({ role, version }) => {
    forge(role, (signed) => ({ ...signed, version }));
    expect(await refusal()).toBe('metadata.malformed');
  });

  it('of the root that skips one is refused', async () => {
    forgeRoot((signed) => ({ ...signed, version: 3 }));
    expect(await refusal()).toBe('metadata.wrong-version');
  });
});

describe('signatures', () => {
  const sign = (role: TufRole, signers: readonly SigningKey[]) => {
    if (role === 'root') forgeRoot((signed) => signed, signers);
    else {
      repository.publish('3.23.0');
      const name = role === 'timestamp' ? 'timestamp.json' : `2.${role}.json`;
      repository.forge(name, (signed) => signed, signers);
      vouchFor(role);
    }
  };
  /** Makes the roles above vouch for a file as it is, so that only its own signature can be at fault. */
  const vouchFor = (role: TufRole) => {
    const vouch = (name: string, meta: string) => {
      const bytes = repository.files.get(meta)!;
      const entry = { version: 2, length: bytes.length, hashes: { sha256: sha256Of(bytes) } };
      const key = name.startsWith('timestamp') ? roleKeys.timestamp : roleKeys.snapshot;
      const entryName = meta.replace(/^2\./, '');
      repository.forge(name, (signed) => ({ ...signed, meta: { [entryName]: entry } }), [key]);
    };
    if (role === 'targets') vouch('2.snapshot.json', '2.targets.json');
    if (role === 'targets' || role === 'snapshot') vouch('timestamp.json', '2.snapshot.json');
  };

  it.each(tufRoles)('of %s metadata may not be missing', async (role) => {
    sign(role, []);
    expect(await refusal()).toBe('metadata.bad-signature');
  });

  it.each(tufRoles)("of %s metadata may not be another's", async (role) => {
    sign(role, [thief]);
    expect(await refusal()).toBe('metadata.bad-signature');
  });

  it.each(tufRoles)('of %s metadata may not be those of the other roles', async (role) => {
    sign(
      role,
      allSigners.filter((signer) => signer !== roleKeys[role]),
    );
    expect(await refusal()).toBe('metadata.bad-signature');
  });

  it.each(tufRoles)('of %s metadata must fit the content', async (role) => {
    sign(role, [roleKeys[role]]);
    const name = role === 'timestamp' ? 'timestamp.json' : `2.${role}.json`;
    const text = repository.text(name).replace(/"expires":"2026|"expires":"2027/, '"expires":"2028');
    repository.files.set(name, Buffer.from(text));
    vouchFor(role);
    expect(await refusal()).toBe('metadata.bad-signature');
  });

  it('given twice under one key id are refused', async () => {
    repository.publish('3.23.0');
    repository.forge('timestamp.json', (signed) => signed, [roleKeys.timestamp, roleKeys.timestamp]);
    expect(await refusal()).toBe('metadata.malformed');
  });

  it('of one key under two ids count once', async () => {
    const twin = 'f'.repeat(64);
    forgeRoot((signed) => {
      const keys = signed.keys as Record<string, unknown>;
      const roles = signed.roles as Record<string, { keyids: string[]; threshold: number }>;
      const { keyId } = roleKeys.timestamp;
      return {
        ...signed,
        keys: { ...keys, [twin]: keys[keyId] },
        roles: { ...roles, timestamp: { keyids: [keyId, twin], threshold: 2 } },
      };
    });
    const json = JSON.parse(repository.text('timestamp.json')) as { signatures: { keyid: string; sig: string }[] };
    json.signatures.push({ ...json.signatures[0]!, keyid: twin });
    repository.files.set('timestamp.json', Buffer.from(JSON.stringify(json)));
    expect(await refusal()).toBe('metadata.bad-signature');
  });

  it('are as many as the threshold says', async () => {
    const second = testKey('second targets key');
    const roles = { targets: { publicKeys: [roleKeys.targets.publicKey, second.publicKey], threshold: 2 } };
    const making = { ...repository.making, signers: [...allSigners, second] };
    repository.take(addRootVersion(repository.repository, { ...making, roles }));
    await workstation.refresh();
    repository.take(publishTargets(repository.repository, { ...making, contents: testContents('3.23.0') }));
    const version = versionOf(repository.repository.targets);
    repository.forgeThrough('targets', (signed) => signed);
    expect(repository.files.has(`${version}.targets.json`)).toBe(true);
    expect(await refusal()).toBe('metadata.bad-signature');
  });

  it('of a new root are those of the old one as well', async () => {
    const change = { role: 'root' as const, oldKey: roleKeys.root.publicKey, newKey: thief.publicKey };
    const making = { ...repository.making, signers: [...allSigners, thief] };
    repository.take(rotateKey(repository.repository, { ...making, ...change }));
    repository.forge('2.root.json', (signed) => signed, [thief]);
    expect(await refusal()).toBe('metadata.bad-signature');
    repository.forge('2.root.json', (signed) => signed, [roleKeys.root]);
    expect(await refusal()).toBe('metadata.bad-signature');
    repository.forge('2.root.json', (signed) => signed, [roleKeys.root, thief]);
    expect(await refusal()).toBeNull();
  });
});

describe('a change of keys', () => {
  it.each(tufRoles)('of %s is followed, and the old key is worth nothing after it', async (role) => {
    const key = testKey(`new ${role}`);
    const old = roleKeys[role];
    const signers = [...allSigners, key];
    const change = { role, oldKey: old.publicKey, newKey: key.publicKey };
    repository.take(rotateKey(repository.repository, { ...repository.making, signers, ...change }));
    expect((await workstation.refresh()).versions.root).toBe(2);

    const next = addRootVersion(repository.repository, { ...repository.making, signers });
    const published = publishTargets(next.repository, { ...repository.making, signers, contents: testContents('4.0') });
    repository.take(next).take(published);
    const name = { root: '3.root.json', timestamp: 'timestamp.json' }[role as string];
    if (name) {
      repository.forge(name, (signed) => signed, [old]);
      expect(await refusal()).toBe('metadata.bad-signature');
    } else {
      repository.forgeThrough(role as 'targets' | 'snapshot', (signed) => signed);
      expect(await refusal()).toBe('metadata.bad-signature');
    }
  });

  it('is followed over many roots at once', async () => {
    for (let count = 0; count < 5; count += 1) {
      repository.take(addRootVersion(repository.repository, repository.making));
    }
    expect((await workstation.refresh()).versions.root).toBe(6);
    expect((await workstation.catalogue.current())?.versions.root).toBe(6);
  });

  it('lets a workstation recover from versions that a stolen key drove up', async () => {
    repository.forge('timestamp.json', (signed) => ({ ...signed, version: 2 ** 50 }), [roleKeys.timestamp]);
    await workstation.refresh();
    const kept = new TestRepository(now);
    expect(await refusalOfAsync(() => workstation.refresh())).toBeNull();
    repository.take({ repository: kept.repository, files: kept.files }).renew();
    expect(await refusal()).toBe('metadata.rolled-back');

    const key = testKey('new timestamp');
    const change = { role: 'timestamp' as const, oldKey: roleKeys.timestamp.publicKey, newKey: key.publicKey };
    const making = { ...repository.making, signers: [...allSigners, key] };
    repository.take(rotateKey(repository.repository, { ...making, ...change }));
    expect((await workstation.refresh()).versions.timestamp).toBeLessThan(10);
  });

  it('lets a workstation recover from a snapshot that promised too much', async () => {
    repository.publish('3.23.0').forgeThrough('snapshot', (signed) => ({
      ...signed,
      meta: { 'targets.json': { version: 2 ** 50 } },
    }));
    expect(await refusal()).toBe('metadata.missing');
    const keys = { snapshot: testKey('new snapshot'), timestamp: testKey('new timestamp') };
    const signers = [...allSigners, keys.snapshot, keys.timestamp];
    const roles = {
      snapshot: { publicKeys: [keys.snapshot.publicKey], threshold: 1 },
      timestamp: { publicKeys: [keys.timestamp.publicKey], threshold: 1 },
    };
    repository.take(addRootVersion(repository.repository, { ...repository.making, signers, roles }));
    expect((await workstation.refresh()).versions.targets).toBe(2);
  });

  it('keeps the last catalogue usable where what follows cannot be had', async () => {
    const key = testKey('new timestamp');
    const change = { role: 'timestamp' as const, oldKey: roleKeys.timestamp.publicKey, newKey: key.publicKey };
    const making = { ...repository.making, signers: [...allSigners, key] };
    repository.take(rotateKey(repository.repository, { ...making, ...change }));
    repository.files.delete('timestamp.json');
    expect(await refusalOfAsync(() => workstation.refresh())).toBe('metadata.missing');
    repository.files.set('timestamp.json', Buffer.from('{}'));
    expect(await refusal()).toBe('metadata.malformed');
  });

  it.each(['targets', 'snapshot', 'timestamp'] as const)(
    'of %s ends installing by what the old key signed, where nothing newer can be had',
    async (role) => {
      const { path } = testContents('3.22.1').installers[0]!;
      const install = async () => (await workstation.catalogue.current())?.installer(path, now);
      expect(await install()).toMatchObject({ path });

      repository.take(addRootVersion(repository.repository, repository.making));
      repository.files.delete('timestamp.json');
      expect(await refusalOfAsync(() => workstation.refresh())).toBe('metadata.missing');
      expect(await install()).toMatchObject({ path });

      const key = testKey(`new ${role}`);
      const change = { role, oldKey: roleKeys[role].publicKey, newKey: key.publicKey };
      const making = { ...repository.making, signers: [...allSigners, key] };
      repository.take(rotateKey(repository.repository, { ...making, ...change }));
      repository.files.delete('timestamp.json');
      expect(await refusal()).toBe('metadata.missing');
      expect(await refusalOfAsync(install)).toBe('metadata.bad-signature');
    },
  );
});
