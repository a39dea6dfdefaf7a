// Engine and launcher apart on Windows: the real executable as an engine on its named pipe, and again as a launcher that
// asks it. The real server, the real Windows Installer under Wine. What Wine lacks (accounts, rights, sessions, a scheduler
// that starts things) is for scripts/verify-windows.ps1 on a real Windows.
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { MadeInstaller, WineProcess } from '@usher/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Administrator, type InstallerView } from '../support/administrator.ts';
import { windowsClient } from '../support/built-client.ts';
import { ServerProcess } from '../support/server-process.ts';
import { Vendor } from '../support/signed-installers.ts';
import { WindowsWorkstation } from './windows-workstation.ts';

const application = 'C:\\Program Files\\Contoso Agent\\app.exe';
const stateFolder = 'C:\\ProgramData\\Usher';
const marker = `${stateFolder}\\public\\engine.json`;

const things = new AsyncDisposableStack();
let server: ServerProcess;
let admin: Administrator;
let machine: WindowsWorkstation;
let old: MadeInstaller;
let fresh: MadeInstaller;
let shown: InstallerView;
let engine: WineProcess;

beforeAll(async () => {
  let vendor: Vendor;
  [vendor, machine, server] = await Promise.all([
    Vendor.create('ecdsa').then((made) => things.use(made)),
    WindowsWorkstation.create().then((made) => things.use(made)),
    ServerProcess.start().then((made) => things.use(made)),
  ]);
  [admin, old, fresh] = await Promise.all([
    Administrator.signIn(server),
    vendor.make('contoso-agent-3.22.1.msi', { version: '3.22.1' }),
    vendor.make('contoso-agent-3.23.0.msi', { version: '3.23.0' }),
  ]);
  shown = await admin.uploadApproved(old.path);
  const key = await admin.installationKey({ autoAuthorize: true });
  expect(await machine.client(['activate', '--key', key])).toMatchObject({ exitCode: 0 });
});
afterAll(() => things.disposeAsync());

const start = (...options: readonly string[]) => machine.client(['start', ...options, '--', application]);
const lastStart = async () => (await machine.windows.applicationStarts()).at(-1)?.version;
const seen = async () => JSON.parse(await readFile(machine.windows.linuxPath(marker), 'utf8')) as { address: string };

async function startEngine(): Promise<void> {
  const path = machine.windows.linuxPath(marker);
  await rm(path, { force: true });
  engine = await machine.windows.start(windowsClient, ['service', 'run']);
  for (let tries = 0; !existsSync(path); tries += 1) {
    if (tries > 200) throw new Error(`The engine does not listen: ${(await engine.output()).stderr}`);
    await delay(100);
  }
}

test('the service is installed as far as the system can, and removed', async () => {
  const installed = await machine.client(['service', 'install']);
  expect(installed).toMatchObject({ exitCode: 0, stderr: '' });
  expect(installed.stdout).toContain('this system does not start it');
  expect(await machine.client(['service', 'remove'])).toMatchObject({ exitCode: 0, stderr: '' });
});

test('the engine listens on the well-known pipe', async () => {
  await startEngine();
  expect((await seen()).address).toBe('\\\\.\\pipe\\usher');
});

test('a start asks the engine, which installs with Windows Installer', async () => {
  const { id } = await admin.startUpdate({ product: shown.product.id, version: '3.22.1', requirement: 'mandatory' });
  expect(await start('--answer', 'later')).toMatchObject({ exitCode: 20 });
  const { exitCode, stderr } = await start('--answer', 'now');
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('Updated to 3.22.1.') as string,
  });
  expect(await lastStart()).toBe('3.22.1');
  expect(await admin.update(id)).toMatchObject({ state: 'completed', counts: { installed: 1 } });
  expect(await readFile(machine.windows.linuxPath(`${stateFolder}\\logs\\client.log`), 'utf8')).toContain(
    'report installed',
  );
});

test('no --state leads past the engine', async () => {
  const elsewhere = await machine.client(['start', '--state', 'C:\\elsewhere', '--', application]);
  expect(elsewhere).toMatchObject({ exitCode: 0 });
  expect(existsSync(machine.windows.linuxPath('C:\\elsewhere'))).toBe(false);
});

test('an optional update is the person’s choice', async () => {
  await admin.uploadApproved(fresh.path);
  const { id } = await admin.startUpdate({ product: shown.product.id, version: '3.23.0', requirement: 'optional' });
  expect(await start('--answer', 'later')).toMatchObject({ exitCode: 0 });
  expect(await lastStart()).toBe('3.22.1');
  await expect.poll(() => admin.counts(id)).toEqual({ deferred: 1 });
  expect(await start('--answer', 'now')).toMatchObject({ exitCode: 0 });
  expect(await lastStart()).toBe('3.23.0');
  expect(await admin.counts(id)).toEqual({ installed: 1 });
});

test('a key that is not the engine’s is not believed, and without the engine the last signed rules hold', async () => {
  const path = machine.windows.linuxPath(marker);
  const real = await readFile(path, 'utf8');
  const publicKey = Buffer.alloc(32, 7).toString('base64url');
  await writeFile(path, JSON.stringify({ ...(JSON.parse(real) as object), publicKey }));
  const impostor = await start();
  expect(impostor.exitCode).toBe(0);
  expect(impostor.stderr).toContain('Another program answers in the place of the Usher engine');
  await writeFile(path, real);
  const prohibition = { version: '3.23.0', reason: 'It leaks.' };
  await admin.wire.call('POST', `/products/${shown.product.id}/prohibitions`, prohibition);
  expect(await start()).toMatchObject({ exitCode: 28 });
  expect(await machine.windows.run('taskkill.exe', ['/F', '/IM', 'usher-client.exe'])).toMatchObject({ exitCode: 0 });
  await engine.ended.catch(() => undefined);
  const silent = await start();
  expect(silent.exitCode).toBe(28);
  expect(silent.stderr).toContain('The Usher engine on this machine does not answer.');
});
