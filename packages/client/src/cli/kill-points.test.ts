// A client that dies at any of its changes of the disk: the next start finds the application, a version that the rules
// allow, and tells the server nothing twice. Every moment of one update is tried.
import fc from 'fast-check';
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InstallerDriver } from '../engine/installer-driver.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { KeptFolder } from '../test-support/kept-state.ts';
import { untilKilled } from '../test-support/mortal-disk.ts';
import { contoso, type StandInServer } from '../test-support/stand-in-server.ts';

const old = contoso('3.22.1');
const fresh = contoso('3.23.0');

/** The machine's own installer, which installs nothing just now. */
class FailingInstaller implements InstallerDriver {
  readonly #real: InstallerDriver;
  readonly #exitCode: number | null;

  constructor(real: InstallerDriver, exitCode: number | null) {
    this.#real = real;
    this.#exitCode = exitCode;
  }

  installed: InstallerDriver['installed'] = (codes) => this.#real.installed(codes);
  remove: InstallerDriver['remove'] = () => Promise.resolve({ exitCode: this.#exitCode });
  install: InstallerDriver['install'] = () => Promise.resolve({ exitCode: this.#exitCode });
  trouble: InstallerDriver['trouble'] = () => this.#real.trouble();
}

interface Scene {
  readonly workstation: ContosoWorkstation;
  readonly before: KeptFolder;
  /** The application: it ends with 9 where its files are there. */
  readonly start: readonly string[];
}

async function scene(installed: 'old' | 'fresh'): Promise<Scene> {
  const workstation = await ContosoWorkstation.withOldVersion();
  const { server, host } = workstation;
  host.setClock(new Date().toISOString());
  const folder = join(workstation.applications, old.entry.facts.upgradeCode.replace(/[{}]/g, '').toLowerCase());
  const start = ['start', '--answer', 'now', '--', '/bin/sh', '-c', `test -n "$(find '${folder}' -type f)" && exit 9`];
  if (installed === 'fresh') {
    server.assign(fresh, { updateId: 'up_0' });
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    server.assign(old, { updateId: 'up_1' });
  } else server.assign(fresh);
  return { workstation, before: await KeptFolder.of(workstation.folder), start };
}

function forget(server: StandInServer): void {
  for (const list of [server.reports, server.checks, server.downloads, server.starts]) list.length = 0;
}

/** Another process on the same machine. */
function nextProcess({ host }: ContosoWorkstation): void {
  host.pid += 1;
  // A lock that was cut while it was written is waited for a moment, by the machine's time.
  host.pass(10_000);
}

async function installedVersion({ state }: ContosoWorkstation): Promise<unknown> {
  const { products } = JSON.parse(await readFile(join(state, 'installed.json'), 'utf8')) as {
    products: { version: string }[];
  };
  return products.map(({ version }) => version).join();
}

/** What is wrong after a death at that moment; nothing, if all is well. */
async function afterDeath({ workstation, before, start }: Scene, moment: number, wanted: string): Promise<string[]> {
  const { server } = workstation;
  await before.restore();
  forget(server);
  nextProcess(workstation);
  const first = await untilKilled(moment, () => workstation.run(start));
  const wrong: string[] = [];
  const hold = (what: string, actual: unknown, expected: unknown) => {
    if (actual !== expected) wrong.push(`moment ${moment}: ${what} is ${String(actual)}, not ${String(expected)}`);
  };
  if (first.result !== 'killed') return [`moment ${moment}: it was not killed`];
  // Every second time the server is gone when the machine comes back.
  if (moment % 2 === 0) {
    nextProcess(workstation);
    server.interfere = (_request, response) => {
      response.destroy();
      return true;
    };
    const { status, told } = await workstation.run(start.map((word) => (word === 'now' ? 'later' : word)));
    if (status !== 9) wrong.push(`moment ${moment}: offline it ends with ${status}: ${told}`);
    if (!['3.22.1', '3.23.0'].includes(String(await installedVersion(workstation)))) {
      wrong.push(`moment ${moment}: offline there is ${String(await installedVersion(workstation))}`);
    }
    server.interfere = () => false;
  }
  // Every third time the installer fails for now, each in another way: nothing is lost by that.
  if (moment % 3 === 0) {
    nextProcess(workstation);
    const { driver } = await workstation.open();
    const exitCode = [1618, 1603, 1601][(moment / 3) % 3] ?? null;
    workstation.driver = new FailingInstaller(driver, exitCode);
    await workstation.run(start);
    workstation.driver = undefined;
    const isLeft = existsSync(join(workstation.state, 'journal.json'));
    if ((await installedVersion(workstation)) === '' && !isLeft)
      wrong.push(`moment ${moment}: nothing leads back after ${String(exitCode)}`);
  }
  nextProcess(workstation);
  const { status, told } = await workstation.run(start);
  if (status !== 9) wrong.push(`moment ${moment}: it ends with ${status}: ${told}`);
  hold('the version', await installedVersion(workstation), wanted);
  nextProcess(workstation);
  await workstation.run(['check']);
  const ids = new Map(server.reports.map((report) => [report.id, report]));
  const finals = [...ids.values()].filter(({ state }) => state === 'installed' || state === 'failed');
  const told1 = finals.map(({ state, attempt }) => `${String(state)} ${String(attempt)}`);
  hold('what is told twice', told1.filter((each, index) => told1.indexOf(each) !== index).join(), '');
  const seqs = [...ids.values()].map(({ seq }) => Number(seq));
  hold('the order', seqs.join(), [...seqs].sort((a, b) => a - b).join());
  return wrong;
}

async function momentsOf({ workstation, before, start }: Scene): Promise<readonly string[]> {
  await before.restore();
  nextProcess(workstation);
  const { result, places } = await untilKilled(Infinity, () => workstation.run(start));
  expect(result).toMatchObject({ status: 9 });
  return places;
}

/** What is drawn anew in each run; it is said, so that a failure can be had again. */
const seed = Number(process.env.USHER_TEST_SEED ?? randomInt(2 ** 31));
const drawn = 35;

/** Every moment at the journal and at what is installed, and some of the others. */
function chosen(places: readonly string[]): readonly number[] {
  const moments = places.map((place, index) => ({ place, moment: index + 1 }));
  const isStep = (place: string) => /journal\.json|installed\.json|applications/.test(place);
  const others = moments.filter(({ place }) => !isStep(place));
  const some = fc.sample(fc.constantFrom(...others), { numRuns: drawn, seed });
  console.log(
    `seed ${seed}: ${moments.length - others.length} of ${moments.length} moments, and ${drawn} of the others`,
  );
  const all = [...moments.filter(({ place }) => isStep(place)), ...some].map(({ moment }) => moment);
  return [...new Set(all)].sort((a, b) => a - b);
}

describe('a client that is killed', () => {
  it.each([
    ['an update', 'old', '3.23.0'],
    ['a way back to an older version', 'fresh', '3.22.1'],
  ] as const)('at any moment of %s leaves a machine that goes on', async (_what, installed, wanted) => {
    const played = await scene(installed);
    const moments = chosen(await momentsOf(played));
    const wrong: string[] = [];
    for (const moment of moments) wrong.push(...(await afterDeath(played, moment, wanted)));
    expect(wrong).toEqual([]);
  });
});
