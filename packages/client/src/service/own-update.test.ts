// How the machine's engine brings the client itself up to date while nobody asks: it, and every launcher, runs the very
// program that is to be replaced, and that keeps it from nothing.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { productOf, ScriptedInstaller } from '../test-support/scripted-installer.ts';
import { ServedWorkstation } from '../test-support/served-workstation.ts';
import { contoso, type OfferedInstaller } from '../test-support/stand-in-server.ts';
import { clientUpgradeCode } from '../version.ts';

/** A version of the client itself; the files are Contoso's. */
function clientOf(version: '3.22.1' | '3.23.0'): OfferedInstaller {
  const { entry, bytes } = contoso(version);
  return { bytes, entry: { ...entry, facts: { ...entry.facts, upgradeCode: clientUpgradeCode } } };
}

const old = clientOf('3.22.1');
const fresh = clientOf('3.23.0');
const ownProduct = {
  id: 'pr_1',
  name: 'Usher client',
  enforcement: 'enforce',
  unknownVersions: 'allow',
  upgradeCode: clientUpgradeCode,
} as const;
let desk: ContosoWorkstation;
let installer: ScriptedInstaller;
let served: ServedWorkstation;
let running: ChildProcess;

/** A machine with the client on it, and an engine, one of whose programs runs: the engine is such a program itself. */
beforeEach(async () => {
  desk = await ContosoWorkstation.activated();
  installer = new ScriptedInstaller([old, fresh], [productOf(old)]);
  desk.driver = installer;
  desk.server.publish([old, fresh]);
  desk.server.policy = { product: ownProduct };

  const folder = join(desk.applications, 'usher');
  const program = join(folder, 'usher-client.exe');
  await mkdir(folder, { recursive: true });
  await writeFile(program, 'echo up\nwhile :; do sleep 0.05; done\n');
  const product = { ...productOf(old), upgradeCode: clientUpgradeCode, name: 'Usher client', folder };
  await writeFile(join(desk.state, 'installed.json'), JSON.stringify({ products: [product] }));
  running = spawn('/bin/sh', [program], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void running.kill('SIGKILL'));
  await once(running.stdout!, 'data');

  desk.host.program = program;
  served = await ServedWorkstation.of(desk);
});

const untouched = () => running.exitCode === null && running.signalCode === null;

test('a required version of the client is installed by the hourly work of the engine that it replaces', async () => {
  desk.server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1', background: 'install' });
  const watched = new AbortController();
  // Whoever says that they have the client open, as any local program may, puts nothing off.
  const watch = served.ask({ do: 'watch', product: null, pid: process.pid }, { leave: watched.signal });
  await served.ask({ do: 'status' });

  // In the first round the turn to download is drawn.
  await served.engine.hourly.once();
  desk.host.pass(3_600_000);
  await served.engine.hourly.once();
  expect(desk.host.startedApart).toHaveLength(1);
  await served.engine.replaced;
  watched.abort();
  await watch;
  await served.engine.close();
  expect(installer.calls).toEqual([]);

  const [[copy, ...order] = []] = desk.host.startedApart;
  desk.host.program = copy!;
  desk.host.pid += 1;
  expect(await desk.run(order)).toMatchObject({ status: 0 });
  expect(installer.products).toEqual([productOf(fresh)]);
  expect(served.reported('up_1').at(-1)).toBe('installed');
  expect(desk.server.checks.at(-1)).toMatchObject({ installedVersion: '3.23.0' });
  expect(untouched()).toBe(true);
});

test('a prohibited version of the client is replaced, and never ended', async () => {
  desk.server.policy = {
    product: { ...ownProduct, whenProhibited: 'close', closeAfterMinutes: 10 },
    prohibited: [{ version: '3.22.1', reason: 'It leaks.' }],
  };
  await served.engine.hourly.once();
  await served.engine.hourly.closed();
  expect(desk.host.waits).not.toContain(600_000);
  expect(untouched()).toBe(true);

  desk.server.assign(fresh, { updateId: 'up_1', background: 'install' });
  await served.engine.hourly.once();
  desk.host.pass(3_600_000);
  await served.engine.hourly.once();
  expect(desk.host.startedApart).toHaveLength(1);
  expect(untouched()).toBe(true);
});
