// Tests of the way back: what is installed is removed only with a verified file at hand that puts it back, or it is said.
import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { productOf, ScriptedInstaller } from '../test-support/scripted-installer.ts';
import { contoso, type OfferedInstaller } from '../test-support/stand-in-server.ts';

const old = contoso('3.22.1');
const fresh = contoso('3.23.0');
const now = ['start', '--answer', 'now', '--', '/bin/sh', '-c', 'exit 9'];

interface Scene {
  readonly workstation: ContosoWorkstation;
  readonly installer: ScriptedInstaller;
}

/** 3.23.0 is installed, by an update; an update leads back to 3.22.1, whose installation fails. */
async function goingBack(requirement: 'optional' | 'mandatory', offered = [old, fresh]): Promise<Scene> {
  const workstation = await ContosoWorkstation.withOldVersion();
  const { server } = workstation;
  const [first, second] = offered as [OfferedInstaller, OfferedInstaller];
  server.publish(offered);
  const installer = new ScriptedInstaller(offered, []);
  workstation.driver = installer;
  server.assign(second, { requirement: 'mandatory', updateId: 'up_1' });
  expect(await workstation.run(['update', '--yes'])).toMatchObject({ status: 0 });
  installer.calls.length = 0;
  installer.codes = { 'install 3.22.1': 1603 };
  server.assign(first, { requirement, updateId: 'up_2' });
  return { workstation, installer };
}

const pathOf = ({ state }: ContosoWorkstation, { entry }: OfferedInstaller) =>
  join(state, 'cache', entry.sha256.slice(0, 32), entry.facts.fileName ?? '');

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 600) ^ 1, bytes.length - 600);
  await writeFile(path, bytes);
}

async function flipUnseen(path: string): Promise<void> {
  const { atime, mtime } = await stat(path);
  await flip(path);
  await utimes(path, atime, mtime);
}

describe('the way back', () => {
  it('is verified before anything is removed, and fetched anew where it is damaged', async () => {
    const { workstation, installer } = await goingBack('mandatory');
    await flip(pathOf(workstation, fresh));
    const { status, told } = await workstation.run(now);
    expect(status).toBe(30);
    expect(told).toContain('previous version was put back');
    expect(installer.calls).toEqual(['remove 3.23.0: 0', 'install 3.22.1: 1603', 'install 3.23.0: 0']);
    expect(workstation.server.reports.at(-1)).toMatchObject({ state: 'rolled-back', code: 2046, exitCode: 1603 });
  });

  it('leads also to another version under the same product code', async () => {
    const productCode = '{AAAAAAAA-0000-0000-0000-000000000001}';
    const same = [old, fresh].map((each) => ({
      ...each,
      entry: { ...each.entry, facts: { ...each.entry.facts, productCode } },
    }));
    const { workstation, installer } = await goingBack('mandatory', same);
    expect(await workstation.run(now)).toMatchObject({ status: 30 });
    expect(installer.calls).toEqual(['remove 3.23.0: 0', 'install 3.22.1: 1603', 'install 3.23.0: 0']);
    expect(await installer.installed()).toEqual([{ productCode, version: '3.23.0' }]);
  });

  it('that can not be had is said before the removal, and nobody goes on with what is gone', async () => {
    const { workstation, installer } = await goingBack('optional');
    await flip(pathOf(workstation, fresh));
    workstation.server.publish([old]);
    const { status, told } = await workstation.run(now);
    expect(status).toBe(30);
    expect(told).toContain('Windows Installer 1603');
    expect(told).toContain('Nothing is installed any more');
    expect(told).not.toContain('Continue with');
    expect(installer.products).toEqual([]);
    const installing = workstation.server.reports.filter(({ state }) => state === 'installing').at(-1);
    expect(installing?.detail).toContain('There is no way back');
    expect(workstation.server.reports.at(-1)).toMatchObject({ state: 'failed', code: 2042, exitCode: 1603 });
  });

  it('that fails too leaves the first cause, and is tried again at the next start', async () => {
    const { workstation, installer } = await goingBack('optional');
    installer.codes = { 'install 3.22.1': 1603, 'install 3.23.0': 1625 };
    const { status, told } = await workstation.run(now);
    expect(status).toBe(30);
    expect(told).toContain('Windows Installer 1603');
    expect(installer.products).toEqual([]);
    installer.codes = {};
    workstation.server.policy = { ...workstation.server.policy, assignment: null };
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
    expect(installer.products).toEqual([productOf(fresh)]);
  });

  it('stays known through an attempt that begins with nothing installed', async () => {
    const { workstation, installer } = await goingBack('mandatory');
    installer.codes = { 'install 3.22.1': 1603, 'install 3.23.0': 1618 };
    expect(await workstation.run(now)).toMatchObject({ status: 30 });
    expect(installer.products).toEqual([]);
    installer.codes = { 'install 3.22.1': 1603 };
    expect(await workstation.run(['update', '--yes'])).toMatchObject({ status: 30 });
    expect(installer.products).toEqual([productOf(fresh)]);
  });
});

describe('an installer in the cache that was damaged', () => {
  it.each([
    ['and written to since', flip],
    ['under its old date', flipUnseen],
  ])('%s is fetched anew by the attempt that finds it', async (_how, damage) => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { server } = workstation;
    const installer = new ScriptedInstaller([old, fresh], [productOf(old)]);
    workstation.driver = installer;
    server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1' });
    installer.codes = { 'install 3.23.0': 1603 };
    expect(await workstation.run(now)).toMatchObject({ status: 30 });
    await damage(pathOf(workstation, fresh));
    installer.codes = {};
    server.downloads.length = 0;
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
    expect(server.downloads).toHaveLength(1);
    expect(installer.products).toContainEqual(productOf(fresh));
  });

  it('does not count as on the disk: offline nobody is held up by it', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { server } = workstation;
    const installer = new ScriptedInstaller([old, fresh], [productOf(old)]);
    workstation.driver = installer;
    server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1' });
    installer.codes = { 'install 3.23.0': 1603 };
    expect(await workstation.run(now)).toMatchObject({ status: 30 });
    server.interfere = (_request, response) => (response.destroy(), true);
    expect(await workstation.run(now)).toMatchObject({ status: 30 });
    await flip(pathOf(workstation, fresh));
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
  });
});
