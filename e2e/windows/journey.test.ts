// The Windows journey: an administrator's signed MSI goes in at one end, and at the other a workstation's application
// changes version or is refused. The real server, the real executable, the real Windows Installer; each step follows
// from the one before it, and is looked at from both sides.
import { setTimeout as delay } from 'node:timers/promises';
import type { MadeInstaller } from '@usher/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Administrator, InstallerView } from '../support/administrator.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { setStage } from '../support/stage.ts';
import { stateFolder, WindowsWorkstation } from './windows-workstation.ts';

const folder = 'C:\\Program Files\\Contoso Agent';
const application = `${folder}\\app.exe`;
const upgradeCodes = 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Installer\\UpgradeCodes';

const things = new AsyncDisposableStack();
let server: ServerProcess;
let admin: Administrator;
let machine: WindowsWorkstation;
let old: MadeInstaller;
let fresh: MadeInstaller;
/** The same two at the server. */
const uploaded: Record<string, InstallerView> = {};
const updates: Record<string, string> = {};

beforeAll(async () => {
  // RSA here: what most vendors sign with.
  const stage = await setStage(things, WindowsWorkstation.create(), { keyType: 'rsa' });
  ({ server, admin, machine } = stage);
  const make = (version: string) => stage.vendor.make(`contoso-agent-${version}.msi`, { version });
  [old, fresh] = await Promise.all([make('3.22.1'), make('3.23.0')]);
});
afterAll(() => things.disposeAsync());

/** Starts the application through the client. */
const start = (options: readonly string[], input: readonly string[] = [], args: readonly string[] = []) =>
  machine.client(['start', ...options, '--', application, ...args], { input });

/** The versions of the application that were started so far, oldest first. */
const started = async () => (await machine.windows.applicationStarts()).map(({ version }) => version);

/** The machine has exactly this version, whoever is asked: Windows Installer, the registry, the disk, the server. */
async function expectInstalled({ version, productCode }: MadeInstaller): Promise<void> {
  expect(await machine.installed()).toEqual([{ name: 'Contoso Agent', version, productCode }]);
  const related = [...(await machine.windows.readRegistry(upgradeCodes)).values()].map((values) => [...values.keys()]);
  expect(related.flat().filter((name) => name !== '')).toHaveLength(1);
  expect(await machine.windows.listFiles(folder)).toEqual(['app.exe', 'version.txt']);
  expect((await machine.readText(`${folder}\\version.txt`)).trim()).toBe(version);
  expect((await admin.workstation()).installedVersion).toBe(version);
}

test('a machine is activated, and waits for approval (1002)', async () => {
  const key = await admin.installationKey();
  const activated = await machine.client(['activate', '--key', key]);
  expect(activated).toMatchObject({ exitCode: 0, stderr: '' });
  const { id, status, os } = await admin.workstation();
  expect({ status, os }).toMatchObject({ status: 'pending', os: { platform: 'win32', arch: 'x64', timeZone: 'UTC' } });
  expect(activated.stdout).toContain(`as ${id}`);
  expect(activated.stdout).toContain('1002');

  const refused = await start([]);
  expect(refused.exitCode).toBe(10);
  expect(refused.stderr).toContain('waits for approval');
  expect(refused.stderr).toContain('Code 1002.');
  expect(refused.stderr).toContain(id);
  expect(await started()).toEqual([]);
});

test('authorized, it has nothing to start as long as nothing is planned (2030)', async () => {
  const { id } = await admin.workstation();
  await admin.wire.call('POST', `/workstations/${id}/authorize`, {});
  expect(await start([])).toMatchObject({ exitCode: 20, stdout: '' });
  expect((await admin.workstation()).status).toBe('authorized');
});

test('an installer is read, and approved; that alone changes nothing', async () => {
  const pending = await admin.upload(old.path, { releaseNotes: 'The version that everybody has.' });
  expect(pending).toMatchObject({
    product: { name: 'Contoso Agent' },
    version: '3.22.1',
    architecture: 'x64',
    signature: { status: 'valid', publisher: { subject: 'CN=Contoso Code Signing,O=Contoso Ltd.' } },
    decision: 'pending',
  });
  const wish = { product: pending.product.id, version: '3.22.1', requirement: 'mandatory' };
  expect(await admin.refusal('POST', '/updates', wish)).toBe('update.target-not-approved');
  uploaded.old = await admin.approve(pending.id);
  expect(uploaded.old).toMatchObject({ decision: 'approved', published: true, installedOn: 0 });
  expect(await start([])).toMatchObject({ exitCode: 20 });
  expect(await machine.installed()).toEqual([]);
});

