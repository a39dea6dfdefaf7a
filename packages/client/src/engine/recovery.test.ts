// Tests of what a start does with an update that was interrupted: it asks first what was decided meanwhile.
import { describe, expect, it } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { productOf, ScriptedInstaller } from '../test-support/scripted-installer.ts';
import { contoso } from '../test-support/stand-in-server.ts';

const old = contoso('3.22.1');
const fresh = contoso('3.23.0');
const now = ['start', '--answer', 'now', '--', '/bin/sh', '-c', 'exit 9'];
const leak = { version: '3.22.1', reason: 'It leaks.' };

/** 3.23.0 was removed on the way back to 3.22.1, and the power went off. */
async function interrupted(): Promise<{ workstation: ContosoWorkstation; installer: ScriptedInstaller }> {
  const workstation = await ContosoWorkstation.withOldVersion();
  const { server } = workstation;
  const installer = new ScriptedInstaller([old, fresh], []);
  workstation.driver = installer;
  server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1' });
  expect(await workstation.run(['update', '--yes'])).toMatchObject({ status: 0 });
  server.assign(old, { requirement: 'mandatory', updateId: 'up_2' });
  installer.dyingAt = 'install 3.22.1';
  expect(await workstation.run(now)).toMatchObject({ status: 1 });
  installer.dyingAt = null;
  expect(installer.products).toEqual([]);
  workstation.host.pid += 1;
  return { workstation, installer };
}

describe('an interrupted update', () => {
  it('is finished where nothing was decided meanwhile', async () => {
    const { workstation, installer } = await interrupted();
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
    expect(installer.products).toEqual([productOf(old)]);
    expect(workstation.server.reports.at(-1)).toMatchObject({ state: 'installed', updateId: 'up_2' });
  });

  it('is undone where its target was prohibited meanwhile', async () => {
    const { workstation, installer } = await interrupted();
    workstation.server.policy = { ...workstation.server.policy, prohibited: [leak], assignment: null };
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
    expect(installer.products).toEqual([productOf(fresh)]);
    expect(workstation.server.reports.at(-1)).toMatchObject({ state: 'rolled-back', updateId: 'up_2' });
  });

  it.each([
    ['is in the catalogue no longer', [fresh], []],
    ['is prohibited by the catalogue alone', [old, fresh], [leak]],
  ])('is undone where its target %s', async (_what, offered, prohibited) => {
    const { workstation, installer } = await interrupted();
    workstation.server.publish(offered, prohibited);
    workstation.server.policy = { ...workstation.server.policy, assignment: null };
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
    expect(installer.products).toEqual([productOf(fresh)]);
  });

  it('is finished without the server, by what was approved when it began', async () => {
    const { workstation, installer } = await interrupted();
    workstation.server.interfere = (_request, response) => (response.destroy(), true);
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
    expect(installer.products).toEqual([productOf(old)]);
  });

  it('installs nothing that is prohibited, where there is nothing to go back to either', async () => {
    const { workstation, installer } = await interrupted();
    installer.codes = { 'install 3.23.0': 1603 };
    workstation.server.policy = { ...workstation.server.policy, prohibited: [leak], assignment: null };
    const { status, told } = await workstation.run(now);
    expect(status).toBe(20);
    expect(told).toContain('The version that was to be installed is prohibited.');
    expect(installer.products).toEqual([]);
    expect(workstation.server.reports.at(-1)).toMatchObject({ state: 'failed', code: 2028 });
  });
});
