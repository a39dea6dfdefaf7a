// Tests of what a start does with an update that was interrupted: it asks first what was decided meanwhile.
import { describe, expect, it } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { productOf, ScriptedInstaller } from '../test-support/scripted-installer.ts';
import { ServedWorkstation } from '../test-support/served-workstation.ts';
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

  it('is undone where its target is prohibited, at the next start where this one cannot', async () => {
    const { workstation, installer } = await interrupted();
    workstation.server.policy = { ...workstation.server.policy, prohibited: [leak], assignment: null };
    installer.codes = { 'install 3.23.0': 1603 };
    const { status, told } = await workstation.run(now);
    expect(status).toBe(20);
    expect(told).toContain('The version that was to be installed is prohibited.');
    installer.codes = {};
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
    expect(installer.products).toEqual([productOf(fresh)]);
    expect(workstation.server.reports.at(-1)).toMatchObject({ state: 'rolled-back', updateId: 'up_2' });
  });

  it('is undone as soon as that can be, however often it failed before, and each failure is told once', async () => {
    const { workstation, installer } = await interrupted();
    workstation.server.policy = { ...workstation.server.policy, prohibited: [leak], assignment: null };
    const told = workstation.server.reports.length;
    for (const code of [1618, 1618, 1603, 1603, 1601]) {
      installer.codes = { 'install 3.23.0': code };
      expect(await workstation.run(now)).toMatchObject({ status: 20 });
    }
    installer.codes = {};
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
    expect(installer.products).toEqual([productOf(fresh)]);
    expect(installer.calls.filter((call) => call.startsWith('install 3.22.1'))).toEqual([]);
    expect(workstation.server.reports.slice(told)).toMatchObject([
      { state: 'failed', code: 2044 },
      { state: 'failed', code: 2028, exitCode: 1603 },
      { state: 'failed', code: 2028, exitCode: 1601 },
      { state: 'rolled-back', code: 2046 },
    ]);
    expect(await (await workstation.open()).product.journal.read()).toBeNull();
  });

  it('that cannot be recovered keeps the engine from nothing else in its hourly round', async () => {
    const { workstation, installer } = await interrupted();
    installer.codes = { 'install 3.22.1': 1603, 'install 3.23.0': 1603 };
    const { engine } = await ServedWorkstation.of(workstation);
    await engine.hourly.once();
    expect(workstation.server.checks.at(-1)).toMatchObject({ purpose: 'background' });
    installer.codes = { 'install 3.22.1': 1603 };
    await engine.hourly.once();
    expect(installer.products).toEqual([productOf(fresh)]);
  });

  it('that cannot be recovered keeps nobody from asking what the rules say', async () => {
    const { workstation, installer } = await interrupted();
    installer.codes = { 'install 3.22.1': 1603, 'install 3.23.0': 1603 };
    const { status, told, printed } = await workstation.run(['check', '--json']);
    expect(status).toBe(20);
    expect(told).toContain('Windows Installer 1603');
    expect(JSON.parse(printed)).toMatchObject({ verdict: { action: 'require', target: '3.22.1' } });
  });

  it('that cannot be recovered is not tried again because somebody took a moment to answer', async () => {
    const { workstation, installer } = await interrupted();
    installer.codes = { 'install 3.22.1': 1603, 'install 3.23.0': 1603 };
    installer.calls.length = 0;
    const asked = ['start', '--ui', 'terminal', '--', '/bin/sh', '-c', 'exit 9'];
    const [update, exit] = ['1', '3'];
    expect(await workstation.run(asked, [update, exit])).toMatchObject({ status: 30 });
    const once = ['install 3.22.1: 1603', 'install 3.23.0: 1603'];
    expect(installer.calls).toEqual([...once, ...once]);
  });

  it('leaves a newer version alone that somebody has installed meanwhile', async () => {
    const { workstation, installer } = await interrupted();
    const newer = { productCode: '{AAAAAAAA-0000-0000-0000-000000000009}', version: '3.24.0' };
    installer.products = [newer];
    installer.calls.length = 0;
    workstation.server.policy = { ...workstation.server.policy, assignment: null };
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
    expect(installer.products).toEqual([newer]);
    expect(installer.calls).toEqual([]);
    expect(await (await workstation.open()).product.journal.read()).toBeNull();
  });
});

describe('an interrupted update whose approval is old', () => {
  it.each([
    ['two days', 2],
    ['four hundred days, by which also what the approvers signed has expired', 400],
  ])('by %s, without the server, is finished: nobody has taken it back', async (_how, days) => {
    const { workstation, installer } = await interrupted();
    workstation.server.interfere = (_request, response) => (response.destroy(), true);
    workstation.host.pass(days * 86_400_000);
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
    expect(installer.products).toEqual([productOf(old)]);
  });
});

describe('an interrupted update that a newer catalogue no longer names', () => {
  it('is undone also where not all of that catalogue is here yet', async () => {
    const { workstation, installer } = await interrupted();
    const { server } = workstation;
    server.publish([fresh], [{ version: '1.0.0', reason: 'It is old.' }]);
    server.policy = { ...server.policy, assignment: null };
    server.interfere = (request, response) => {
      const isKept = request.url?.endsWith('prohibited.json') === true;
      if (isKept) response.destroy();
      return isKept;
    };
    installer.calls.length = 0;
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
    expect(installer.calls).toEqual(['install 3.23.0: 0']);
  });
});

describe('an interrupted update that was approved by a key that has been taken back since', () => {
  /** Of the server's new catalogue the root comes through, and nothing that says what is approved by now. */
  async function takenBack() {
    const scene = await interrupted();
    const { server } = scene.workstation;
    server.revokeApprovals();
    server.interfere = (request, response) => {
      const isKept = request.url?.endsWith('/timestamp.json') === true;
      if (isKept) response.destroy();
      return isKept;
    };
    scene.installer.calls.length = 0;
    return scene;
  }

  it('is undone', async () => {
    const { workstation, installer } = await takenBack();
    workstation.server.policy = { ...workstation.server.policy, assignment: null };
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
    expect(installer.calls).toEqual(['install 3.23.0: 0']);
    expect(workstation.server.reports.at(-1)).toMatchObject({ state: 'rolled-back', updateId: 'up_2' });
  });

  it('is undone also without the server, where the new root is here', async () => {
    const { workstation, installer } = await takenBack();
    const engine = await workstation.open();
    await expect(engine.catalogue?.refresh(new Date(workstation.host.clock.now()))).rejects.toMatchObject({
      code: 'server.unreachable',
    });
    workstation.server.interfere = (_request, response) => (response.destroy(), true);
    const later = now.map((word) => (word === 'now' ? 'later' : word));
    await workstation.run(later);
    expect(installer.calls).toEqual(['install 3.23.0: 0']);
  });

  it('is not finished where nothing leads back either, until those who approve now say that it is approved', async () => {
    const { workstation, installer } = await takenBack();
    const { product } = await workstation.open();
    const journal = await product.journal.read();
    if (journal === null) throw new Error('There is no journal.');
    await product.journal.write({ ...journal, wayBack: [] });
    const { status, told } = await workstation.run(now);
    expect({ status, told }).toMatchObject({
      status: 30,
      told: expect.stringContaining('Nothing was installed') as string,
    });
    expect(installer.calls).toEqual([]);
    workstation.server.interfere = () => false;
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
    expect(installer.products).toEqual([productOf(old)]);
  });
});
