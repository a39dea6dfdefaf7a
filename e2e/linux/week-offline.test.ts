// A week without the server, by the workstation's own clock, and what the server hears of it afterwards. The whole server, whose
// clock the test holds, and real client processes, whose clock is shifted.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ManualClock, ownerEmail, testPassword, testServer, type TestServer } from '@usher/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Administrator } from '../support/administrator.ts';
import { Middleman } from '../support/middleman.ts';
import { Vendor } from '../support/signed-installers.ts';
import { StagedProduct } from '../support/staged-product.ts';
import { LinuxWorkstation, shellApplication, type CommandOptions } from './linux-workstation.ts';

const day = 24 * 60 * 60 * 1000;
const shiftedClock = fileURLToPath(new URL('shifted-clock.mjs', import.meta.url));
const credentials = { email: ownerEmail, password: testPassword };

const things = new AsyncDisposableStack();
const begun = Date.now();
/** The update is required from here on: in the fifth night. */
const cutoff = begun + 4.5 * day;
let server: TestServer;
let middleman: Middleman;
let machine: LinuxWorkstation;
let product: StagedProduct<CommandOptions>;
let update: string;
/** A `PATH` with an installer that fails. */
let failing: string;

/** How a command runs so many days after the beginning. */
const at = (days: number, more: Readonly<Record<string, string>> = {}): CommandOptions => ({
  node: ['--import', shiftedClock],
  environment: {
    USHER_TEST_CLOCK_AHEAD_MS: String(days * day),
    USHER_TEST_UPTIME_AHEAD_MS: String(days * day),
    ...more,
  },
});

beforeAll(async () => {
  middleman = things.use(await Middleman.listen());
  const clock = new ManualClock(begun);
  server = await testServer({ listen: true, clock, environment: { USHER_PUBLIC_URL: middleman.url } });
  things.defer(() => server.close());
  middleman.passTo(server.url);
  const [admin, vendor] = await Promise.all([Administrator.signIn(server, credentials), Vendor.create('ecdsa')]);
  things.use(vendor);
  machine = things.use(await LinuxWorkstation.create());
  product = new StagedProduct(() => ({ vendor, admin, machine }), {
    recipe: (version) => shellApplication(version),
    program: (upgradeCode) => machine.pathOf(upgradeCode, 'Contoso Agent', 'agent'),
  });
  await machine.activate(await admin.installationKey({ autoAuthorize: true }));
  await product.approve('3.22.1');
  await product.goTo('3.22.1');
  await product.approve('3.23.0');
  const wish = { product: product.id, version: '3.23.0', requirement: 'optional' as const };
  update = (await admin.startUpdate({ ...wish, cutoffAt: new Date(cutoff).toISOString() })).id;
  const bin = join(machine.folder, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'msiextract'), '#!/bin/sh\nexit 1\n');
  await chmod(join(bin, 'msiextract'), 0o755);
  failing = `${bin}:${process.env.PATH ?? ''}`;
});
afterAll(() => things.disposeAsync());

test('the rules of the last policy hold each day, and what happened is told once each, in order', async () => {
  // The installer is on the disk by now: offline, only an update that can be had is offered or required.
  expect(await product.start('now', [], at(0, { PATH: failing }))).toMatchObject({ exitCode: 9, stdout: '3.22.1 \n' });

  middleman.meddle = () => ({ how: 'hang up' });
  expect(await product.start('now', [], at(0.5, { PATH: failing }))).toMatchObject({ exitCode: 9 });
  for (const days of [1, 2, 3, 4]) {
    const said = await product.start('later', [], at(days));
    expect({ days, ...said }).toMatchObject({ exitCode: 9, stdout: '3.22.1 \n' });
    expect(said.stderr).toContain('The server cannot be reached. The rules of ');
    expect(said.stderr).toContain('Version 3.23.0 is available. You have 3.22.1.');
  }
  // What is approved is known for a day: nothing is installed by an older list.
  const stale = await product.start('now', [], at(4.2));
  expect(stale).toMatchObject({ exitCode: 9, stdout: '3.22.1 \n' });
  expect(stale.stderr).toContain('Code 2041.');
  for (const days of [5, 6, 7]) {
    expect(await product.start('later', [], at(days))).toMatchObject({ exitCode: 20, stdout: '' });
  }
  // The clock set back, before the cut-off and before the beginning, and the machine started anew.
  for (const clock of [1, -30]) {
    const back = at(7, { USHER_TEST_CLOCK_AHEAD_MS: String(clock * day), USHER_TEST_UPTIME_AHEAD_MS: '0' });
    expect(await product.start('later', [], back)).toMatchObject({ exitCode: 20, stdout: '' });
  }
  expect(await queued()).toBeGreaterThan(10);

  server.clock.set(new Date(begun + 7 * day).toISOString());
  // As every hour.
  await server.system.jobs.runNow('trust.renew');
  const admin = await Administrator.signIn(server, credentials);
  const since = await admin.newestEvent();
  const story = async () =>
    (await admin.events(since)).map(({ type, data }) => [type, data.code, data.attempt ?? null]);
  let reports = 0;
  middleman.meddle = ({ path }) => {
    if (!path.endsWith('/reports')) return null;
    reports += 1;
    // What the server has taken is sent again, for all that the workstation knows.
    return reports === 1 ? { how: 'lose the answer' } : null;
  };
  for (const times of [1, 2]) {
    expect((await machine.client(product.args(['check']), at(7))).exitCode).toBe(20);
    expect({ times, reports, story: await story() }).toEqual({
      times,
      reports: times,
      story: [
        ['assignment.failed', 2042, 2],
        ['assignment.failed', 2041, 3],
        ...Array<unknown>(5).fill(['start.blocked', 2030, null]),
      ],
    });
  }
  // When each of them was, by the workstation's clock of the time.
  const times = (await admin.events(since)).flatMap(({ data }) => (typeof data.at === 'string' ? [data.at] : []));
  const ahead = times.map((told) => Math.floor((Date.parse(told) - begun) / day));
  expect(ahead).toEqual([5, 6, 7, 1, -30]);
  expect(await queued()).toBe(0);
  expect(await admin.assignment(update)).toMatchObject({ state: 'failed', attempts: 3 });

  expect(await product.start('now', [], at(7))).toMatchObject({ exitCode: 9, stdout: '3.23.0 \n' });
  expect(await admin.counts(update)).toEqual({ installed: 1 });
});

/** How many reports wait at the workstation. */
async function queued(): Promise<number> {
  const { stdout } = await machine.client(product.args(['status', '--json']), at(7));
  return (JSON.parse(stdout) as { queuedReports: number }).queuedReports;
}
