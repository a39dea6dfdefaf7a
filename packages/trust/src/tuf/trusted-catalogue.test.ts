// Tests of the catalogue on a workstation: what it learns, what it keeps, and how it survives damage.
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { testKey } from '../test-support/keys.ts';
import { refusalOf, refusalOfAsync } from '../test-support/refusal.ts';
import { directorKey, logHead, testContents, testInstaller, TestRepository } from '../test-support/repository.ts';
import { TestWorkstation } from '../test-support/workstation.ts';
import { publishTargets } from './repository.ts';
import { TrustedCatalogue } from './trusted-catalogue.ts';

const now = new Date('2026-11-22T08:00:00Z');
const thief = testKey('thief').publicKey;
const afterDays = (days: number) => new Date(now.getTime() + days * 86_400_000);

let repository: TestRepository;
let workstation: TestWorkstation;

beforeEach(() => {
  repository = new TestRepository(now);
  workstation = new TestWorkstation(repository);
});

describe('the catalogue on a workstation', () => {
  it('knows nothing before the first refresh', async () => {
    expect(await workstation.catalogue.current()).toBeNull();
  });

  it('learns installers, prohibitions, the director, the newest event and when it all expires', async () => {
    const view = await workstation.refresh();
    const installer = testInstaller('3.22.1');
    expect(view.installer(installer.path, now)).toEqual(installer);
    expect(view.prohibitedFor('pr_1')).toEqual([{ below: '3.0', reason: 'too old' }]);
    expect(view.prohibitedFor('constructor')).toEqual([]);
    expect(view.directorKeys).toEqual([directorKey]);
    expect(view.log).toEqual(logHead);
    expect(view.expiresAt).toEqual(afterDays(1));
    expect(view.versions).toEqual({ root: 1, targets: 1, snapshot: 1, timestamp: 1 });
  });

  it('is verified once for as long as what is stored stays the same', async () => {
    const { catalogue, storage } = workstation;
    const view = await catalogue.refresh(now);
    const stored = await catalogue.current();
    expect(await catalogue.current()).toBe(stored);
    expect(stored?.versions).toEqual(view.versions);
    storage.files.set('catalogue.json', Buffer.from('{'));
    expect(await catalogue.current()).not.toBeNull();
    expect(storage.setAsideFiles).toEqual(['catalogue.json']);
  });

  it('approves nothing for longer than its keys have said, whatever time the server gives', async () => {
    const { rootFingerprint, storage, fetcher } = workstation;
    const url = 'http://127.0.0.1/tuf';
    let machine = now;
    const machineClock = () => machine;
    const catalogue = new TrustedCatalogue({ url, rootFingerprint, storage, fetcher, machineClock });
    const { path } = testInstaller('3.22.1');
    const view = await catalogue.refresh(now);
    machine = afterDays(89);
    expect(view.installer(path, now).facts.version).toBe('3.22.1');
    machine = afterDays(90);
    expect(refusalOf(() => view.installer(path, now))).toBe('metadata.expired');
    const stored = await catalogue.current();
    expect(refusalOf(() => stored?.installersOf('pr_1', now))).toBe('metadata.expired');
    expect(stored?.prohibitedFor('pr_1')).toHaveLength(1);
  });

  it('lists the installers of a product, and leaves out one that it cannot read', async () => {
    const [good, other] = [testInstaller('3.22.1'), testInstaller('3.23.0')];
    const unreadable = { ...testInstaller('3.24.0'), facts: { ...testInstaller('3.24.0').facts, version: 'newest' } };
    const foreign = { ...other, path: 'installers/pr_2/3.23.0/x64.msi', facts: { ...other.facts, product: 'pr_2' } };
    const contents = { ...testContents(), installers: [good, other, unreadable, foreign] };
    repository.take(publishTargets(repository.repository, { ...repository.making, contents }));
    const view = await workstation.refresh();
    expect(view.installersOf('pr_1', now)).toEqual([good, other]);
    expect(view.installersOf('pr_2', now)).toEqual([foreign]);
    expect(view.installersOf('pr_3', now)).toEqual([]);
    expect(refusalOf(() => view.installersOf('pr_1', afterDays(2)))).toBe('metadata.expired');
  });

  it('tells the same from what is stored, without the network', async () => {
    await workstation.refresh();
    workstation.fetcher.takeAsked();
    const view = await workstation.catalogue.current();
    expect(view?.installer(testInstaller('3.22.1').path, now)).toEqual(testInstaller('3.22.1'));
    expect(view?.directorKeys).toEqual([directorKey]);
    expect(workstation.fetcher.asked).toEqual([]);
  });

  it('asks one small question, and writes nothing, where nothing has changed', async () => {
    await workstation.refresh();
    workstation.fetcher.takeAsked();
    const { writes } = workstation.storage;
    const view = await workstation.refresh();
    expect(view.versions.timestamp).toBe(1);
    expect(workstation.fetcher.asked).toEqual(['timestamp.json']);
    expect(workstation.storage.writes).toBe(writes);
  });

  it('asks for the next root and the timestamp where the server gives no ETag', async () => {
    workstation.fetcher.givesEtags = false;
    await workstation.refresh();
    workstation.fetcher.takeAsked();
    await workstation.refresh();
    expect(workstation.fetcher.asked).toEqual(['2.root.json', 'timestamp.json']);
  });

  it('fetches only what is new after a renewal', async () => {
    await workstation.refresh();
    workstation.fetcher.takeAsked();
    repository.renew();
    expect((await workstation.refresh()).versions).toEqual({ root: 1, targets: 1, snapshot: 1, timestamp: 2 });
    expect(workstation.fetcher.asked).toEqual(['timestamp.json', '2.root.json']);
  });

  it('sees what was approved and what was taken back', async () => {
    await workstation.refresh();
    repository.publish('3.23.0');
    const view = await workstation.refresh();
    expect(view.installer(testInstaller('3.23.0').path, now).facts.version).toBe('3.23.0');
    expect(refusalOf(() => view.installer(testInstaller('3.22.1').path, now))).toBe('target.unknown');
  });

  it('does not ask again for documents that have not changed', async () => {
    await workstation.refresh();
    workstation.fetcher.takeAsked();
    repository.publish('3.23.0');
    await workstation.refresh();
    expect(workstation.fetcher.asked.filter((name) => name.startsWith('targets/'))).toEqual([]);
  });

  it.each(['constructor', '__proto__', 'toString', '', 'installers', 'director.json/'])(
    'holds no installer called %j',
    async (path) => {
      const view = await workstation.refresh();
      expect(refusalOf(() => view.installer(path, now))).toBe('target.unknown');
    },
  );

  it('does not take a document for an installer', async () => {
    const view = await workstation.refresh();
    expect(refusalOf(() => view.installer('director.json', now))).toBe('target.malformed');
  });

  it('prevents installing once it has expired, and still knows director and prohibitions', async () => {
    await workstation.refresh();
    const view = await workstation.catalogue.current();
    expect(refusalOf(() => view?.installer(testInstaller('3.22.1').path, afterDays(2)))).toBe('metadata.expired');
    expect(view?.directorKeys).toEqual([directorKey]);
    expect(view?.prohibitedFor('pr_1')).toHaveLength(1);
    expect(await refusalOfAsync(() => workstation.refresh(afterDays(2)))).toBe('metadata.expired');
    expect((await workstation.catalogue.current())?.directorKeys).toEqual([directorKey]);
  });

  it('follows a repository that has been silent for a year', async () => {
    await workstation.refresh();
    repository.now = afterDays(300);
    repository.publish('3.23.0');
    expect((await workstation.refresh()).versions.targets).toBe(2);
  });

  it.each(['snapshot.json', 'targets.json', 'director.json'])(
    'comes to its end at the next refresh where %s could not be had at first',
    async (missing) => {
      const whole = new Map(repository.files);
      for (const name of whole.keys()) if (name.endsWith(missing)) repository.files.delete(name);
      expect(await refusalOfAsync(() => workstation.refresh())).toMatch(/^(metadata|target)\.missing$/);
      expect(await workstation.catalogue.current()).toBeNull();
      for (const [name, bytes] of whole) repository.files.set(name, bytes);
      expect((await workstation.refresh()).directorKeys).toEqual([directorKey]);
      expect((await workstation.catalogue.current())?.directorKeys).toEqual([directorKey]);
    },
  );

  it('approves nothing that newer targets have taken back, though a document of theirs is still to come', async () => {
    await workstation.refresh();
    const contents = { ...testContents(), installers: [testInstaller('3.23.0')], prohibited: {} };
    repository.take(publishTargets(repository.repository, { ...repository.making, contents }));
    const whole = new Map(repository.files);
    for (const name of whole.keys()) if (name.endsWith('prohibited.json')) repository.files.delete(name);
    expect(await refusalOfAsync(() => workstation.refresh())).toBe('target.missing');
    const view = await workstation.catalogue.current();
    const taken = testInstaller('3.22.1').path;
    expect(view?.versions.targets).toBe(1);
    expect(refusalOf(() => view?.installer(taken, now))).toBe('target.unknown');
    expect(view?.installersOf('pr_1', now)).toEqual([]);
    expect(view?.prohibitedFor('pr_1')).toHaveLength(1);
    expect(view?.directorKeys).toEqual([directorKey]);
    for (const [name, bytes] of whole) repository.files.set(name, bytes);
    expect((await workstation.refresh()).installersOf('pr_1', now)).toEqual(contents.installers);
  });

  it('passes on what goes wrong with the network, and stays as it was', async () => {
    await workstation.refresh();
    workstation.fetcher.fetch = () => Promise.reject(new Error('no route to host'));
    await expect(workstation.refresh()).rejects.toThrow('no route to host');
    expect(await workstation.catalogue.current()).not.toBeNull();
  });
});

