// The client as an MSI: installed silently with a key, started through the program for shortcuts, deaf to a hostile
// environment, replaced by its next version through Usher while it runs, and removed. The real server, the real MSI, the
// real executables under Wine. Wine has no task scheduler that starts things: `service run` is started here by hand. It
// has no accounts either, so that rights are not shown here.
import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { MadeInstaller, WineProcess } from '@usher/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Administrator, InstallerView } from '../support/administrator.ts';
import {
  buildNextClient,
  clientPackage,
  launcherProgram,
  windowsClient,
  type NextClient,
} from '../support/built-client.ts';
import { hostileEnvironment } from '../support/hostile-environment.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { setStage } from '../support/stage.ts';
import { stateFolder, WindowsWorkstation } from './windows-workstation.ts';

const folder = 'C:\\Program Files\\Usher';
const client = `${folder}\\usher-client.exe`;
const clientLog = `${stateFolder}\\logs\\client.log`;
const clientUpgradeCode = '{EE329F09-C33D-4CE1-A6FB-4E1315DDCFA9}';
const application = 'C:\\Program Files\\Contoso Agent\\app.exe';

const things = new AsyncDisposableStack();
let server: ServerProcess;
let admin: Administrator;
let machine: WindowsWorkstation;
let next: NextClient;
let contoso: MadeInstaller;
let own: InstallerView;
let engine: WineProcess;
/** The update to the client's next version. */
let planned: string;
const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

beforeAll(async () => {
  const [stage, built] = await Promise.all([setStage(things, WindowsWorkstation.create()), buildNextClient('9.0.0')]);
  ({ server, admin, machine } = stage);
  next = built;
  contoso = await stage.vendor.make('contoso-agent-3.22.1.msi', { version: '3.22.1' });
});
afterAll(() => things.disposeAsync());

