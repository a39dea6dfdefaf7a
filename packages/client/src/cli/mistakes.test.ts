// Tests of ordinary mistakes and mishaps: what a person, or a task at night, is told, and how the command ends.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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
      printed: 'Nothing to do: a pass allows it. Version 3.23.0 waits to be installed.',
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

  it('that is refused says so once, in one line', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    workstation.server.policy = { workstation: { id: 'ws_1', status: 'pending' } };
    expect(await workstation.run(['start', ...run7])).toMatchObject({
      status: 10,
      told: 'usher-client: This workstation waits for approval by your administrator. Code 1002. Workstation: ws_1',
    });
  });

  it.each([[[]], [['--answer', 'later']]])('that a required update keeps from says why once %j', async (options) => {
    const workstation = await ContosoWorkstation.withOldVersion();
    workstation.server.assign(fresh, { requirement: 'mandatory' });
    const { status, told } = await workstation.run(['start', ...options, ...run7]);
    expect(status).toBe(20);
    expect(told.split('Your organization requires this update')).toHaveLength(2);
    expect(told).toContain('Version 3.23.0 is available. You have 3.22.1.');
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

describe('status and check', () => {
  it.each([
    ['status', 'starts the application: the update that waits cannot be had just now'],
    ['check', 'offers version 3.23.0: an update is there, and not required yet; required from Fri'],
  ])('%s says in words what a start would do', async (command, said) => {
    const workstation = await ContosoWorkstation.withOldVersion();
    workstation.server.assign(fresh, { cutoffAt: '2026-12-04T18:00:00.000Z' });
    await workstation.run(['check']);
    const { status, printed } = await workstation.run([command]);
    expect(status).toBe(0);
    expect(printed).toContain(`a start now: ${said}`);
    expect(printed).not.toMatch(/[{}]"|"[{}]|":/);
  });
});

describe('what lies in the state folder where something else should', () => {
  it.each(['queue', 'tuf', 'logs'])('a file in place of the folder %s is named, by doctor too', async (name) => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const path = join(workstation.state, name);
    await rm(path, { recursive: true });
    await writeFile(path, '');
    const start = await workstation.run(['start', ...run7]);
    expect(start).toMatchObject({
      status: 1,
      told: expect.stringContaining(`${path} is, or lies below, a file`) as string,
    });
    const { status, printed } = await workstation.run(['doctor']);
    expect({ status, printed }).toEqual({
      status: 1,
      printed: expect.stringContaining(`NOT OK  state folder: ${path}`) as string,
    });
  });

  it.each(['with the server', 'without it'])('a folder in place of the rules is set aside: %s', async (how) => {
    const workstation = await ContosoWorkstation.withOldVersion();
    workstation.server.policy = {};
    const path = join(workstation.state, 'policy.jws');
    await rm(path, { force: true });
    await mkdir(path);
    if (how === 'without it') await workstation.server.stop();
    const { status } = await workstation.run(['start', ...run7]);
    expect(status).toBe(how === 'without it' ? 40 : 7);
    const names = await readdir(workstation.state);
    expect(names).toContain('policy.jws.damaged-1');
    expect(names).not.toContain('policy.jws.tmp');
  });

  it('damaged settings are set aside, made again, noted, and named by doctor', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const path = join(workstation.state, 'settings.json');
    const before = await readFile(path, 'utf8');
    await writeFile(path, '{');
    const { printed } = await workstation.run(['doctor']);
    expect(printed).toContain('has been set aside: settings.json.damaged-1');
    expect(await readFile(path, 'utf8')).toBe(before);
    expect(await readFile(join(workstation.state, 'logs', 'client.log'), 'utf8')).toContain('settings.json.damaged-1');
  });
});

describe('an ordinary mistake is said in a plain sentence', () => {
  it.each([
    [
      'a folder for the logs that is not there',
      ['logs', '--bundle', '/nope/x.tgz'],
      'There is no /nope/x.tgz, or no folder for it.',
    ],
    ['logs onto a full disk', ['logs', '--bundle', '/dev/full'], 'The disk is full'],
    ['a file for a state folder', ['--state', '/etc/passwd', 'status'], '/etc/passwd is, or lies below, a file'],
  ])('%s', async (_what, args, sentence) => {
    const workstation = await ContosoWorkstation.activated();
    const { status, told } = await workstation.run(args);
    expect(told).toContain(sentence);
    expect(told).not.toContain('unexpected');
    expect(status).toBeGreaterThan(0);
  });
});
