// Tests of the cache of installers: what is whole is read once, what is not is seen, and nobody fails for tidying up.
import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { isThere } from '../state/presence.ts';
import type { InstallerPackage } from '../state/state-folder.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { KeptFolder } from '../test-support/kept-state.ts';
import { productOf, ScriptedInstaller } from '../test-support/scripted-installer.ts';
import { contoso } from '../test-support/stand-in-server.ts';
import { check } from './check.ts';
import type { Engine } from './engine.ts';
import { update, type UpdateHooks } from './update.ts';

const old = contoso('3.22.1');
const fresh = contoso('3.23.0');
const start = ['start', '--answer', 'later', '--', '/bin/sh', '-c', 'exit 9'];

let workstation: ContosoWorkstation;
let engine: Engine;
beforeEach(async () => {
  workstation = await ContosoWorkstation.withOldVersion();
  engine = await workstation.open();
});

const markOf = async () => (await engine.state.cacheIndex.read())?.packages[0]?.mark ?? null;

const path = () => join(workstation.state, 'cache', old.entry.sha256.slice(0, 32), old.entry.facts.fileName ?? '');

/** When the file was written, in whole seconds since 1970, which every file system can say again. */
const writtenAt = 1_700_000_000;

/** The one file in the cache came before there were marks. */
async function withoutMark(): Promise<void> {
  await utimes(path(), writtenAt, writtenAt);
  const index = await engine.state.cacheIndex.read();
  const packages = (index?.packages ?? []).map((each) => ({ ...each, mark: null }));
  await engine.state.cacheIndex.write({ packages, hidden: index?.hidden ?? [], coming: [] });
}

async function flip(): Promise<void> {
  const bytes = await readFile(path());
  bytes.writeUInt8(bytes.readUInt8(600) ^ 1, 600);
  await writeFile(path(), bytes);
}

describe('an installer in the cache whose mark is missing', () => {
  beforeEach(withoutMark);

  it('is read by the first start that asks for it, and by none after that', async () => {
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    expect(await markOf()).toBe(String((await stat(path())).mtimeMs));
    // Whoever read it now would see that it is another one.
    await flip();
    await utimes(path(), writtenAt, writtenAt);
    expect(await engine.cache.holds(old.entry)).toBe(true);
  });

  it('is read again where it was written to after that', async () => {
    await workstation.run(start);
    await flip();
    expect(await engine.cache.holds(old.entry)).toBe(false);
  });

  it('gets none where it is not the one that was approved', async () => {
    await flip();
    expect(await engine.cache.holds(old.entry)).toBe(false);
    expect(await markOf()).toBeNull();
  });

  it('is read by every start where the disk has no room for the mark, and nobody is kept from starting', async () => {
    for (const _time of [1, 2]) {
      await symlink('/dev/full', join(workstation.state, 'cache', 'index.json.tmp'));
      expect(await workstation.run(start)).toMatchObject({ status: 9 });
      expect(await markOf()).toBeNull();
    }
  });

  it('stays without one where somebody only looks: another client may be at work', async () => {
    const before = await KeptFolder.of(workstation.state);
    workstation.host.pass(60_000);
    expect(await workstation.run(['status'])).toMatchObject({ status: 0 });
    const after = await KeptFolder.of(workstation.state);
    expect(after.names).toEqual(before.names);
    const changed = after.names.filter((name) => !after.content(name).equals(before.content(name)));
    expect(changed).toEqual([]);
  });
});