const run = (program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  machine.windows.run(program, args, { environment });

/** The installed client, without naming a state folder, as on a real machine. */
const usher = (...args: readonly string[]) => run(client, args);

const identity = async () =>
  JSON.parse(await machine.readText(`${stateFolder}\\identity.json`)) as Readonly<Record<string, string>>;

/** The subsystem of a Windows program: 2 is GUI, 3 is console (Microsoft PE format, "Windows Subsystem"). */
const subsystem = (program: Buffer) => program.readUInt16LE(program.readUInt32LE(0x3c) + 24 + 68);

/** The strings of a program's version resource hold this text. */
const says = (program: Buffer, text: string) => program.includes(Buffer.from(`${text}\0`, 'utf16le'));

test('the programs say what they are; the one for shortcuts opens no console', async () => {
  const [program, launcher] = await Promise.all([readFile(windowsClient), readFile(launcherProgram)]);
  expect([subsystem(program), subsystem(launcher)]).toEqual([3, 2]);
  for (const each of [program, launcher]) {
    expect(says(each, 'Usher client')).toBe(true);
    expect(says(each, version)).toBe(true);
    expect(says(each, 'Node.js')).toBe(false);
  }
});

test('what a start runs was compiled beforehand; where that is damaged, the code is compiled as ever', async () => {
  const asked = { NODE_DEBUG: 'usher-client' };
  const says = (text: string) => ({
    exitCode: 0,
    stdout: `${version}\n`,
    stderr: expect.stringMatching(new RegExp(`^USHER-CLIENT \\d+: ${text}\n$`)) as string,
  });
  expect(await run(windowsClient, ['--version'], asked)).toEqual(says('runs what was compiled beforehand'));
  const damaged = await readFile(windowsClient);
  // It stands behind its own name, and is several hundred kilobytes.
  const begin = damaged.lastIndexOf('client.compiled');
  const at = begin + 100_000;
  damaged[at] = (damaged[at] ?? 0) ^ 0xff;
  const copy = machine.windows.linuxPath('C:\\damaged.exe');
  await writeFile(copy, damaged);
  expect(await run(copy, ['--version'], asked)).toEqual(says('compiles its code now'));
  await rm(copy);
});

test('the MSI keeps the key out of the log of Windows Installer, which Wine does not', async () => {
  const table = async (name: string) => {
    const { stdout } = await promisify(execFile)('msiinfo', ['export', clientPackage, name]);
    return new Map(stdout.split('\r\n').map((line) => [line.split('\t')[0], line.split('\t')]));
  };
  expect((await table('Property')).get('MsiHiddenProperties')).toContain('USHER_KEY');
  const actions = await table('CustomAction');
  for (const name of ['ActivateWithFile', 'ActivateWithText']) {
    // "Custom Action Hidden Target Option", and as SYSTEM within the transaction.
    expect(Number(actions.get(name)?.[1]) & 0x2c00).toBe(0x2c00);
  }
  // Those that undo are run when the transaction is undone ("Custom Action In-Script Execution Options").
  for (const name of ['UndoService', 'RestoreService']) expect(Number(actions.get(name)?.[1]) & 0x500).toBe(0x500);
});

test('every program of a signed build is signed, and the MSI last', async () => {
  for (const file of [next.executable, next.launcher, next.package]) {
    const { stdout } = await promisify(execFile)('osslsigncode', ['verify', '-CAfile', next.root, '-in', file]);
    expect(stdout).toContain('Signature verification: ok');
  }
  // What is installed is what was signed.
  expect((await readFile(next.executable)).length).toBeGreaterThan((await readFile(windowsClient)).length);
});

test('the MSI installs silently, with a key in a file; the machine is a workstation then', async () => {
  const key = await admin.installationKey({ autoAuthorize: true });
  await writeFile(machine.windows.linuxPath('C:\\key.txt'), `${key}\r\n`);
  const log = 'C:\\install.log';
  const installed = await run('msiexec.exe', [
    ...['/i', machine.windows.windowsPath(clientPackage), '/qn', '/norestart', '/l*v', log],
    'USHER_KEY_FILE=C:\\key.txt',
  ]);
  expect(installed).toMatchObject({ exitCode: 0 });
  expect(await machine.installed()).toMatchObject([{ name: 'Usher client', version }]);
  expect(await machine.windows.listFiles(folder)).toEqual([
    'LICENSE-node.txt',
    'LICENSE.txt',
    'usher-client.exe',
    'usher-start.exe',
  ]);
  const { id, status } = await admin.workstation();
  expect(status).toBe('authorized');
  expect((await identity()).workstationId).toBe(id);
  expect(await usher('--version')).toMatchObject({ exitCode: 0, stdout: `${version}\n` });
  expect(await machine.readText(log)).not.toContain(key.slice(20));
});

test('a repair, which any user may ask for, takes no key with it', async () => {
  const before = await identity();
  const repair = ['/i', machine.windows.windowsPath(clientPackage), '/qn', 'REINSTALL=ALL', 'REINSTALLMODE=amus'];
  expect(await run('msiexec.exe', [...repair, 'USHER_KEY=of-somebody'])).toMatchObject({ exitCode: 0 });
  expect(await identity()).toEqual(before);
});

test('the installed programs are deaf to what the environment would have Node load, trust or write', async () => {
  const authority = await readFile(next.root, 'utf8');
  const drive = machine.windows.linuxPath('C:\\hostile');
  const { variables, traces } = await hostileEnvironment(drive, authority, (path) => machine.windows.windowsPath(path));
  expect(await run(client, ['--version'], variables)).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  expect(await run(client, ['status', '--json'], variables)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(traces.filter((trace) => existsSync(trace))).toEqual([]);
});

test('the engine runs, and knows who this workstation is', async () => {
  engine = await machine.startEngine(client);
  const { workstationId = '?' } = await identity();
  await expect.poll(async () => (await usher('status')).stdout).toContain(workstationId);
});

test('a shortcut’s program starts the application through the client, arguments and exit status kept', async () => {
  const agent = await admin.uploadApproved(contoso.path);
  await admin.startUpdate({ product: agent.product.id, version: '3.22.1', requirement: 'mandatory' });
  const start = ['--product', contoso.upgradeCode, '--answer', 'now', '--', application];
  const typed = ['--exit', '3010', 'a b', 'São "Paulo"', '--state'];
  expect(await run(`${folder}\\usher-start.exe`, [...start, ...typed])).toMatchObject({ exitCode: 3010 });
  const commandLine = `"${application}" --exit 3010 "a b" "São \\"Paulo\\"" --state`;
  expect(await machine.windows.applicationStarts()).toEqual([{ program: application, version: '3.22.1', commandLine }]);
});

test('its next version is a product like any other: uploaded, verified, approved, planned', async () => {
  const uploaded = await admin.upload(next.package);
  expect(uploaded).toMatchObject({
    product: { name: 'Usher client' },
    version: next.version,
    architecture: 'x64',
    signature: { status: 'valid', publisher: { subject: 'CN=Example Workstations,O=Example' } },
  });
  own = await admin.approve(uploaded.id);
  const since = await admin.newestEvent();
  const order = { product: own.product.id, version: next.version, requirement: 'mandatory' } as const;
  const { id } = await admin.startUpdate({ ...order, background: 'install' });
  planned = id;
  const before = await identity();

  // Asked for while the engine runs: the engine hands the work to a copy of itself, and ends.
  const told = await usher('--product', clientUpgradeCode, 'update', '--yes');
  expect(told).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('is being replaced by version') as string,
  });
  expect(await engine.ended).toMatchObject({ exitCode: 0 });
  await expect.poll(() => admin.counts(id), { timeout: 120_000, interval: 500 }).toEqual({ installed: 1 });

  expect(await usher('--version')).toMatchObject({ exitCode: 0, stdout: `${next.version}\n` });
  const clients = (await machine.installed()).filter(({ name }) => name === 'Usher client');
  expect(clients).toMatchObject([{ version: next.version }]);
  expect(await identity()).toEqual(before);
  expect(await admin.workstation(own.product.id)).toMatchObject({
    id: before.workstationId,
    installedVersion: next.version,
  });
  expect(await admin.update(id)).toMatchObject({ state: 'completed' });
  const story = (await admin.events(since)).map(({ type }) => type).filter((type) => type.startsWith('assignment.'));
  expect(story).toEqual(['assignment.added', 'assignment.offered', 'assignment.downloaded', 'assignment.installed']);
  expect(await machine.readText(clientLog)).toMatch(
    /version 9\.0\.0 of the client is installed by C:\\ProgramData\\Usher/,
  );
});

