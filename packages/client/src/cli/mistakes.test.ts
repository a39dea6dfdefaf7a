// Tests of ordinary mistakes and mishaps: what a person, or a task at night, is told, and how the command ends.
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { contoso } from '../test-support/stand-in-server.ts';

const fresh = contoso('3.23.0');
const run7 = ['--', '/bin/sh', '-c', 'exit 7'];

describe('update, where nobody sits at a terminal', () => {
  it.each([
    ['an offer', {}, 0],
    ['a required update', { requirement: 'mandatory' }, 20],
  ] as const)(
    'asks nothing, installs nothing without --yes, and ends as documented: %s',
    async (_what, how, status) => {
      const workstation = await ContosoWorkstation.withOldVersion();
      workstation.server.assign(fresh, how);
      const ended = await workstation.run(['update']);
      expect(ended.status).toBe(status);
      expect(ended.told).toContain('3.23.0');
      expect(ended.told).not.toContain('1)');
      expect(workstation.server.reportedStates).not.toContain('installed');
    },
  );

  it('ends with 28 where the installed version is prohibited', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    workstation.server.assign(fresh);
    workstation.server.policy = { ...workstation.server.policy, prohibited: [{ version: '3.22.1', reason: 'no' }] };
    expect(await workstation.run(['update'])).toMatchObject({ status: 28 });
  });

  it('names the update that waits while a pass holds', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    workstation.server.assign(fresh, { requirement: 'mandatory' });
    const pass = { until: '2026-11-23T08:00:00.000Z', reason: 'a demonstration' };
    workstation.server.policy = { ...workstation.server.policy, pass };
    const { status, printed } = await workstation.run(['update']);
    expect({ status, printed }).toEqual({
      status: 0,
      printed: 'Nothing to do (pass): version 3.23.0 waits to be installed.',
    });
  });
});

describe('a start', () => {
  it('in a folder that is not there blames the folder', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    workstation.server.policy = {};
    const { status, told } = await workstation.run(['start', '--in', '/nope', '--', '/bin/echo']);
    expect(status).toBe(1);
    expect(told).toContain('in /nope, which is no folder');
    expect(told).toContain('Check --in.');
  });

  it('without any policy names the code', async () => {
    const workstation = await ContosoWorkstation.activated();
    await workstation.server.stop();
    const { status, told } = await workstation.run(['start', ...run7]);
    expect(status).toBe(40);
    expect(told).toContain('There is no valid policy on this workstation, and none could be had. Code 2031.');
  });

  it('says that the identity was lost, and by which rules it goes', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    workstation.server.policy = {};
    await workstation.run(['check']);
    for (const name of ['identity.json', 'identity.copy.json']) await writeFile(join(workstation.state, name), '{');
    const { status, told } = await workstation.run(['start', ...run7]);
    expect(status).toBe(7);
    expect(told).toContain('has lost its identity and must be activated again');
    expect(told).toContain('The rules of ');
    expect(told).not.toContain('cannot be reached');
  });
});

describe('the state folder', () => {
  it('is named whole, also where it was typed from here', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const from = relative(process.cwd(), workstation.state);
    const { printed } = await workstation.run(['--state', from, 'status', '--json']);
    expect(JSON.parse(printed)).toMatchObject({ state: workstation.state });
  });
});
