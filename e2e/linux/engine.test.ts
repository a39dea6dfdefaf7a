// Engine and launcher apart on Linux, as two accounts: the engine is root's (where the tests are), the launcher is that of
// somebody who may install nothing. The real server, real processes, a real socket.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MadeInstaller } from '@usher/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Administrator, InstallerView } from '../support/administrator.ts';
import { setStage } from '../support/stage.ts';
import { LinuxWorkstation, shellApplication } from './linux-workstation.ts';

const things = new AsyncDisposableStack();
let admin: Administrator;
let machine: LinuxWorkstation;
let fresh: MadeInstaller;
let shown: InstallerView;
let engine: ChildProcess;
let app: string;

/** Nobody's account, which has no rights in any folder of the machine's state; without root, one's own. */
const isRoot = process.getuid?.() === 0;
const person = isRoot ? { uid: 65534, gid: 65534 } : {};

const start = (...options: readonly string[]) =>
  machine.client(['start', ...options, '--', app], { account: person, environment: { HOME: '/nonexistent' } });

beforeAll(async () => {
  const stage = await setStage(things, LinuxWorkstation.create());
  ({ admin, machine } = stage);
  const make = (version: string) =>
    stage.vendor.make(`contoso-agent-${version}.msi`, shellApplication(version, 'as $(id -u)'));
  const [old, key] = await Promise.all([make('3.22.1'), admin.installationKey({ autoAuthorize: true })]);
  fresh = await make('3.23.0');
  app = machine.pathOf(old.upgradeCode, 'Contoso Agent', 'agent');
  shown = await admin.uploadApproved(old.path);
  await machine.activate(key);
  engine = await machine.startEngine();
});
afterAll(() => things.disposeAsync());

test('a person without rights starts an application that the engine installs', async () => {
  const { id } = await admin.startUpdate({ product: shown.product.id, version: '3.22.1', requirement: 'mandatory' });
  const { exitCode, stdout, stderr } = await start('--answer', 'now');
  expect({ exitCode, stdout }).toEqual({ exitCode: 9, stdout: `3.22.1 as ${isRoot ? 65534 : process.getuid?.()}\n` });
  expect(stderr).toContain('Updated to 3.22.1.');
  expect(await admin.update(id)).toMatchObject({ state: 'completed', counts: { installed: 1 } });
});

test('"not now" is theirs to say, and "update now" has the engine install', async () => {
  await admin.uploadApproved(fresh.path);
  const { id } = await admin.startUpdate({ product: shown.product.id, version: '3.23.0', requirement: 'optional' });
  expect(await start('--answer', 'later')).toMatchObject({
    exitCode: 9,
    stdout: expect.stringMatching(/^3\.22\.1/) as string,
  });
  await expect.poll(() => admin.assignment(id)).toMatchObject({ state: 'deferred', attempts: 0 });
  expect(await start('--answer', 'now')).toMatchObject({
    exitCode: 9,
    stdout: expect.stringMatching(/^3\.23\.0/) as string,
  });
  expect(await admin.counts(id)).toEqual({ installed: 1 });
});

test('who the workstation is stays the engine’s secret', async () => {
  const secrets = ['identity.json', 'engine-key.json', 'cache/index.json', 'logs/client.log'];
  for (const file of secrets) expect([file, await mayRead(file)]).toEqual([file, false]);
  expect(await mayRead('public/policy.jws')).toBe(true);
});

/** May the person read that file of the state? Without root there is no second account to try it as: the mode says it. */
async function mayRead(file: string): Promise<boolean> {
  if (!isRoot) {
    const names = file.split('/').map((_name, at, all) => join(machine.state, ...all.slice(0, at + 1)));
    const modes = await Promise.all([machine.state, ...names].map((path) => stat(path)));
    return modes.every(({ mode }) => (mode & 0o005) !== 0);
  }
  const reading = spawn('cat', [join(machine.state, file)], { stdio: 'ignore', ...person });
  const [status] = (await once(reading, 'exit')) as [number | null];
  return status === 0;
}

test('an engine that was killed locks nobody out, lets nothing prohibited run, and comes back', async () => {
  engine.kill('SIGKILL');
  await once(engine, 'exit');
  const without = await start();
  expect(without).toMatchObject({ exitCode: 9, stdout: expect.stringMatching(/^3\.23\.0/) as string });
  expect(without.stderr).toContain('The Usher engine on this machine does not answer. The rules of ');
  engine = await machine.startEngine();
  const prohibition = { version: '3.23.0', reason: 'It leaks.' };
  await admin.wire.call('POST', `/products/${shown.product.id}/prohibitions`, prohibition);
  expect(await start()).toMatchObject({ exitCode: 28, stdout: '' });
  engine.kill('SIGKILL');
  await once(engine, 'exit');
  expect(await start()).toMatchObject({ exitCode: 28, stdout: '' });
  engine = await machine.startEngine();
});

test('the engine ends when it is told to', async () => {
  engine.kill('SIGTERM');
  const [status] = (await once(engine, 'exit')) as [number | null];
  expect(status).toBe(0);
});