test('the engine of the next version goes on where the one before ended', async () => {
  await machine.startEngine(client);
  expect(await usher('--product', clientUpgradeCode, 'check')).toMatchObject({ exitCode: 0 });
  expect(await admin.workstation()).toMatchObject({ id: (await identity()).workstationId });
  await machine.endClients();
});

/** Removes the client, whatever its version. */
async function removeClient(): Promise<void> {
  const programs = await machine.installed();
  const productCode = programs.find(({ name }) => name === 'Usher client')?.productCode ?? 'none';
  expect(await run('msiexec.exe', ['/x', productCode, '/qn'])).toMatchObject({ exitCode: 0 });
}

test('its removal leaves the applications, and what the workstation knows of itself', async () => {
  await removeClient();
  expect(await machine.windows.listFiles(folder)).toEqual([]);
  expect(await machine.installed()).toMatchObject([{ name: 'Contoso Agent' }]);
  expect(await identity()).toHaveProperty('workstationId');
});

test('installed again while the server is away, with the key as a property, it is the same workstation', async () => {
  const before = await identity();
  await server.stop();
  const key = (await machine.readText('C:\\key.txt')).trim();
  const installed = await run('msiexec.exe', [
    ...['/i', machine.windows.windowsPath(clientPackage), '/qn', '/norestart'],
    `USHER_KEY=${key}`,
  ]);
  expect(installed).toMatchObject({ exitCode: 0 });
  await server.start();
  expect(await identity()).toEqual(before);
  expect(await machine.windows.listFiles(stateFolder)).not.toContain('installation.key');
  expect(await usher('check', '--product', contoso.upgradeCode)).toMatchObject({ exitCode: 0 });
});

/** The engine of an older version, which is to be replaced, and asks for that at once. */
async function startOlderEngine(): Promise<WineProcess> {
  await usher('--product', clientUpgradeCode, 'check');
  expect(await admin.counts(planned)).toEqual({ waiting: 1 });
  // An engine without rules asks at once, and not within an hour.
  await rm(machine.windows.linuxPath(`${stateFolder}\\policy.jws`), { force: true });
  return await machine.startEngine(client);
}

test('brought back to an older version, it is replaced by its engine, which nobody asked', async () => {
  const alone = await startOlderEngine();
  expect(await alone.ended).toMatchObject({ exitCode: 0 });
  await expect.poll(() => admin.counts(planned), { timeout: 240_000, interval: 500 }).toEqual({ installed: 1 });
  expect(await usher('--version')).toMatchObject({ exitCode: 0, stdout: `${next.version}\n` });
});

test('where the power goes off while it is replaced, and no engine is left, its copy goes on when it is started again', async () => {
  await removeClient();
  const older = ['/i', machine.windows.windowsPath(clientPackage), '/qn', '/norestart'];
  expect(await run('msiexec.exe', older)).toMatchObject({ exitCode: 0 });
  const ending = (await startOlderEngine()).ended;
  // The old version is removed first. Whoever looks late finds the next one, which has another size.
  const size = () => statSync(machine.windows.linuxPath(client), { throwIfNoEntry: false })?.size;
  await expect.poll(size, { timeout: 120_000, interval: 5 }).not.toBe(size());
  await machine.windows.cutPower();
  await ending.catch(() => undefined);

  // What the scheduled task starts; Wine's scheduler starts nothing.
  const copy = `${stateFolder}\\self-update\\${next.version}\\usher-client.exe`;
  expect(await run(copy, ['replace', '--state', stateFolder])).toMatchObject({ exitCode: 0 });
  expect(await usher('--version')).toMatchObject({ exitCode: 0, stdout: `${next.version}\n` });
  await expect.poll(() => admin.counts(planned)).toEqual({ installed: 1 });
});
