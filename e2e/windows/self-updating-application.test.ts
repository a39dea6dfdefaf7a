// The original case: an application on Windows that keeps itself up to date from inside. It is installed by Windows
// Installer from a signed MSI, asks the engine at its own start, shows the alert, ends, is installed anew by the engine,
// and is started again with its arguments. The real server, the real executables under Wine; the engine is the one behind
// the named pipe. `node.exe` stands for the runtime that such an application would bring with it.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import type { MadeInstaller, WineProcess } from '@usher/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Administrator, InstallerView } from '../support/administrator.ts';
import { windowsClient } from '../support/built-client.ts';
import { agentLines, awkwardArguments, exampleApplication, windowsNode } from '../support/example-application.ts';
import { setStage } from '../support/stage.ts';
import { engineMarker, WindowsWorkstation } from './windows-workstation.ts';

const script = 'C:\\Program Files\\Contoso Agent\\agent.cjs';
const folder = 'C:\\Arbeit in São Paulo';
const log = 'C:\\agent.log';

const things = new AsyncDisposableStack();
let admin: Administrator;
let machine: WindowsWorkstation;
let fresh: MadeInstaller;
let shown: InstallerView;
let engine: WineProcess;

beforeAll(async () => {
  const [{ vendor, ...stage }, recipe] = await Promise.all([
    setStage(things, WindowsWorkstation.create()),
    exampleApplication('--runtime'),
  ]);
  ({ admin, machine } = stage);
  const make = (version: string) => vendor.make(`contoso-agent-${version}.msi`, recipe(version));
  const [old, key] = await Promise.all([make('1.0.0'), admin.installationKey({ autoAuthorize: true })]);
  fresh = await make('2.0.0');
  shown = await admin.uploadApproved(old.path);
  await machine.activate(key);
  await mkdir(machine.windows.linuxPath(folder));
});
afterAll(() => things.disposeAsync());

const lines = () => agentLines(machine.windows.linuxPath(log));
const lastLine = async () => (await lines()).at(-1);
const client = () => machine.windows.windowsPath(windowsClient);

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
  engine = await machine.startEngine();
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
  await machine.endClients();
  await engine.ended.catch(() => undefined);
  await rm(machine.windows.linuxPath(engineMarker));
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
