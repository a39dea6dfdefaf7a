// The power goes off while the client's own update has taken the engine's task away: somebody must go on, and nobody for
// ever. On Windows alone there is a task to be lost; its scheduler is played, as nothing else has one.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { dropVainResumption } from '../engine/replace-client.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { productOf, ScriptedInstaller } from '../test-support/scripted-installer.ts';
import { ScriptedScheduler } from '../test-support/scripted-scheduler.ts';
import { contoso } from '../test-support/stand-in-server.ts';
import { clientUpgradeCode } from '../version.ts';

const [old, fresh] = (['3.22.1', '3.23.0'] as const).map((version) => {
  const { entry, bytes } = contoso(version);
  return { bytes, entry: { ...entry, facts: { ...entry.facts, upgradeCode: clientUpgradeCode } } };
}) as [ReturnType<typeof contoso>, ReturnType<typeof contoso>];
const ofEngine = 'Usher engine';
const ofUpdate = 'Usher client update';
let desk: ContosoWorkstation;
let scheduler: ScriptedScheduler;

/** What the actions of the client's MSI do to the engine's task: gone with the old version, there with the new one. */
class ClientInstaller extends ScriptedInstaller {
  override async install(what: { readonly file: string }) {
    scheduler.tasks.delete(ofEngine);
    const result = await super.install(what);
    if (result.exitCode === 0) scheduler.tasks.set(ofEngine, '<Task></Task>');
    return result;
  }
}
let installer: ClientInstaller;

beforeEach(async () => {
  desk = await ContosoWorkstation.activated();
  installer = new ClientInstaller([old, fresh], [productOf(old)]);
  desk.driver = installer;
  desk.server.publish([old, fresh]);
  const names = { id: 'pr_1', name: 'Usher client', enforcement: 'enforce', unknownVersions: 'allow' } as const;
  desk.server.policy = { product: { ...names, upgradeCode: clientUpgradeCode } };
  desk.server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1' });

  scheduler = new ScriptedScheduler();
  scheduler.tasks.set(ofEngine, '<Task></Task>');
  const program = join(desk.folder, 'usher-client.exe');
  await writeFile(program, 'the client');
  Object.assign(desk.host, { systemRoot: 'C:\\Windows', run: scheduler.run, program });
});

/** What a person asks for; the copy that the client hands over to is about to start when this resolves. */
async function handedOver(): Promise<readonly string[]> {
  expect(await desk.run(['update', '--yes'])).toMatchObject({ status: 0 });
  const [[copy = '', ...order] = []] = desk.host.startedApart;
  desk.host.program = copy;
  desk.host.pid += 1;
  return order;
}

test('without a power cut the task that would go on is there until the next version is, and not after', async () => {
  const order = await handedOver();
  const [copy, ...args] = scheduler.commandOf(ofUpdate);
  expect(copy).toBe(desk.host.program);
  expect(args).toEqual(order.slice(0, 3));
  expect(await desk.run(order)).toMatchObject({ status: 0 });
  expect(installer.products).toEqual([productOf(fresh)]);
  expect([...scheduler.tasks.keys()]).toEqual([ofEngine]);
});

test('what the power cut left is finished by that task, and it goes when there is an engine again', async () => {
  const order = await handedOver();
  installer.dyingAt = 'install 3.23.0';
  await expect(desk.run(order)).resolves.toMatchObject({ status: 1 });
  // The machine starts, without an engine.
  installer.dyingAt = null;
  desk.host.reboot();
  desk.host.pid += 1;
  expect([...scheduler.tasks.keys()]).toEqual([ofUpdate]);
  const [, ...args] = scheduler.commandOf(ofUpdate);
  expect(await desk.run(args)).toMatchObject({ status: 0 });
  expect(installer.products).toEqual([productOf(fresh)]);
  expect(desk.server.reportedStates.at(-1)).toBe('installed');
  expect([...scheduler.tasks.keys()]).toEqual([ofEngine]);
});

test('where it cannot be finished, it is tried three times, and the task goes then, too', async () => {
  const order = await handedOver();
  installer.dyingAt = 'install 3.23.0';
  await desk.run(order);
  installer.dyingAt = null;
  installer.codes = { 'install 3.23.0': 1603, 'install 3.22.1': 1603 };
  const [, ...args] = scheduler.commandOf(ofUpdate);
  let runs = 0;
  for (; scheduler.tasks.has(ofUpdate) && runs < 20; runs += 1) {
    desk.host.pid += 1;
    await desk.run(args);
  }
  expect(runs).toBeGreaterThan(1);
  expect([...scheduler.tasks.keys()]).toEqual([]);
  expect(desk.server.reportedStates.filter((state) => state === 'failed').length).toBeLessThan(6);
});

test('where the server cannot be asked whether anything is left to be done, the task stays until it can be', async () => {
  // The client came by other means, so that nothing leads back to its version; and nothing is done without the server.
  desk.server.publish([fresh]);
  desk.server.policy = { ...desk.server.policy, offline: { graceHours: 0, then: 'block' } };
  const order = await handedOver();
  installer.dyingAt = 'install 3.23.0';
  await desk.run(order);
  // The machine starts before its network does, and while it installs something else.
  installer.dyingAt = null;
  installer.products = [];
  installer.codes = { 'install 3.23.0': 1618 };
  desk.host.reboot();
  desk.server.interfere = (_, response) => {
    response.destroy();
    return true;
  };
  const [, ...args] = scheduler.commandOf(ofUpdate);
  desk.host.pid += 1;
  await desk.run(args);
  expect([...scheduler.tasks.keys()]).toEqual([ofUpdate]);
  installer.codes = {};
  desk.server.interfere = () => false;
  desk.host.pid += 1;
  expect(await desk.run(args)).toMatchObject({ status: 0 });
  expect(installer.products).toEqual([productOf(fresh)]);
  expect([...scheduler.tasks.keys()]).toEqual([ofEngine]);
});

test('what an installation that is undone takes away is not what would go on, nor the sign that there is an engine', async () => {
  const order = await handedOver();
  installer.dyingAt = 'install 3.23.0';
  await desk.run(order);
  const [marker, announced] = [join(desk.state, 'public', 'engine.json'), JSON.stringify({ format: 1 })];
  await mkdir(dirname(marker), { recursive: true });
  await writeFile(marker, announced);
  await desk.run(['service', 'remove', '--undone']);
  expect(scheduler.tasks.has(ofUpdate)).toBe(true);
  expect(await readFile(marker, 'utf8')).toBe(announced);
  // Whoever removes the client wants neither.
  await desk.run(['service', 'remove']);
  expect(scheduler.tasks.has(ofUpdate)).toBe(false);
  await expect(readFile(marker)).rejects.toThrow('ENOENT');
});

test('where the copy that would go on is gone, the next engine takes its task away', async () => {
  await handedOver();
  const engine = await desk.open();
  await dropVainResumption(engine);
  expect(scheduler.tasks.has(ofUpdate)).toBe(true);
  await rm(join(desk.state, 'self-update'), { recursive: true });
  await dropVainResumption(engine);
  expect(scheduler.tasks.has(ofUpdate)).toBe(false);
});

test('a scheduler that takes no task is noted, and keeps the update from nothing', async () => {
  scheduler.refuses = true;
  const order = await handedOver();
  expect(await desk.run(order)).toMatchObject({ status: 0 });
  expect(installer.products).toEqual([productOf(fresh)]);
});
