// Engine and launcher apart on Windows: the real executable as an engine on its named pipe, and again as a launcher that
// asks it. The real server, the real Windows Installer under Wine. What Wine lacks (accounts, rights, sessions, a scheduler
// that starts things) is for scripts/verify-windows.ps1 on a real Windows.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import type { MadeInstaller, WineProcess } from '@usher/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Administrator, InstallerView } from '../support/administrator.ts';
import { setStage } from '../support/stage.ts';
import { engineMarker, stateFolder, WindowsWorkstation } from './windows-workstation.ts';

const application = 'C:\\Program Files\\Contoso Agent\\app.exe';

const things = new AsyncDisposableStack();
let admin: Administrator;
let machine: WindowsWorkstation;
let fresh: MadeInstaller;
let shown: InstallerView;
let engine: WineProcess;

beforeAll(async () => {
  const stage = await setStage(things, WindowsWorkstation.create());
  ({ admin, machine } = stage);
  const make = (version: string) => stage.vendor.make(`contoso-agent-${version}.msi`, { version });
  const [old, key] = await Promise.all([make('3.22.1'), admin.installationKey({ autoAuthorize: true })]);
  fresh = await make('3.23.0');
  shown = await admin.uploadApproved(old.path);
  await machine.activate(key);
});
afterAll(() => things.disposeAsync());

const start = (...options: readonly string[]) => machine.client(['start', ...options, '--', application]);
const lastStart = async () => (await machine.windows.applicationStarts()).at(-1)?.version;
const seen = async () => JSON.parse(await machine.readText(engineMarker)) as { address: string };

test('the service is installed as far as the system can, and removed', async () => {
  const installed = await machine.client(['service', 'install']);
  expect(installed).toMatchObject({ exitCode: 0, stderr: '' });
  expect(installed.stdout).toContain('this system does not start it');
  expect(await machine.client(['service', 'remove'])).toMatchObject({ exitCode: 0, stderr: '' });
});

test('the engine listens on the well-known pipe', async () => {
  engine = await machine.startEngine();
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
  expect(await machine.readText(`${stateFolder}\\logs\\client.log`)).toContain('report installed');
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
  const path = machine.windows.linuxPath(engineMarker);
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
  await machine.endClients();
  await engine.ended.catch(() => undefined);
  const silent = await start();
  expect(silent.exitCode).toBe(28);
  expect(silent.stderr).toContain('The Usher engine on this machine does not answer.');
});