describe('trust in the catalogue', () => {
  it('begins with the fingerprint of the installation key', async () => {
    const other = new TestWorkstation(new TestRepository(afterDays(1)));
    Object.assign(other, { fetcher: workstation.fetcher });
    expect(await refusalOfAsync(() => other.refresh())).toBe('metadata.wrong-root');
    expect(await other.catalogue.current()).toBeNull();
  });

  it('does not begin where there is no root', async () => {
    repository.files.delete('1.root.json');
    expect(await refusalOfAsync(() => workstation.refresh())).toBe('metadata.missing');
  });

  it('begins anew after an activation at another server', async () => {
    await workstation.refresh();
    const other = new TestWorkstation(new TestRepository(afterDays(1)));
    Object.assign(other, { storage: workstation.storage });
    expect(await other.catalogue.current()).toBeNull();
    expect((await other.refresh(afterDays(1))).expiresAt).toEqual(afterDays(2));
  });
});

describe('damage to what is stored', () => {
  beforeEach(async () => {
    await workstation.refresh();
  });

  const damage = (name: string, change: (bytes: Uint8Array) => Uint8Array) =>
    workstation.storage.files.set(name, change(workstation.storage.files.get(name)!));

  it('is met by the second copy', async () => {
    damage('catalogue.json', (bytes) => bytes.subarray(0, 1000));
    const told: string[] = [];
    const { rootFingerprint, storage, fetcher } = workstation;
    const { TrustedCatalogue } = await import('./trusted-catalogue.ts');
    const onDamage = (name: string) => void told.push(name);
    const catalogue = new TrustedCatalogue({
      url: 'http://127.0.0.1/tuf',
      rootFingerprint,
      storage,
      fetcher,
      onDamage,
    });
    expect((await catalogue.current())?.directorKeys).toEqual([directorKey]);
    expect(told).toEqual(['catalogue.json']);
    expect(storage.setAsideFiles).toEqual(['catalogue.json']);
  });

  it('is met by fetching everything again, from the root that the fingerprint names', async () => {
    damage('catalogue.json', () => new Uint8Array());
    damage('catalogue.backup.json', () => Buffer.from('{}'));
    expect(await workstation.catalogue.current()).toBeNull();
    expect((await workstation.refresh()).directorKeys).toEqual([directorKey]);
    expect(workstation.storage.setAsideFiles).toEqual(['catalogue.json', 'catalogue.backup.json']);
    expect(workstation.storage.files.size).toBe(2);
  });

  it.each([
    ['another director', (text: string) => text.replace(directorKey, thief)],
    ['a prohibition less', (text: string) => text.replace(/\[\{[^[\]]*too old[^[\]]*\}\]/, '[]')],
    ['a root more', (text: string) => text.replace('"roots":[', '"roots":["{}",')],
    ['a root more at the end', (text: string) => text.replace('],"timestamp"', ',"{}"],"timestamp"')],
  ])('is found where the file says %s', async (_what, change) => {
    const original = Buffer.from(workstation.storage.files.get('catalogue.json')!).toString('utf8');
    const altered = change(original);
    expect(altered).not.toBe(original);
    damage('catalogue.json', () => Buffer.from(altered));
    workstation.storage.files.delete('catalogue.backup.json');
    expect(await workstation.catalogue.current()).toBeNull();
    expect(workstation.storage.setAsideFiles).toEqual(['catalogue.json']);
    expect((await workstation.refresh()).directorKeys).toEqual([directorKey]);
  });

  it('never changes what the catalogue says, wherever a byte is altered or the file is cut', async () => {
    const original = workstation.storage.files.get('catalogue.json')!;
    const place = fc.integer({ min: 0, max: original.length - 1 });
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), fc.boolean(), async (at, difference, isCut) => {
        const altered = isCut ? original.slice(0, at) : Uint8Array.from(original);
        if (!isCut) altered[at] = altered[at]! ^ difference;
        workstation.storage.files.set('catalogue.json', altered);
        workstation.storage.files.delete('catalogue.backup.json');
        const view = await workstation.catalogue.current();
        if (view) {
          expect(view.directorKeys).toEqual([directorKey]);
          expect(view.installer(testInstaller('3.22.1').path, now)).toEqual(testInstaller('3.22.1'));
        }
        expect((await workstation.refresh()).directorKeys).toEqual([directorKey]);
      }),
      { numRuns: 60 },
    );
  });

  it('by a power failure at any write leaves the old or the new catalogue, and the next refresh completes it', async () => {
    for (let write = 1; write <= 8; write += 1) {
      repository = new TestRepository(now);
      workstation = new TestWorkstation(repository);
      await workstation.refresh();
      repository.publish('3.23.0');
      workstation.storage.writes = 0;
      workstation.storage.failsAtWrite = write;
      const outcome = await workstation.refresh().then(
        () => 'done',
        (error: unknown) => (error as Error).message,
      );
      expect(outcome).toBe(write <= 5 ? 'power failure' : 'done');
      const stored = await workstation.catalogue.current();
      expect(stored?.versions.targets, `after write ${write}`).toBe(write <= 4 ? 1 : 2);
      workstation.storage.failsAtWrite = Infinity;
      expect((await workstation.refresh()).versions.targets).toBe(2);
    }
  });
});