test('an update installs it', async () => {
  const product = uploaded.old!.product.id;
  updates.first = (await admin.startUpdate({ product, version: '3.22.1', requirement: 'mandatory' })).id;
  expect(await admin.counts(updates.first)).toEqual({ waiting: 1 });
  const { exitCode, stderr } = await machine.client(['update', '--yes']);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr: expect.stringContaining('Updated to 3.22.1.') as string,
  });
  await expectInstalled(old);
  expect(await admin.counts(updates.first)).toEqual({ installed: 1 });
  expect(await admin.update(updates.first)).toMatchObject({ state: 'completed', total: 1 });
});

test('the application starts with its arguments, and its exit status is the one of the start', async () => {
  const typed = ['--exit', '3010', 'a b', 'São "Paulo"', '--state'];
  expect(await start([], [], typed)).toEqual({ exitCode: 3010, stdout: '', stderr: '' });
  const commandLine = `"${application}" --exit 3010 "a b" "São \\"Paulo\\"" --state`;
  expect(await machine.windows.applicationStarts()).toEqual([{ program: application, version: '3.22.1', commandLine }]);
});

test('a newer version that is approved is for nobody until an update says so', async () => {
  const before = await admin.newestEvent();
  uploaded.fresh = await admin.uploadApproved(fresh.path, { releaseNotes: '- Starts faster' });
  expect(await start([])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect(await started()).toEqual(['3.22.1', '3.22.1']);
  await expectInstalled(old);
  const since = (await admin.events(before)).map(({ type }) => type);
  expect(since.filter((type) => type.startsWith('update.') || type.startsWith('assignment.'))).toEqual([]);
});

test('an optional update: "not now" starts the old version', async () => {
  const product = uploaded.old!.product.id;
  updates.optional = (await admin.startUpdate({ product, version: '3.23.0', requirement: 'optional' })).id;
  const { exitCode, stderr } = await start(['--ui', 'terminal'], ['2']);
  expect(exitCode).toBe(0);
  expect(stderr).toContain('Version 3.23.0 is available. You have 3.22.1.');
  expect(stderr).toContain('- Starts faster');
  expect(stderr).toContain('2) Not now');
  expect((await started()).at(-1)).toBe('3.22.1');
  await expectInstalled(old);
  expect(await admin.counts(updates.optional)).toEqual({ deferred: 1 });
  expect(await admin.assignment(updates.optional)).toMatchObject({ state: 'deferred', lastError: null });
});

test('an optional update: "update now" installs the new version in the place of the old one', async () => {
  const identity = await machine.readText(`${stateFolder}\\identity.json`);
  const { exitCode, stderr } = await start(['--ui', 'terminal'], ['1'], ['after']);
  expect(exitCode).toBe(0);
  for (const line of ['Downloading', 'Verifying', 'Installing', 'Updated to 3.23.0.']) expect(stderr).toContain(line);
  const last = (await machine.windows.applicationStarts()).at(-1);
  expect(last).toEqual({ program: application, version: '3.23.0', commandLine: `"${application}" after` });
  await expectInstalled(fresh);
  // Nobody was asked for a key: it is the same workstation.
  expect(await machine.readText(`${stateFolder}\\identity.json`)).toBe(identity);
  expect(await admin.update(updates.optional!)).toMatchObject({ state: 'completed', counts: { installed: 1 } });
  expect(await admin.assignment(updates.optional!)).toMatchObject({ state: 'installed', attempts: 1, lastError: null });
});

test('a mandatory update back to the older version: no start without it', async () => {
  const product = uploaded.old!.product.id;
  updates.back = (await admin.startUpdate({ product, version: '3.22.1', requirement: 'mandatory' })).id;
  const count = (await started()).length;
  const refused = await start(['--ui', 'terminal'], ['2']);
  expect(refused.exitCode).toBe(20);
  expect(refused.stderr).toContain('Your organization requires this update before you can continue. Code 2030.');
  expect(await started()).toHaveLength(count);
  await expectInstalled(fresh);

  expect(await start(['--answer', 'now'])).toMatchObject({ exitCode: 0 });
  expect((await started()).slice(count)).toEqual(['3.22.1']);
  await expectInstalled(old);
  expect(await admin.update(updates.back)).toMatchObject({ state: 'completed', counts: { installed: 1 } });
});

test('a disapproved version is not started (2028); an update that leads away from it is the way out', async () => {
  const { id } = uploaded.old!;
  expect(await admin.wire.call('GET', `/installers/${id}/impact`)).toMatchObject({ installedOn: 1, blocked: 1 });
  await admin.disapprove(id, 'It leaks memory.');
  const count = (await started()).length;
  const withWayOut = await start(['--ui', 'terminal'], ['3']);
  expect(withWayOut.exitCode).toBe(28);
  expect(withWayOut.stderr).toContain('This version is prohibited by your administrator. Code 2028.');
  expect(withWayOut.stderr).toContain('Reason: It leaks memory.');
  expect(withWayOut.stderr).toContain('1) Install 3.23.0');
  expect(await admin.update(updates.optional!)).toMatchObject({ state: 'running', counts: { offered: 1 } });

  await admin.wire.call('POST', `/updates/${updates.optional!}/cancel`, { reason: 'Not before Monday.' });
  const without = await start(['--ui', 'terminal'], ['2']);
  expect(without.exitCode).toBe(28);
  expect(without.stderr).not.toContain('Install');
  expect(await started()).toHaveLength(count);
  await expectInstalled(old);
});

test('a prohibited version is not started with the server stopped, either', async () => {
  const count = (await started()).length;
  await server.stop();
  const offline = await start([]);
  expect(offline.exitCode).toBe(28);
  expect(offline.stderr).toContain('The server cannot be reached. The rules of ');
  expect(offline.stderr).toContain('This version is prohibited by your administrator. Code 2028.');
  expect(await started()).toHaveLength(count);
  await server.start();
});

test('a pass lets it start all the same, until it is withdrawn', async () => {
  const { id } = await admin.workstation();
  const count = (await started()).length;
  const pass = await admin.pass(id, { hours: 2, reason: 'A demonstration today.' });
  const { exitCode, stderr } = await start([]);
  expect(exitCode).toBe(0);
  expect(stderr).toContain('A pass allows starting until ');
  expect((await started()).slice(count)).toEqual(['3.22.1']);
  await admin.wire.call('DELETE', `/workstations/${id}/passes/${pass.id}`);
  expect(await start([])).toMatchObject({ exitCode: 28 });
});

test('a pass that is typed in offline lets it start for its time, and no longer', async () => {
  const { id } = await admin.workstation();
  const count = (await started()).length;
  const pass = await admin.pass(id, { hours: 20 / 3600, reason: 'No network on site.' });
  await server.stop();
  const unlocked = await machine.client(['unlock', ...pass.code.split('-')]);
  expect(unlocked).toMatchObject({ exitCode: 0, stderr: '' });
  expect(unlocked.stdout).toContain('A pass allows starting until ');
  expect(await start([])).toMatchObject({ exitCode: 0 });
  expect((await started()).slice(count)).toEqual(['3.22.1']);
  await Promise.all([server.start(), delay(Math.max(0, Date.parse(pass.until) - Date.now()) + 100)]);
  expect(await start([])).toMatchObject({ exitCode: 28 });
  const again = await machine.client(['unlock', pass.code]);
  expect(again).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('The pass is over.') as string });
});