describe('older installers in the cache', () => {
  /** 3.23.0 is installed over 3.22.1; something happens to the disk after the download. */
  async function updated(meanwhile: UpdateHooks['closeApplication']) {
    workstation.driver = new ScriptedInstaller([old, fresh], [productOf(old)]);
    workstation.server.assign(fresh);
    engine = await workstation.open();
    const { policy, facts } = await check(engine, { ask: true });
    const hooks = { onProgress: () => undefined, closeApplication: meanwhile };
    return await update(engine, { policy, now: facts.now }, hooks);
  }

  it('that cannot be struck from the list for want of room are no reason to call an update failed', async () => {
    const fill = () => symlink('/dev/full', join(workstation.state, 'cache', 'index.json.tmp'));
    expect(await updated(fill)).toEqual({ version: '3.23.0', restartNeeded: false });
    expect(workstation.server.reportedStates.at(-1)).toBe('installed');
    expect(await engine.product.journal.read()).toBeNull();
    expect(await engine.cache.holds(fresh.entry)).toBe(true);
  });

  it('go, but for the present and the previous one, those of other products, and what half an update may need', async () => {
    const { cache, state } = engine;
    const [present] = (await state.cacheIndex.read())?.packages ?? [];
    if (present === undefined) throw new Error('Nothing is in the cache.');
    /** A package of a product, with a file in the cache. */
    const added = async (number: number, upgradeCode: string) => {
      const sha256 = number.toString(16).padStart(64, '0').split('').reverse().join('');
      const each = { ...present, sha256, upgradeCode, version: `1.${number}.0`, size: 1, path: `installers/${number}` };
      await mkdir(join(cache.pathOf(each), '..'), { recursive: true });
      await writeFile(cache.pathOf(each), 'x');
      await cache.add(each);
      return each;
    };
    const ours = present.upgradeCode;
    const [previous, oldest] = [await added(1, ours), await added(2, ours)];
    const another = await added(3, '{BBBBBBBB-1111-2222-3333-444444444444}');
    const [goal, back] = [await added(4, ours), await added(5, ours)];
    const other = state.product('pr_2');
    await other.prepare();
    const half = {
      updateId: 'up_2',
      target: goal,
      before: null,
      wayBack: [back],
      phase: 'changing',
      step: null,
    } as const;
    await other.journal.write({ format: 1, startedAt: '2026-11-22T08:00:00.000Z', ...half });
    await mkdir(join(state.cache, 'f'.repeat(32)));
    await writeFile(join(state.cache, 'f'.repeat(32), 'agent.msi.part'), 'x');

    await cache.keepOnly([present, previous]);
    const kept = [present, previous, another, goal, back];
    const listed = ((await state.cacheIndex.read())?.packages ?? []).map(({ sha256 }) => sha256);
    expect(listed.sort()).toEqual(kept.map(({ sha256 }) => sha256).sort());
    const folders = (await readdir(state.cache)).filter((name) => !name.includes('.'));
    expect(folders.sort()).toEqual(kept.map(({ sha256 }) => sha256.slice(0, 32)).sort());
    expect(await isThere(cache.pathOf(oldest))).toBe(false);
  });

  it('go with what a download of this product left behind, but not with half an installer of another one', async () => {
    const { cache, state } = engine;
    const begun = { ...(await packageOf(old)), sha256: 'b'.repeat(64) };
    const begunOfOther = { ...begun, sha256: 'e'.repeat(64), upgradeCode: other };
    for (const each of [begun, begunOfOther]) {
      await cache.expect(each);
      await put(each);
    }
    await updated(() => Promise.resolve());
    expect(await Promise.all([begun, begunOfOther].map(isHere))).toEqual([false, true]);
    const { coming = [] } = (await state.cacheIndex.read()) ?? {};
    expect(coming.map(({ sha256 }) => sha256)).toEqual([begunOfOther.sha256]);
  });

  const other = '{0C0C0C0C-0000-0000-0000-000000000001}';

  async function packageOf({ entry }: typeof old): Promise<InstallerPackage> {
    const found = (await engine.state.cacheIndex.read())?.packages.find(({ sha256 }) => sha256 === entry.sha256);
    if (found === undefined) throw new Error('It is not in the cache.');
    return found;
  }

  async function put(each: InstallerPackage): Promise<void> {
    await mkdir(dirname(engine.cache.pathOf(each)), { recursive: true });
    await writeFile(engine.cache.pathOf(each), 'some of it');
  }

  const isHere = async (each: InstallerPackage) => await isThere(engine.cache.pathOf(each));
});
