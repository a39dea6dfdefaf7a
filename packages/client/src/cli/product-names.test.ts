// Tests of a product's names: without one, by its UpgradeCode or by its id at the server, it is one product with one state.
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { serve } from '../service/serve.ts';
import { StateFolder } from '../state/state-folder.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { KeptFolder } from '../test-support/kept-state.ts';
import { untilKilled } from '../test-support/mortal-disk.ts';
import { productOf, ScriptedInstaller } from '../test-support/scripted-installer.ts';
import { contoso, refuse } from '../test-support/stand-in-server.ts';

const old = contoso('3.22.1');
const fresh = contoso('3.23.0');
const { upgradeCode } = old.entry.facts;
const run9 = ['--', '/bin/sh', '-c', 'exit 9'];
const names = [[], ['--product', upgradeCode], ['--product', upgradeCode.toLowerCase()], ['--product', 'pr_1']];
const leak = { version: '3.22.1', reason: 'It leaks.' };
const ofProduct = ['product.json', 'policy.jws', 'clock.json', 'journal.json', 'pass.json'];

let workstation: ContosoWorkstation;
beforeEach(async () => {
  workstation = await ContosoWorkstation.withOldVersion();
});

const start = async (name: readonly string[], answer = 'later') =>
  (await workstation.run(['start', '--answer', answer, ...name, ...run9])).status;

async function inTurn(): Promise<readonly number[]> {
  const ends: number[] = [];
  for (const name of names) ends.push(await start(name));
  return ends;
}

/** Another process on the same machine. */
function nextProcess(): void {
  workstation.host.pid += 1;
  // A lock that was cut while it was written is waited for a moment, by the machine's time.
  workstation.host.pass(10_000);
}

function goOffline(): void {
  workstation.server.interfere = (_request, response) => (response.destroy(), true);
}

const placesIn = async (folder: string) => (await new StateFolder(folder, () => undefined).products()).length;

describe.each([
  ['in one process', false],
  ['through an engine', true],
])('a product that is started by every of its names %s', (_how, hasEngine) => {
  let close: () => Promise<void> = () => Promise.resolve();
  beforeEach(async () => {
    if (!hasEngine) return;
    const { host, state } = workstation;
    const engine = await serve({ host, folder: state, isMachineWide: false, runtimeFolder: null });
    close = () => engine.close();
    return () => engine.close();
  });

  it('is prohibited by all of them, also without the server', async () => {
    expect(await inTurn()).toEqual([9, 9, 9, 9]);
    workstation.server.policy = { ...workstation.server.policy, prohibited: [leak], assignment: null };
    expect(await start(names[1] ?? [])).toBe(28);
    goOffline();
    expect(await inTurn()).toEqual([28, 28, 28, 28]);
    // Nor by what was copied for users, where nobody answers.
    await close();
    expect(await inTurn()).toEqual([28, 28, 28, 28]);
    expect(await placesIn(workstation.state)).toBe(1);
  });

  it('is refused by all of them on a workstation that was disabled', async () => {
    expect(await inTurn()).toEqual([9, 9, 9, 9]);
    workstation.server.status = 'disabled';
    expect(await start([])).toBe(11);
    goOffline();
    expect(await inTurn()).toEqual([11, 11, 11, 11]);
  });

  it('has one pass', async () => {
    const { server } = workstation;
    server.policy = { ...server.policy, prohibited: [leak], assignment: null };
    expect(await start([])).toBe(28);
    goOffline();
    const until = '2026-11-22T20:00:00.000Z';
    expect(await workstation.run(['unlock', server.pass(until)])).toMatchObject({ status: 0 });
    expect(await inTurn()).toEqual([9, 9, 9, 9]);
  });
});