test('the events tell the whole story, in order, and nobody has changed them', async () => {
  const story = (await admin.events()).map(({ type }) => type);
  expect(story).toContain('workstation.online');
  expect(story.filter((type) => !/^(?:session|trust|workstation\.(?:online|offline))/.test(type))).toEqual([
    'account.created',
    ...['key.created', 'workstation.registered', 'workstation.authorized'],
    ...['product.created', 'installer.uploaded', 'publisher.added', 'installer.approved', 'start.blocked'],
    ...['update.created', 'assignment.added', 'update.started'],
    ...['assignment.offered', 'assignment.downloaded', 'assignment.installed', 'update.completed'],
    ...['installer.uploaded', 'installer.approved'],
    ...['update.created', 'assignment.added', 'update.started', 'assignment.offered', 'assignment.deferred'],
    // Wine's PowerShell does not say who has the application open: administrators are told so.
    ...['assignment.downloaded', 'workstation.alert', 'assignment.installed', 'update.completed'],
    ...['update.created', 'assignment.added', 'update.started', 'assignment.offered', 'start.blocked'],
    ...['assignment.installed', 'update.completed'],
    ...['installer.disapproved', 'assignment.reopened', 'update.reopened', 'start.blocked'],
    ...['update.cancelled', 'start.blocked'],
    // The start that was refused without the server is told of afterwards.
    ...['pass.given', 'pass.used', 'start.blocked', 'pass.withdrawn', 'start.blocked'],
    ...['pass.given', 'start.blocked'],
  ]);
  const verified = await admin.wire.call<{ intact: boolean; checked: number }>('GET', '/events/verify');
  expect(verified).toMatchObject({ intact: true, checked: story.length });
});
