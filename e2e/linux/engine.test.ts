// Engine and launcher apart on Linux, as two accounts: the engine is root's (where the tests are), the launcher is that of
// somebody who may install nothing. The real server, real processes, a real socket.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MadeInstaller } from '@usher/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Administrator, type InstallerView } from '../support/administrator.ts';
import { clientProgram } from '../support/built-client.ts';
import { ServerProcess } from '../support/server-process.ts';
import { Vendor } from '../support/signed-installers.ts';
import { LinuxWorkstation, type CommandResult } from './linux-workstation.ts';

const things = new AsyncDisposableStack();
let server: ServerProcess;
let admin: Administrator;
let machine: LinuxWorkstation;
let old: MadeInstaller;
let fresh: MadeInstaller;
let shown: InstallerView;
let engine: ChildProcess;
let app: string;

/** Nobody's account, which has no rights in any folder of the machine's state; without root, one's own. */
const isRoot = process.getuid?.() === 0;
const person = isRoot ? { uid: 65534, gid: 65534 } : {};

/** The application: says its version and whose it is, and ends with a status of its own. */
const script = '#!/bin/sh\necho "$(cat "$(dirname "$0")/version.txt") as $(id -u)"\nexit 9\n';
const recipe = (version: string) => ({
  version,
  files: [
    { name: 'agent', content: script },
    { name: 'version.txt', content: version },
  ],
});

const state = () => join(machine.folder, 'state');

/** An engine that listens: it writes where it does when it does. */
async function startEngine(): Promise<ChildProcess> {
  const marker = join(state(), 'public', 'engine.json');
  await rm(marker, { force: true });
  const started = spawn(process.execPath, [clientProgram, '--state', state(), 'service', 'run'], { stdio: 'ignore' });
  things.defer(() => void started.kill('SIGKILL'));
  while (!existsSync(marker)) {
    if (started.exitCode !== null) throw new Error(`The engine ended with ${started.exitCode}.`);
    await delay(50);
  }
  return started;
}

/** What a person types. */
function usher(args: readonly string[]): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [clientProgram, '--state', state(), ...args], {
      env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC', HOME: '/nonexistent' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...person,
    });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
    }
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, ...said }));
  });
}
const start = (...options: readonly string[]) => usher(['start', ...options, '--', app]);

beforeAll(async () => {
  let vendor: Vendor;
  [vendor, machine, server] = await Promise.all([
    Vendor.create('ecdsa').then((made) => things.use(made)),
    LinuxWorkstation.create().then((made) => things.use(made)),
    ServerProcess.start().then((made) => things.use(made)),
  ]);
  [admin, old, fresh] = await Promise.all([
    Administrator.signIn(server),
    vendor.make('contoso-agent-3.22.1.msi', recipe('3.22.1')),
    vendor.make('contoso-agent-3.23.0.msi', recipe('3.23.0')),
  ]);
  app = machine.pathOf(old.upgradeCode, 'Contoso Agent', 'agent');
  await chmod(machine.folder, 0o755);
  shown = await admin.uploadApproved(old.path);
  const key = await admin.installationKey({ autoAuthorize: true });
  const activated = await machine.client(['activate', '--key', key, '--unpack-into', machine.applications]);
  expect(activated).toMatchObject({ exitCode: 0, stderr: '' });
  engine = await startEngine();
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

test.runIf(isRoot)('who the workstation is stays the engine’s secret', async () => {
  const asPerson = (file: string) =>
    new Promise<number | null>((resolve, reject) => {
      const child = spawn('cat', [join(state(), file)], { stdio: 'ignore', ...person });
      child.on('error', reject);
      child.on('close', resolve);
    });
  for (const file of ['identity.json', 'engine-key.json', 'cache/index.json', 'logs/client.log']) {
    expect([file, await asPerson(file)]).toEqual([file, 1]);
  }
  expect(await asPerson('public/policy.jws')).toBe(0);
});

test('an engine that was killed locks nobody out, lets nothing prohibited run, and comes back', async () => {
  engine.kill('SIGKILL');
  await once(engine, 'exit');
  const without = await start();
  expect(without).toMatchObject({ exitCode: 9, stdout: expect.stringMatching(/^3\.23\.0/) as string });
  expect(without.stderr).toContain('The Usher engine on this machine does not answer. The rules of ');
  engine = await startEngine();
  const prohibition = { version: '3.23.0', reason: 'It leaks.' };
  await admin.wire.call('POST', `/products/${shown.product.id}/prohibitions`, prohibition);
  expect(await start()).toMatchObject({ exitCode: 28, stdout: '' });
  engine.kill('SIGKILL');
  await once(engine, 'exit');
  expect(await start()).toMatchObject({ exitCode: 28, stdout: '' });
  engine = await startEngine();
});

test('the engine ends when it is told to', async () => {
  engine.kill('SIGTERM');
  const [status] = (await once(engine, 'exit')) as [number | null];
  expect(status).toBe(0);
});
