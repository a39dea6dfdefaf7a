// The example application that keeps itself up to date, on Linux against the real server: it asks at its own start, shows
// the alert, ends, is installed anew by the client, and is started again as it was.
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { MarkedBrowser, type InstallerRecipe, type MadeInstaller } from '@usher/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Administrator, InstallerView } from '../support/administrator.ts';
import { clientProgram } from '../support/built-client.ts';
import { agentLines, awkwardArguments, exampleApplication } from '../support/example-application.ts';
import type { Vendor } from '../support/signed-installers.ts';
import { setStage } from '../support/stage.ts';
import { LinuxWorkstation } from './linux-workstation.ts';

const things = new AsyncDisposableStack();
let admin: Administrator;
let machine: LinuxWorkstation;
let vendor: Vendor;
let recipe: (version: string) => InstallerRecipe;
let first: MadeInstaller;
let shown: InstallerView;

beforeAll(async () => {
  [{ vendor, machine, admin }, recipe] = await Promise.all([
    setStage(things, LinuxWorkstation.create()),
    exampleApplication(),
  ]);
  first = await vendor.make('contoso-agent-1.0.0.msi', recipe('1.0.0'));
  shown = await admin.uploadApproved(first.path);
  await machine.activate(await admin.installationKey({ autoAuthorize: true }));
  await admin.startUpdate({ product: shown.product.id, version: '1.0.0', requirement: 'mandatory' });
  expect(await machine.client(['update', '--yes'])).toMatchObject({ exitCode: 0 });
});
afterAll(() => things.disposeAsync());

const log = () => join(machine.folder, 'agent.log');
const folder = () => join(machine.folder, 'work in here');
const lastLine = async () => (await agentLines(log())).at(-1);

async function offer(version: string, requirement: 'optional' | 'mandatory'): Promise<string> {
  const made = await vendor.make(`contoso-agent-${version}.msi`, recipe(version));
  await admin.uploadApproved(made.path);
  return (await admin.startUpdate({ product: shown.product.id, version, requirement })).id;
}

/** Starts the installed application as a person would; `typed` is what they type. Its own part of it, to its exit status. */
async function start(
  how: { readonly pass?: object; readonly ownAlert?: boolean; readonly typed?: readonly string[] },
  args: readonly string[] = awkwardArguments,
): Promise<number | null> {
  const settings = join(machine.folder, 'agent.json');
  const client = { state: machine.state, program: [process.execPath, clientProgram], language: 'en' };
  const { pass = { ui: 'terminal' }, ownAlert = false, typed = [] } = how;
  await mkdir(folder(), { recursive: true });
  await writeFile(settings, JSON.stringify({ log: log(), client, pass, ownAlert }));
  const script = machine.pathOf(first.upgradeCode, 'Contoso Agent', 'agent.cjs');
  const child = spawn(process.execPath, [script, ...args], {
    cwd: folder(),
    env: { ...process.env, AGENT_SETTINGS: settings },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end(typed.map((line) => `${line}\n`).join(''));
  return await new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve));
}

test('it works where nothing is due', async () => {
  expect(await start({})).toBe(0);
  expect(await agentLines(log())).toEqual([{ version: '1.0.0', args: awkwardArguments, folder: folder() }]);
});

test('"not now": it goes on', async () => {
  const id = await offer('1.1.0', 'optional');
  expect(await start({ typed: ['2'] }, ['one'])).toBe(0);
  expect(await lastLine()).toEqual({ version: '1.0.0', args: ['one'], folder: folder() });
  expect(await admin.counts(id)).toEqual({ deferred: 1 });
});

test('"update now": it ends, is installed anew, and is started again, its arguments and folder kept', async () => {
  const before = (await agentLines(log())).length;
  expect(await start({ typed: ['1'] })).toBe(0);
  await expect.poll(lastLine).toEqual({
    version: '1.1.0',
    args: awkwardArguments,
    folder: folder(),
  });
  expect(await agentLines(log())).toHaveLength(before + 1);
  expect(await admin.workstation(shown.product.id)).toMatchObject({ installedVersion: '1.1.0' });
});

test('it ends where the update is required and declined', async () => {
  const id = await offer('1.2.0', 'mandatory');
  const before = await agentLines(log());
  expect(await start({ typed: ['2'] })).toBe(20);
  expect(await agentLines(log())).toEqual(before);
  expect(await admin.counts(id)).toEqual({ offered: 1 });
});

test('it shows an alert of its own', async () => {
  expect(await start({ ownAlert: true })).toBe(0);
  await expect.poll(lastLine).toMatchObject({ version: '1.2.0', args: awkwardArguments });
  const told = (await agentLines(log())).flatMap(({ alert }) => alert ?? []);
  expect(told).toEqual(['Your organization requires this update before you can continue.']);
});

test('it shows the window, and "update now" in it does the same', async () => {
  const id = await offer('1.3.0', 'optional');
  const browser = new MarkedBrowser();
  const ended = start({ pass: { ui: 'window', browser: JSON.stringify([browser.program, ...browser.args]) } });
  // The debugger answers before the window has a page, and a page is there before it shows anything.
  const { connected, button } = await vi.waitFor(
    async () => {
      const connected = await chromium.connectOverCDP(await browser.debuggerUrl(), { timeout: 10_000 });
      things.defer(() => connected.close());
      const [page] = connected.contexts()[0]?.pages() ?? [];
      if (page === undefined) throw new Error('The browser shows no page.');
      const button = page.getByRole('button', { name: 'Update now' });
      await button.waitFor({ timeout: 5_000 });
      return { connected, button };
    },
    // The client starts a browser anew that does not come up within 20 seconds.
    { timeout: 90_000, interval: 250 },
  );
  await button.click();
  expect(await ended).toBe(0);
  await connected.close();
  await expect.poll(lastLine).toEqual({
    version: '1.3.0',
    args: awkwardArguments,
    folder: folder(),
  });
  expect(await admin.counts(id)).toEqual({ installed: 1 });
});

test('it is not started where it is prohibited', async () => {
  const before = await agentLines(log());
  const prohibition = { version: '1.3.0', reason: 'It leaks.' };
  await admin.wire.call('POST', `/products/${shown.product.id}/prohibitions`, prohibition);
  expect(await start({ pass: { ui: 'none' } })).toBe(28);
  expect(await agentLines(log())).toEqual(before);
});
