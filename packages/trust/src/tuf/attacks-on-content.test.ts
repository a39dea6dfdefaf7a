// Attacks on what the catalogue holds and on the form of its files: mixed, endless, malformed, strangely named.
import { beforeEach, describe, expect, it } from 'vitest';
import { testKey } from '../test-support/keys.ts';
import { refusalOf, refusalOfAsync } from '../test-support/refusal.ts';
import { directorKey, roleKeys, testInstaller, TestRepository, type Signed } from '../test-support/repository.ts';
import { TestWorkstation } from '../test-support/workstation.ts';
import { sha256Of } from './catalogue-documents.ts';
import { addRootVersion, publishTargets } from './repository.ts';

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
function forgeRoot(change: (signed: Signed) => unknown): void {
  repository.take(addRootVersion(repository.repository, repository.making));
  repository.forge('2.root.json', change, [roleKeys.root]);
}

describe('mixing and matching', () => {
  it.each(['targets', 'snapshot'])('an old %s file under the name of the new one is refused', async (role) => {
    repository.publish('3.23.0');
    repository.files.set(`2.${role}.json`, repository.files.get(`1.${role}.json`)!);
    expect(await refusal()).toBe('metadata.mismatch');
  });

  it.each(['snapshot', 'targets'] as const)('an old %s file that only its version tells is refused', async (role) => {
    const first = repository.files.get(`1.${role}.json`)!;
    repository.publish('3.23.0');
    const above = role === 'targets' ? 'snapshot' : 'timestamp';
    repository.forgeThrough(above, (signed) => ({ ...signed, meta: { [`${role}.json`]: { version: 2 } } }));
    repository.files.set(`2.${role}.json`, first);
    expect(await refusal()).toBe('metadata.wrong-version');
  });

  it.each([{ length: 1 }, { hashes: { sha256: '0'.repeat(64) } }, { hashes: { nonsense: '00' } }])(
    'a snapshot that does not have %j is refused',
    async (meta) => {
      repository.publish('3.23.0');
      repository.forgeThrough('timestamp', (signed) => ({
        ...signed,
        meta: { 'snapshot.json': { version: 2, ...meta } },
      }));
      expect(await refusal()).toMatch(/^metadata\.(mismatch|too-large)$/);
    },
  );

  it.each(['timestamp.json', '2.snapshot.json', '2.targets.json'])('%s that is missing is refused', async (name) => {
    repository.publish('3.23.0').files.delete(name);
    expect(await refusal()).toBe('metadata.missing');
  });

  it.each(['timestamp.json', '2.root.json'])('another kind of metadata as %s is refused', async (name) => {
    repository.publish('3.23.0');
    repository.files.set(name, repository.files.get('2.targets.json')!);
    expect(await refusal()).toBe('metadata.malformed');
  });
});

describe('endless data', () => {
  const padded = (bytes: Uint8Array, length: number) => Buffer.concat([bytes, Buffer.alloc(length, 0x20)]);

  it.each([
    ['timestamp.json', 16_384],
    ['2.root.json', 512_000],
    ['2.snapshot.json', 10_000],
    ['2.targets.json', 10_000],
  ])('as %s is cut off', async (name, length) => {
    repository.publish('3.23.0');
    if (name === '2.root.json') repository.take(addRootVersion(repository.repository, repository.making));
    repository.files.set(name, padded(repository.files.get(name)!, length));
    expect(await refusal()).toBe('metadata.too-large');
  });

  it('is cut off also where the fetcher does not', async () => {
    repository.publish('3.23.0');
    const bytes = padded(repository.files.get('timestamp.json')!, 16_384);
    workstation.fetcher.fetch = () => Promise.resolve({ status: 'found', bytes });
    expect(await refusalOfAsync(() => workstation.refresh())).toBe('metadata.too-large');
  });

  it('is not asked for, however long signed metadata say that a file is', async () => {
    repository.publish('3.23.0').forgeThrough('timestamp', (signed) => ({
      ...signed,
      meta: { 'snapshot.json': { version: 2, length: 1e15 } },
    }));
    expect(await refusal()).toBe('metadata.mismatch');
    expect(workstation.fetcher.bounds.get('2.snapshot.json')).toBe(2_000_000);
  });

  it('is not asked for as a document either', async () => {
    repository.publish('3.23.0').forgeThrough('targets', (signed) => {
      const targets = signed.targets as Record<string, object>;
      const endless = { length: 1e12, hashes: { sha256: '0'.repeat(64) } };
      return { ...signed, targets: { ...targets, 'prohibited.json': endless } };
    });
    expect(await refusal()).toBe('metadata.too-large');
  });
});

