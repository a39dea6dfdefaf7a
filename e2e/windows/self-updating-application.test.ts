// The original case: an application on Windows that keeps itself up to date from inside. It is installed by Windows
// Installer from a signed MSI, asks the engine at its own start, shows the alert, ends, is installed anew by the engine,
// and is started again with its arguments. The real server, the real executables under Wine; the engine is the one behind
// the named pipe. `node.exe` stands for the runtime that such an application would bring with it.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { MadeInstaller, WineProcess } from '@usher/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Administrator, type InstallerView } from '../support/administrator.ts';
import { windowsClient } from '../support/built-client.ts';
import { agentLines, awkwardArguments, exampleApplication, windowsNode } from '../support/example-application.ts';
import { ServerProcess } from '../support/server-process.ts';
import { Vendor } from '../support/signed-installers.ts';
import { WindowsWorkstation } from './windows-workstation.ts';

const script = 'C:\\Program Files\\Contoso Agent\\agent.cjs';
const folder = 'C:\\Arbeit in São Paulo';
const log = 'C:\\agent.log';
const marker = 'C:\\ProgramData\\Usher\\public\\engine.json';

const things = new AsyncDisposableStack();
let server: ServerProcess;
let admin: Administrator;
let machine: WindowsWorkstation;
let old: MadeInstaller;
let fresh: MadeInstaller;
let shown: InstallerView;
let engine: WineProcess;

beforeAll(async () => {
  const vendor = things.use(await Vendor.create('ecdsa'));
  const recipe = await exampleApplication('--runtime');
  [machine, server, old, fresh] = await Promise.all([
    WindowsWorkstation.create().then((made) => things.use(made)),
    ServerProcess.start().then((made) => things.use(made)),
    vendor.make('contoso-agent-1.0.0.msi', recipe('1.0.0')),
    vendor.make('contoso-agent-2.0.0.msi', recipe('2.0.0')),
  ]);
  admin = await Administrator.signIn(server);
  shown = await admin.uploadApproved(old.path);
  const key = await admin.installationKey({ autoAuthorize: true });
  expect(await machine.client(['activate', '--key', key])).toMatchObject({ exitCode: 0 });
  await mkdir(machine.windows.linuxPath(folder));
});
afterAll(() => things.disposeAsync());

const lines = () => agentLines(machine.windows.linuxPath(log));
const lastLine = async () => (await lines()).at(-1);
const client = () => machine.windows.windowsPath(windowsClient);

async function startEngine(): Promise<void> {
  engine = await machine.windows.start(windowsClient, ['service', 'run']);
  for (let tries = 0; !existsSync(machine.windows.linuxPath(marker)); tries += 1) {
    if (tries > 200) throw new Error(`The engine does not listen: ${(await engine.output()).stderr}`);
    await delay(100);
  }
}

/** Starts the installed application as its shortcut would; `typed` answers the alert. */
async function start(typed: readonly string[], how: { readonly ownAlert?: boolean } = {}) {
  const settings = 'C:\\agent.json';
  const { ownAlert = false } = how;
  const content = { log, ownAlert, client: { program: [client()], language: 'en' }, pass: { ui: 'terminal' } };
  await writeFile(machine.windows.linuxPath(settings), JSON.stringify(content));
  return await machine.windows.run(windowsNode, [script, ...awkwardArguments], {
    cwd: machine.windows.linuxPath(folder),
    environment: { AGENT_SETTINGS: settings },
    input: typed.map((line) => `${line}\r\n`).join(''),
  });
}

test('version 1 is installed by the engine, and works', async () => {
  await startEngine();
  await admin.startUpdate({ product: shown.product.id, version: '1.0.0', requirement: 'mandatory' });
  expect(await machine.client(['update', '--yes'])).toMatchObject({ exitCode: 0 });
  expect(await start([])).toMatchObject({ exitCode: 0 });
  expect(await lines()).toEqual([{ version: '1.0.0', args: awkwardArguments, folder }]);
});

test('it finds an update at its start, and goes on with "not now"', async () => {
  await admin.uploadApproved(fresh.path);
  const { id } = await admin.startUpdate({ product: shown.product.id, version: '2.0.0', requirement: 'optional' });
  const { exitCode, stderr } = await start(['2']);
  expect(exitCode).toBe(0);
  expect(stderr).toContain('Version 2.0.0 is available. You have 1.0.0.');
  expect(await lastLine()).toMatchObject({ version: '1.0.0' });
  await expect.poll(() => admin.counts(id)).toEqual({ deferred: 1 });
});

test('with "update now" it ends, is installed anew, and is started again as version 2, arguments and folder kept', async () => {
  const before = (await lines()).length;
  expect(await start(['1'])).toMatchObject({ exitCode: 0 });
  await expect.poll(lastLine, { timeout: 60_000, interval: 250 }).toEqual({
    version: '2.0.0',
    args: awkwardArguments,
    folder,
  });
  expect(await lines()).toHaveLength(before + 1);
  expect(await machine.installed()).toMatchObject([{ version: '2.0.0', productCode: fresh.productCode }]);
  expect(await admin.workstation(shown.product.id)).toMatchObject({ installedVersion: '2.0.0' });
});

test('back to version 1 without an engine, in one process, with an alert of its own', async () => {
  await machine.windows.run('taskkill.exe', ['/F', '/IM', 'usher-client.exe']);
  await engine.ended.catch(() => undefined);
  await rm(machine.windows.linuxPath(marker));
  const { id } = await admin.startUpdate({ product: shown.product.id, version: '1.0.0', requirement: 'mandatory' });
  expect(await start([], { ownAlert: true })).toMatchObject({ exitCode: 0 });
  await expect.poll(lastLine, { timeout: 60_000, interval: 250 }).toEqual({
    version: '1.0.0',
    args: awkwardArguments,
    folder,
  });
  expect((await lines()).flatMap(({ alert }) => alert ?? [])).toEqual([
    'Your organization requires this update before you can continue.',
  ]);
  expect(await admin.update(id)).toMatchObject({ state: 'completed' });
});