it('is recovered by any of its names', async () => {
  const { server } = workstation;
  const installer = new ScriptedInstaller([old, fresh], [productOf(old)]);
  workstation.driver = installer;
  expect(await inTurn()).toEqual([9, 9, 9, 9]);
  server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1' });
  expect(await start([], 'now')).toBe(9);
  server.assign(old, { requirement: 'optional', updateId: 'up_2' });
  installer.products = [productOf(fresh)];
  installer.dyingAt = 'install 3.22.1';
  expect(await start([], 'now')).toBe(1);
  installer.dyingAt = null;
  nextProcess();
  goOffline();
  expect(await start(names[1] ?? [])).toBe(9);
  expect(installer.products).toEqual([productOf(old)]);
});

it('keeps what it was first called by until the server says what that means', async () => {
  const newcomer = await ContosoWorkstation.activated();
  newcomer.server.publish([old, fresh]);
  newcomer.server.assign(old, { requirement: 'mandatory', updateId: 'up_0' });
  const run = (...args: string[]) => newcomer.run(args);
  expect(await run('update', '--yes', '--product', upgradeCode)).toMatchObject({ status: 0 });
  expect(await placesIn(newcomer.state)).toBe(2);
  newcomer.server.policy = { ...newcomer.server.policy, prohibited: [leak], assignment: null };
  expect(await run('start', '--product', 'pr_1', ...run9)).toMatchObject({ status: 28 });
  expect(await placesIn(newcomer.state)).toBe(2);
  // The one of the activation turns out to be that one.
  expect(await run('start', ...run9)).toMatchObject({ status: 28 });
  expect(await placesIn(newcomer.state)).toBe(1);
});

it('leaves other products what is theirs, and a name that means nothing no place', async () => {
  const { state } = await workstation.open();
  const other = state.product('pr_2');
  await other.prepare();
  await other.known.write({ id: 'pr_2', name: 'Another', upgradeCodes: ['{AAAAAAAA-2222-3333-4444-555555555555}'] });
  expect(await inTurn()).toEqual([9, 9, 9, 9]);
  expect(await other.known.read()).toMatchObject({ id: 'pr_2' });
  expect(await placesIn(workstation.state)).toBe(2);
});

