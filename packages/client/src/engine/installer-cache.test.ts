// Tests of the cache of installers: what is whole is read once, what is not is seen, and nobody fails for tidying up.
import { readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
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
  await engine.state.cacheIndex.write({ packages, hidden: index?.hidden ?? [] });
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
});
