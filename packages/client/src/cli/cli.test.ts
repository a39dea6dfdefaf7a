// Tests of the commands from end to end: a real server's HTTP, a real catalogue, real signed installers.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { contoso, refuse } from '../test-support/stand-in-server.ts';

const old = contoso('3.22.1');
const fresh = contoso('3.23.0');
const hour = 3_600_000;
const say = (status: string) => ['--', '/bin/sh', '-c', `exit ${status}`];

const withOldVersion = () => ContosoWorkstation.withOldVersion();

async function installedText(workstation: ContosoWorkstation): Promise<string> {
  const record = JSON.parse(await readFile(join(workstation.state, 'installed.json'), 'utf8')) as {
    products: { folder: string }[];
  };
  return (await readFile(join(record.products[0]!.folder, 'Contoso Agent', 'version.txt'), 'utf8')).trim();
}

describe('activation', () => {
  it('makes the machine a workstation, and says when it waits for approval', async () => {
    const workstation = await ContosoWorkstation.fresh();
    workstation.server.status = 'pending';
    const { status, printed } = await workstation.run(['activate', '--key', workstation.server.key]);
    expect({ status, printed }).toEqual({ status: 0, printed: expect.stringContaining('1002') as string });
    expect(await workstation.run(['start', ...say('0')])).toMatchObject({ status: 10 });
    expect(await workstation.run(['status'])).toMatchObject({ status: 0 });
  });

  it('activates again as itself, with the key pair that it has', async () => {
    const workstation = await ContosoWorkstation.activated();
    await workstation.run(['activate', '--key', workstation.server.key]);
    const [first, second] = workstation.server.activations;
    expect(second).toMatchObject({ publicKey: first!.publicKey, machineId: first!.machineId });
    expect(second!.proof).toEqual(expect.any(String));
  });

  it('refuses a key that was mistyped, and says what to do', async () => {
    const workstation = await ContosoWorkstation.fresh();
    const { status, told } = await workstation.run(['activate', '--key', workstation.server.key.replace(/.$/, '!')]);
    expect(status).toBe(12);
    expect(told).toContain('Copy the whole line again');
    expect(workstation.server.activations).toEqual([]);
  });
});