describe('the documents', () => {
  const documentName = (path: string) => [...repository.files.keys()].filter((name) => name.endsWith(path)).at(-1)!;
  const publishOther = () => {
    const contents = {
      installers: [],
      prohibited: { pr_1: [{ version: '1.0', reason: 'x' }] },
      directorKeys: [directorKey, thief.publicKey],
    };
    repository.take(publishTargets(repository.repository, { ...repository.making, contents }));
  };
  const replaceTarget = (path: string, target: unknown) =>
    repository.forgeThrough('targets', (signed) => ({
      ...signed,
      targets: { ...(signed.targets as object), [path]: target },
    }));

  describe.each(['director.json', 'prohibited.json'])('%s', (path) => {
    beforeEach(publishOther);

    it('is taken when it is as it should be', async () => {
      expect((await workstation.refresh()).directorKeys).toEqual([directorKey, thief.publicKey]);
    });

    it('is refused when it was changed', async () => {
      const name = documentName(path);
      const bytes = Uint8Array.from(repository.files.get(name)!);
      bytes[10] = bytes[10]! ^ 1;
      repository.files.set(name, bytes);
      expect(await refusal()).toBe('target.mismatch');
    });

    it('is refused when it was cut', async () => {
      const name = documentName(path);
      repository.files.set(name, repository.files.get(name)!.subarray(1));
      expect(await refusal()).toBe('target.mismatch');
    });

    it('may not be missing', async () => {
      repository.files.delete(documentName(path));
      expect(await refusal()).toBe('target.missing');
    });

    it('may not be left out of the catalogue', async () => {
      repository.forgeThrough('targets', (signed) => {
        const { [path]: _gone, ...targets } = signed.targets as Record<string, object>;
        return { ...signed, targets };
      });
      expect(await refusal()).toBe('target.unknown');
    });

    it.each(['{', '[]', '{"format":2}', '{"format":1,"keys":[]}', '{"format":1,"products":{"pr_1":[{"below":"x"}]}}'])(
      'is refused when it says %j',
      async (text) => {
        const bytes = Buffer.from(text);
        const sha256 = sha256Of(bytes);
        repository.files.set(`targets/${sha256}.${path}`, bytes);
        replaceTarget(path, { length: bytes.length, hashes: { sha256 } });
        expect(await refusal()).toBe('target.malformed');
      },
    );

    it.each([
      { length: 1, hashes: {} },
      { length: 2 ** 60, hashes: { sha256: '0'.repeat(64) } },
      { length: 9, hashes: { sha256: 'x' } },
    ])('is refused when the catalogue describes it as %j', async (target) => {
      replaceTarget(path, target);
      expect(await refusal()).toBe('target.malformed');
    });
  });

  it.each([{ length: 1 }, { hashes: { sha256: '00' } }, { length: -1, hashes: {} }, null])(
    'are refused where the catalogue describes them as %j',
    async (target) => {
      publishOther();
      replaceTarget('director.json', target);
      expect(await refusal()).toBe('metadata.malformed');
    },
  );

  it('keep a thief of the director out: what the catalogue does not hold is not installed', async () => {
    const view = await workstation.refresh();
    expect(refusalOf(() => view.installer('installers/pr_1/9.9/x64.msi', now))).toBe('target.unknown');
  });
});

describe('names', () => {
  it.each([
    'installers/a "quoted" \\ name.msi',
    "it's.msi",
    'ä/😀.msi',
    '%2e%2e/%00.msi',
    '__proto__',
    '../../x',
    'a\u2028b',
  ])('as strange as %j are taken as they are', async (path) => {
    const { facts, size, sha256 } = testInstaller('3.22.1');
    repository.publish('3.23.0').forgeThrough('targets', (signed) => {
      const entries = Object.entries(signed.targets as object) as [string, unknown][];
      const target = { length: size, hashes: { sha256 }, custom: facts };
      return { ...signed, targets: Object.fromEntries([...entries, [path, target]]) };
    });
    const view = await workstation.refresh();
    expect(view.installer(path, now)).toEqual({ path, size, sha256, facts });
    expect((await workstation.catalogue.current())?.installer(path, now).sha256).toBe(sha256);
  });

  it.each([{ version: '1.0.0.0.0' }, { productCode: 'x' }, { upgradeCode: undefined }, { properties: [] }])(
    'lead to no installer whose facts say %j',
    async (change) => {
      const { facts, size, sha256, path } = testInstaller('3.22.1');
      repository.publish('3.23.0').forgeThrough('targets', (signed) => {
        const target = { length: size, hashes: { sha256 }, custom: { ...facts, ...change } };
        return { ...signed, targets: { ...(signed.targets as object), [path]: target } };
      });
      const view = await workstation.refresh();
      expect(refusalOf(() => view.installer(path, now))).toBe('target.malformed');
    },
  );
});

describe('metadata that are hardly metadata', () => {
  it.each([
    '',
    '{',
    'null',
    '[]',
    '{}',
    '{"signed":{},"signatures":[]}',
    '\ufeff{}',
    '"x"',
    '{"signatures":{},"signed":[]}',
  ])('such as %j are refused', async (text) => {
    repository.publish('3.23.0').files.set('timestamp.json', Buffer.from(text));
    expect(await refusal()).toBe('metadata.malformed');
  });

  it('such as bytes that are not UTF-8 are refused', async () => {
    repository.publish('3.23.0').files.set('timestamp.json', Buffer.from([0x22, 0xff, 0x22]));
    expect(await refusal()).toBe('metadata.malformed');
  });

  it.each([1.5, 0, '1', 2 ** 53])('such as a voucher for version %j are refused', async (version) => {
    repository
      .publish('3.23.0')
      .forgeThrough('timestamp', (signed) => ({ ...signed, meta: { 'snapshot.json': { version } } }));
    expect(await refusal()).toBe('metadata.malformed');
  });

  it.each(['2.0.0', '1', 'x', '', 1])('such as those of specification %j are refused', async (version) => {
    repository.publish('3.23.0').forgeThrough('timestamp', (signed) => ({ ...signed, spec_version: version }));
    expect(await refusal()).toBe('metadata.malformed');
  });

  it('such as a root without a role are refused', async () => {
    forgeRoot((signed) => {
      const { snapshot: _gone, ...roles } = signed.roles as Record<string, object>;
      return { ...signed, roles };
    });
    expect(await refusal()).toBe('metadata.malformed');
  });

  it('do not keep a repository from being good otherwise: unknown members are carried along', async () => {
    repository.publish('3.23.0').forgeThrough('targets', (signed) => ({ ...signed, 'x-more': { a: [1, 'ü'] } }));
    expect(await refusal()).toBeNull();
  });
});