describe('states that a client of before kept for each name', () => {
  const aside = () => join(workstation.state, 'products', upgradeCode.replace(/[{}]/g, '').toLowerCase());

  /** The rules of today lie under the UpgradeCode, with a pass and half an update; those of yesterday where they always lay. */
  async function apart(): Promise<void> {
    const { server, state, host } = workstation;
    expect(await start([])).toBe(9);
    await cp(join(state, 'product.json'), join(workstation.folder, 'yesterday', 'product.json'));
    for (const name of ['policy.jws', 'clock.json'])
      await cp(join(state, name), join(workstation.folder, 'yesterday', name));
    host.pass(3_600_000);
    server.policy = { ...server.policy, prohibited: [leak], assignment: null };
    expect(await start([])).toBe(28);
    await mkdir(aside(), { recursive: true });
    for (const name of ['product.json', 'policy.jws', 'clock.json']) {
      await cp(join(state, name), join(aside(), name));
      await cp(join(workstation.folder, 'yesterday', name), join(state, name));
    }
    await rm(join(workstation.folder, 'yesterday'), { recursive: true });
  }

  it('become one, by the newest rules, whichever name comes first', async () => {
    await apart();
    const kept = await KeptFolder.of(workstation.folder);
    goOffline();
    for (const name of names) {
      await kept.restore();
      expect(await start(name)).toBe(28);
      expect(await readdir(join(workstation.state, 'products'))).toEqual([]);
      expect(await inTurn()).toEqual([28, 28, 28, 28]);
    }
  });

  it('become one with the pass and the half update that either has', async () => {
    await apart();
    const { server } = workstation;
    const until = '2026-11-22T20:00:00.000Z';
    const engine = await workstation.open();
    const place = engine.state.product(upgradeCode);
    await place.pass.write({ code: server.pass(until), until, reason: 'a demonstration', isNoted: true });
    const journal = { ...(await halfUpdate()), updateId: 'up_theirs' };
    await place.journal.write(journal);
    goOffline();
    expect(await start([])).toBe(9);
    expect(await readdir(join(workstation.state, 'products'))).toEqual([]);
    expect(await engine.product.pass.read()).toMatchObject({ until });
    expect(await readFile(join(workstation.state, 'logs', 'client.log'), 'utf8')).toContain('was interrupted');
  });

  it('are not one before either half update was looked after', async () => {
    await apart();
    const engine = await workstation.open();
    await engine.product.journal.write({ ...(await halfUpdate()), updateId: 'up_ours' });
    await engine.state.product(upgradeCode).journal.write({ ...(await halfUpdate()), updateId: 'up_theirs' });
    goOffline();
    expect(await start([])).toBe(28);
    expect(await placesIn(workstation.state)).toBe(2);
    expect(await start([])).toBe(28);
    expect(await placesIn(workstation.state)).toBe(1);
    const log = await readFile(join(workstation.state, 'logs', 'client.log'), 'utf8');
    expect(log.match(/was interrupted/g)).toHaveLength(2);
    expect(await engine.product.journal.read()).toBeNull();
  });

  it('become one whenever the client dies on the way', async () => {
    // A lock's age is told by the disk.
    workstation.host.setClock(new Date().toISOString());
    await apart();
    const engine = await workstation.open();
    const { server } = workstation;
    const until = new Date(workstation.host.clock.now() + 12 * 3_600_000).toISOString();
    const place = engine.state.product(upgradeCode);
    await place.pass.write({ code: server.pass(until), until, reason: 'a demonstration', isNoted: true });
    await place.journal.write(await halfUpdate());
    goOffline();
    const kept = await KeptFolder.of(workstation.folder);
    const status = () => workstation.run(['check']);
    const dyingAt = async (moment: number) => {
      await kept.restore();
      nextProcess();
      const lived = await untilKilled(moment, status);
      nextProcess();
      return lived;
    };
    const { places } = await dyingAt(Infinity);
    const first = places.findIndex((path) => path.includes('policy.jws'));
    const last = places.findLastIndex((path) => path.includes('products'));
    expect(last - first).toBeGreaterThan(40);
    const moments = Array.from({ length: last - first + 1 }, (_, index) => first + 1 + index);
    for (const moment of moments) {
      expect((await dyingAt(moment)).result).toBe('killed');
      expect({ moment, status: await start(names[moment % 4] ?? []) }).toEqual({ moment, status: 9 });
      expect({ moment, places: await placesIn(workstation.state) }).toEqual({ moment, places: 1 });
      await rm(join(workstation.state, 'pass.json'));
      expect({ moment, status: await start([]) }).toEqual({ moment, status: 28 });
    }
  });

  it('of which one is damaged stay what they are good for', async () => {
    await apart();
    const kept = await KeptFolder.of(workstation.folder);
    goOffline();
    for (const name of ofProduct.slice(0, 3)) {
      await kept.restore();
      await writeFile(join(workstation.state, name), '{');
      expect({ name, ends: await inTurn() }).toEqual({ name, ends: [28, 28, 28, 28] });
    }
  });

  async function halfUpdate() {
    const engine = await workstation.open();
    const [target] = (await engine.state.cacheIndex.read())?.packages ?? [];
    if (target === undefined) throw new Error('Nothing is in the cache.');
    return {
      ...({ format: 1, updateId: 'up_9', target, before: null, wayBack: [], phase: 'prepared', step: null } as const),
      startedAt: '2026-11-22T08:00:00.000Z',
    };
  }
});

it('is asked of the server by the name that was given', async () => {
  workstation.server.interfere = (request, response) => {
    const isCheck = request.url?.endsWith('/check') === true;
    if (isCheck) refuse(response, 404, 'product.not-found');
    return isCheck;
  };
  expect(await start(['--product', '{AAAAAAAA-2222-3333-4444-555555555555}'])).toBe(20);
});