describe('a start', () => {
  it('is refused where the machine is not activated (1005)', async () => {
    const workstation = await ContosoWorkstation.fresh();
    const { status, told } = await workstation.run(['start', ...say('0')]);
    expect(status).toBe(12);
    expect(told).toContain('usher-client activate');
  });

  it('is refused where nothing is installed and nothing is planned (2030)', async () => {
    const workstation = await ContosoWorkstation.activated();
    expect(await workstation.run(['start', ...say('0')])).toMatchObject({ status: 20 });
  });

  it('finds a version that was there before Usher, though nothing is assigned', async () => {
    const workstation = await withOldVersion();
    await rm(join(workstation.state, 'product.json'));
    const { upgradeCode } = old.entry.facts;
    const product = {
      id: 'pr_1',
      name: 'Agent',
      upgradeCode,
      enforcement: 'enforce',
      unknownVersions: 'allow',
    } as const;
    workstation.server.policy = { product };
    expect(await workstation.run(['start', ...say('6')])).toMatchObject({ status: 6 });
    expect(workstation.server.checks.slice(-2)).toMatchObject([
      { installedVersion: null },
      { installedVersion: '3.22.1' },
    ]);
  });

  it.each([
    ['workstation.pending', 403, 1002, 10],
    ['product.not-found', 404, undefined, 20],
    ['product.ambiguous', 422, undefined, 2],
  ])('without any policy is refused as the server says: %s', async (code, httpStatus, number, status) => {
    const workstation = await ContosoWorkstation.activated();
    workstation.server.interfere = (request, response) => {
      const isCheck = request.url?.endsWith('/check') === true;
      if (isCheck) refuse(response, httpStatus, code, number);
      return isCheck;
    };
    expect(await workstation.run(['start', ...say('0')])).toMatchObject({ status });
  });

  it("ends with the application's own exit status, its arguments kept", async () => {
    const workstation = await withOldVersion();
    workstation.server.policy = {};
    const script = '[ "$1" = --state ] && exit 42; exit 1';
    expect(await workstation.run(['start', '--', '/bin/sh', '-c', script, '--', '--state'])).toMatchObject({
      status: 42,
      told: '',
    });
  });

  it('says what to do where the application is not there', async () => {
    const workstation = await withOldVersion();
    const { status, told } = await workstation.run(['start', '--', join(workstation.folder, 'nowhere')]);
    expect(status).toBe(1);
    expect(told).toContain('Check the path');
  });

  it('starts the old version on "not now", and asks again the next time', async () => {
    const workstation = await withOldVersion();
    workstation.server.assign(fresh, { cutoffAt: '2026-12-04T18:00:00.000Z' });
    for (const _ of [1, 2]) {
      const { status, told } = await workstation.run(['start', ...say('7')], ['2']);
      expect(status).toBe(7);
      expect(told).toContain('Version 3.23.0 is available. You have 3.22.1.');
      expect(told).toContain('Required from ');
    }
    expect(workstation.server.reportedStates).toEqual(['offered', 'deferred', 'offered', 'deferred']);
    expect(await installedText(workstation)).toBe('3.22.1');
  });

  it('installs the new version on "update now" and starts it', async () => {
    const workstation = await withOldVersion();
    workstation.server.assign(fresh);
    const { status, told } = await workstation.run(['start', '--ui', 'terminal', ...say('7')], ['1']);
    expect(status).toBe(7);
    expect(told).toContain('Updated to 3.23.0.');
    expect(await installedText(workstation)).toBe('3.23.0');
    expect(workstation.server.reportedStates).toEqual([
      'offered',
      'downloading',
      'downloaded',
      'installing',
      'installed',
    ]);
    expect(workstation.server.checks.at(-1)).toMatchObject({ installedVersion: '3.23.0' });
  });

  it('never starts the installed version where an update is required and refused', async () => {
    const workstation = await withOldVersion();
    workstation.server.assign(fresh, { requirement: 'mandatory' });
    const { status, told } = await workstation.run(['start', ...say('0')], ['2']);
    expect(status).toBe(20);
    expect(told).toContain('Your organization requires this update');
    expect(workstation.server.reports.at(-1)).toMatchObject({ state: 'declined', code: 2030 });
  });

  it('goes back to an older version, too', async () => {
    const workstation = await withOldVersion();
    workstation.server.assign(fresh, { updateId: 'up_1' });
    await workstation.run(['start', '--answer', 'now', ...say('0')]);
    workstation.server.assign(old, { updateId: 'up_2', requirement: 'mandatory' });
    expect(await workstation.run(['start', '--answer', 'now', '--ui', 'none', ...say('3')])).toMatchObject({
      status: 3,
      told: '',
    });
    expect(await installedText(workstation)).toBe('3.22.1');
  });

  it('is refused with 2028 for a prohibited version, also with the server gone, until a pass is typed in', async () => {
    const workstation = await withOldVersion();
    workstation.server.policy = { prohibited: [{ version: '3.22.1', reason: 'leaks\u001b[31m memory' }] };
    const online = await workstation.run(['start', ...say('0')]);
    expect(online.status).toBe(28);
    expect(online.told).toContain('This version is prohibited by your administrator. Code 2028.');
    expect(online.told).toContain('Reason: leaks memory');

    const code = workstation.server.pass('2026-11-22T10:00:00.000Z');
    await workstation.server.stop();
    expect(await workstation.run(['start', ...say('0')])).toMatchObject({ status: 28 });

    expect(await workstation.run(['unlock', ...code.split('-')])).toMatchObject({ status: 0 });
    expect(await workstation.run(['start', ...say('5')])).toMatchObject({ status: 5 });
    workstation.host.pass(3 * hour);
    expect(await workstation.run(['start', ...say('5')])).toMatchObject({ status: 28 });
  });

  it('holds a prohibition of the catalogue that the policy does not repeat', async () => {
    const workstation = await withOldVersion();
    workstation.server.publish([fresh], [{ below: '3.23.0', reason: 'old' }]);
    workstation.server.assign(fresh);
    await workstation.run(['start', '--answer', 'now', ...say('0')]);
    expect(await workstation.run(['status', '--json'])).toMatchObject({
      printed: expect.stringContaining('"3.23.0"') as string,
    });
  });
});

describe('without the server', () => {
  it('the rules of the last policy hold for the grace, and not longer; setting the clock back gains nothing', async () => {
    const workstation = await withOldVersion();
    workstation.server.policy = { offline: { graceHours: 24, then: 'block' } };
    await workstation.run(['check']);
    await workstation.server.stop();
    expect(await workstation.run(['start', ...say('0')])).toMatchObject({
      status: 0,
      told: expect.stringContaining('The server cannot be reached. The rules of ') as string,
    });
    workstation.host.pass(25 * hour);
    expect(await workstation.run(['start', ...say('0')])).toMatchObject({ status: 40 });
    workstation.host.setClock('2026-11-22T08:00:00.000Z');
    expect(await workstation.run(['start', ...say('0')])).toMatchObject({ status: 40 });
    workstation.host.reboot();
    expect(await workstation.run(['start', ...say('0')])).toMatchObject({ status: 40 });
  });

  it('reports wait on disk and arrive once each, in order', async () => {
    const workstation = await withOldVersion();
    workstation.server.assign(fresh);
    let isDown = false;
    workstation.server.interfere = (request, response) => {
      if (isDown && request.url?.endsWith('/reports') === true) response.destroy();
      return isDown && request.url?.endsWith('/reports') === true;
    };
    isDown = true;
    await workstation.run(['start', '--answer', 'later', ...say('0')]);
    await workstation.run(['start', '--answer', 'later', ...say('0')]);
    expect(workstation.server.reports).toEqual([]);
    isDown = false;
    await workstation.run(['check']);
    const seqs = workstation.server.reports.map(({ seq }) => Number(seq));
    expect(workstation.server.reportedStates).toEqual(['offered', 'deferred', 'offered', 'deferred']);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    await workstation.run(['check']);
    expect(workstation.server.reports).toHaveLength(4);
  });
});

