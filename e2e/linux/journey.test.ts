// The Linux twin of the client against the real server: activation, an update through the unpacking driver, and the start
// gate with and without the server. Each step follows from the one before it.
import { join } from 'node:path';
import type { MadeInstaller } from '@usher/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Administrator, InstallerView } from '../support/administrator.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { setStage } from '../support/stage.ts';
import { LinuxWorkstation, shellApplication } from './linux-workstation.ts';

const things = new AsyncDisposableStack();
let server: ServerProcess;
let admin: Administrator;
let machine: LinuxWorkstation;
let old: MadeInstaller;
let fresh: MadeInstaller;
let shown: InstallerView;
let path: (file: string) => string;

beforeAll(async () => {
  const stage = await setStage(things, LinuxWorkstation.create());
  ({ server, admin, machine } = stage);
  const make = (version: string) => stage.vendor.make(`contoso-agent-${version}.msi`, shellApplication(version));
  [old, fresh] = await Promise.all([make('3.22.1'), make('3.23.0')]);
  path = (file) => machine.pathOf(old.upgradeCode, 'Contoso Agent', file);
});
afterAll(() => things.disposeAsync());

const start = (options: readonly string[], input: readonly string[] = []) =>
  machine.client(['start', ...options, '--', path('agent'), 'a b', '--state'], { input });

test('a machine is activated, waits for approval, and is authorized', async () => {
  shown = await admin.uploadApproved(old.path);
  const key = await admin.installationKey();
  const activated = await machine.client(['activate', '--key', key, '--unpack-into', machine.applications]);
  expect(activated).toMatchObject({ exitCode: 0, stderr: '' });
  const { id, status, os } = await admin.workstation();
  expect({ status, os }).toMatchObject({ status: 'pending', os: { platform: 'linux', timeZone: 'UTC' } });
  const refused = await start([]);
  expect(refused).toMatchObject({ exitCode: 10, stdout: '' });
  expect(refused.stderr).toContain('This workstation waits for approval by your administrator. Code 1002.');
  expect(refused.stderr).toContain(id);
  await admin.wire.call('POST', `/workstations/${id}/authorize`, {});
  expect(await start([])).toMatchObject({ exitCode: 20 });
});

test('an update installs the application, and it starts', async () => {
  const { id } = await admin.startUpdate({ product: shown.product.id, version: '3.22.1', requirement: 'mandatory' });
  const { exitCode, stdout, stderr } = await start(['--answer', 'now']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 9, stdout: '3.22.1 a b --state\n' });
  expect(stderr).toContain('Updated to 3.22.1.');
  expect(await admin.update(id)).toMatchObject({ state: 'completed', counts: { installed: 1 } });
  expect((await admin.workstation()).installedVersion).toBe('3.22.1');
});

test('an optional update is the person’s choice', async () => {
  await admin.uploadApproved(fresh.path);
  const { id } = await admin.startUpdate({ product: shown.product.id, version: '3.23.0', requirement: 'optional' });
  const identity = await machine.readText(join(machine.state, 'identity.json'));
  expect(await start(['--ui', 'terminal'], ['2'])).toMatchObject({ exitCode: 9, stdout: '3.22.1 a b --state\n' });
  expect(await admin.counts(id)).toEqual({ deferred: 1 });
  expect(await start(['--ui', 'terminal'], ['1'])).toMatchObject({ exitCode: 9, stdout: '3.23.0 a b --state\n' });
  expect(await machine.readText(path('version.txt'))).toBe('3.23.0');
  expect(await admin.counts(id)).toEqual({ installed: 1 });
  // Nobody was asked for a key: it is the same workstation.
  expect(await machine.readText(join(machine.state, 'identity.json'))).toBe(identity);
});

test('a mandatory one, back to the older version: "Exit" leaves the application closed, and only updating opens it', async () => {
  const { id } = await admin.startUpdate({ product: shown.product.id, version: '3.22.1', requirement: 'mandatory' });
  const left = await start(['--ui', 'terminal'], ['2']);
  expect(left).toMatchObject({ exitCode: 20, stdout: '' });
  expect(left.stderr).toContain('2) Exit');
  // Nor is it opened by whoever closes the alert without a word.
  expect(await start(['--ui', 'terminal'])).toMatchObject({ exitCode: 20, stdout: '' });
  expect(await start(['--ui', 'terminal'], ['1'])).toMatchObject({ exitCode: 9, stdout: '3.22.1 a b --state\n' });
  expect(await admin.counts(id)).toEqual({ installed: 1 });
});

test('a workstation that is disabled starts nothing (1008) until it is authorized again', async () => {
  const { id } = await admin.workstation();
  await admin.wire.call('POST', `/workstations/${id}/disable`, { reason: 'It was sold.' });
  const refused = await start([]);
  expect(refused).toMatchObject({ exitCode: 11, stdout: '' });
  expect(refused.stderr).toContain('This workstation was disabled by your administrator. Code 1008.');
  expect(refused.stderr).toContain(id);
  await admin.wire.call('POST', `/workstations/${id}/authorize`, {});
  expect(await start([])).toMatchObject({ exitCode: 9, stdout: '3.22.1 a b --state\n' });
});

test('a prohibited version is not started, with the server or without it, until a pass is typed in', async () => {
  const { id } = await admin.workstation();
  await admin.wire.call('POST', `/products/${shown.product.id}/prohibitions`, {
    version: '3.22.1',
    reason: 'It leaks.',
  });
  expect(await start([])).toMatchObject({ exitCode: 28, stdout: '' });
  const { code } = await admin.pass(id, { hours: 1, reason: 'A demonstration.' });
  await server.stop();
  const offline = await start([]);
  expect(offline).toMatchObject({ exitCode: 28, stdout: '' });
  expect(offline.stderr).toContain('The server cannot be reached. The rules of ');
  expect(await machine.client(['unlock', code])).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await start([])).toMatchObject({ exitCode: 9, stdout: '3.22.1 a b --state\n' });
  await server.start();
});

test('the events tell it in order', async () => {
  const story = (await admin.events()).map(({ type }) => type);
  expect(story.filter((type) => /^(?:assignment|start|prohibition|pass)\./.test(type))).toEqual([
    ...['start.blocked', 'start.blocked'],
    ...['assignment.added', 'assignment.offered', 'assignment.downloaded', 'assignment.installed'],
    ...['assignment.added', 'assignment.offered', 'assignment.deferred'],
    ...['assignment.downloaded', 'assignment.installed'],
    ...['assignment.added', 'assignment.offered', 'start.blocked', 'start.blocked', 'assignment.installed'],
    ...['start.blocked', 'prohibition.added', 'start.blocked', 'pass.given'],
  ]);
  expect(await admin.wire.call('GET', '/events/verify')).toMatchObject({ intact: true, checked: story.length });
});