describe('a server that cannot be trusted', () => {
  it('does not bring an older policy, or one for another question, into force', async () => {
    const workstation = await withOldVersion();
    workstation.server.policy = { prohibited: [{ version: '3.22.1', reason: 'no' }] };
    await workstation.run(['check']);
    workstation.server.policy = { issuedAt: '2026-11-21T00:00:00.000Z' };
    expect(await workstation.run(['start', ...say('0')])).toMatchObject({ status: 28 });
    workstation.server.policy = { nonce: 'of an earlier check' };
    expect(await workstation.run(['start', ...say('0')])).toMatchObject({ status: 28 });
  });

  it('does not get an installer in that the catalogue does not name', async () => {
    const workstation = await withOldVersion();
    workstation.server.assign({ ...fresh, entry: { ...fresh.entry, sha256: 'f'.repeat(64) } });
    const { status, told } = await workstation.run(['start', '--answer', 'now', ...say('0')]);
    expect(status).toBe(0);
    expect(told).toContain('Code 2041');
    expect(workstation.server.reports.at(-1)).toMatchObject({ state: 'failed', code: 2041 });
    expect(await installedText(workstation)).toBe('3.22.1');
  });

  it('does not get an installer in that another publisher signed', async () => {
    const workstation = await withOldVersion();
    const publisher = { subject: 'CN=Somebody', issuer: 'CN=Somebody' };
    const other = { ...fresh, entry: { ...fresh.entry, facts: { ...fresh.entry.facts, publisher } } };
    workstation.server.publish([other]);
    workstation.server.assign(other, { requirement: 'mandatory' });
    expect(await workstation.run(['start', '--answer', 'now', ...say('0')])).toMatchObject({ status: 30 });
  });
});

describe('the command line', () => {
  it('has help for each command, and one line for what it does not understand', async () => {
    const workstation = await ContosoWorkstation.fresh();
    const overview = await workstation.run(['--help']);
    expect(overview.status).toBe(0);
    for (const name of ['activate', 'status', 'check', 'start', 'update', 'unlock', 'doctor', 'logs', 'deactivate']) {
      expect(overview.printed).toContain(name);
      expect(await workstation.run([name, '--help'])).toMatchObject({ status: 0, told: '' });
    }
    for (const wrong of [
      ['nonsense'],
      ['check', '--nonsense'],
      ['start'],
      ['start', '--ui', 'x', '--', 'a'],
      ['activate'],
    ]) {
      const { status, told } = await workstation.run(wrong);
      expect({ wrong, status, lines: told.split('\n').length }).toEqual({ wrong, status: 2, lines: 1 });
    }
  });

  it('takes the options of every command before it as well as after it, and the last one counts', async () => {
    const workstation = await ContosoWorkstation.fresh();
    const other = join(workstation.folder, 'other');
    const stateOf = async (...args: string[]) =>
      (JSON.parse((await workstation.run(args)).printed) as { state: string }).state;
    expect(await stateOf('status', '--json')).toBe(workstation.state);
    expect(await stateOf('status', '--json', '--state', other)).toBe(other);
    expect(await stateOf(`--state=${other}`, '--product', '{1}', 'status', '--json')).toBe(other);
    expect(await workstation.run(['--product', 'activate'])).toMatchObject({ status: 2 });
  });

  it('says as JSON what a start would do', async () => {
    const workstation = await withOldVersion();
    workstation.server.assign(fresh);
    const { printed, status } = await workstation.run(['check', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({
      installedVersion: '3.22.1',
      online: true,
      verdict: { action: 'offer', target: '3.23.0' },
    });
  });

  it('examines the machine, and says what is not well', async () => {
    const workstation = await withOldVersion();
    expect(await workstation.run(['doctor'])).toMatchObject({ status: 0 });
    workstation.host.free = 1000;
    await workstation.server.stop();
    const { status, printed } = await workstation.run(['doctor']);
    expect(status).toBe(1);
    expect(printed).toMatch(/NOT OK {2}server: .*cannot be reached/);
    expect(printed).toMatch(/NOT OK {2}disk: .*Free some space/);
  });

  it('forgets the identity and the rules on deactivation', async () => {
    const workstation = await withOldVersion();
    expect(await workstation.run(['deactivate'])).toMatchObject({ status: 0 });
    expect(await workstation.run(['start', ...say('0')])).toMatchObject({ status: 12 });
  });

  it('bundles the logs without the token', async () => {
    const workstation = await withOldVersion();
    const bundle = join(workstation.folder, 'logs.tar.gz');
    expect(await workstation.run(['logs', '--bundle', bundle])).toMatchObject({ status: 0 });
    const { stdout } = await workstation.host.run('tar', ['-xzOf', bundle], { timeoutMs: 10_000 });
    expect(stdout.toString()).toContain('Unpacked Contoso Agent 3.22.1');
    expect(stdout.toString()).not.toContain(workstation.server.token);
  });
});
