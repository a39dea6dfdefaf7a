// `npm run demo`: a throw-away server with two versions of a product, an update under way, and 200 workstations living
// through it. Everything is real but the machines: the server, the signed MSI files, the policies, the downloads.
import { mkdtempSync, openAsBlob } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Installer, Update } from '@usher/protocol';
import { compose, makeLog, readConfig, systemClock, systemRandom } from '@usher/server';
import {
  fetchDirectorKeys,
  makeFleet,
  seededFractions,
  WireClient,
  type SimulatedWorkstation,
} from '../fleet/index.ts';
import { contosoInstallers } from '../installers/index.ts';

const email = 'demo@usher.example';
const password = 'usher-demo-password';
/** Of those who are offered the update, how many say "not now" each time. */
const reluctance = 0.35;
const help = `
usage: npm run demo [-- [--workstations N] [--port N] [--pace N] [--once]]

Runs a server in a temporary folder, with 200 simulated workstations that receive an update, until Ctrl-C.
  --workstations N   how many (1 to 5000; 200)
  --port N           where it listens (a free port)
  --pace N           N times as fast (1 to 100; 1)
  --once             ends when the update is completed
`;

interface Demo {
  readonly admin: WireClient;
  readonly fleet: readonly SimulatedWorkstation[];
  readonly directorKeys: readonly string[];
  readonly update: Update;
}

/** How the days of the fleet go by. */
interface Days {
  readonly fraction: () => number;
  readonly pace: number;
  readonly stopped: AbortSignal;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function upload(admin: WireClient, path: string, releaseNotes: string): Promise<Installer> {
  const form = new FormData();
  form.set('releaseNotes', releaseNotes);
  form.set('file', await openAsBlob(path), basename(path));
  const installer = await admin.call<Installer>('POST', '/installers', form);
  return admin.call<Installer>('POST', `/installers/${installer.id}/approve`, { acknowledged: true });
}

/** Everything up to the moment when the first workstations are told. */
async function setUp(url: string, size: number): Promise<Demo> {
  const admin = await new WireClient(url).signIn(email, password);
  const { '3.22.1': old, '3.23.0': next } = contosoInstallers();
  await upload(admin, old.path, 'The version that everybody has.');
  const installer = await upload(admin, next.path, '# What is new\n\n- Faster start\n- **Security** corrections');
  const { key } = await admin.call<{ key: string }>('POST', '/installation-keys', {
    label: 'Demo fleet',
    autoAuthorize: true,
  });
  const fraction = seededFractions(20_261_201);
  const fleet = makeFleet({
    size,
    wire: new WireClient(url),
    fraction,
    failing: 0.05,
    now: () => new Date(),
    installedVersion: old.version,
  });
  const directorKeys = await fetchDirectorKeys(key, new Date());
  await Promise.all(fleet.map((workstation) => workstation.activate(key)));
  const update = await admin.call<Update>('POST', '/updates', {
    name: 'Contoso Agent 3.23.0 for everybody',
    product: installer.product.id,
    version: next.version,
    requirement: 'optional',
    cutoffAt: new Date(Date.now() + 120_000).toISOString(),
  });
  await admin.call('POST', `/updates/${update.id}/workstations`, { all: true });
  await admin.call('POST', `/updates/${update.id}/start`, {});
  return { admin, fleet, directorKeys, update };
}

/** One workstation: its person starts the application again and again until the update is there. */
async function live(demo: Demo, workstation: SimulatedWorkstation, { fraction, pace, stopped }: Days): Promise<void> {
  for (;;) {
    await pause((500 + fraction() * 20_000) / pace, stopped);
    if (stopped.aborted) return;
    const outcome = await workstation.start(fraction() < reluctance ? 'later' : 'now', demo.directorKeys);
    if (outcome.installed === 'installed') return;
  }
}

function pause(milliseconds: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      stopped.removeEventListener('abort', done);
      resolve();
    }
    stopped.addEventListener('abort', done);
  });
}

/** Rejects with the first failure; never resolves, since the end is what `watch` sees. */
function firstFailure(lives: readonly Promise<void>[]): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const life of lives) life.catch(reject);
  });
}

/** A line whenever the numbers have changed, until the update is completed. */
async function watch(demo: Demo, pace: number, stopped: AbortSignal): Promise<void> {
  let last = '';
  while (!stopped.aborted) {
    const { counts, state } = await demo.admin.call<Update>('GET', `/updates/${demo.update.id}`);
    const parts = Object.entries(counts).filter(([, count]) => count > 0);
    const line = `${state}: ${parts.map(([name, count]) => `${name} ${count}`).join(', ')}`;
    if (line !== last) say(`  ${line}`);
    last = line;
    if (state === 'completed') return;
    await pause(2000 / pace, stopped);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      workstations: { type: 'string', default: '200' },
      port: { type: 'string', default: '0' },
      pace: { type: 'string', default: '1' },
      once: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(help.trim());
    return;
  }
  const size = Number(values.workstations);
  if (!Number.isInteger(size) || size < 1 || size > 5000) throw new Error('--workstations takes 1 to 5000.');
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65535) throw new Error('--port takes 0 to 65535.');
  const pace = Number(values.pace);
  if (!(pace >= 1 && pace <= 100)) throw new Error('--pace takes 1 to 100.');
  const folder = mkdtempSync(join(tmpdir(), 'usher-demo-'));
  const environment = {
    USHER_DATA: join(folder, 'data'),
    USHER_PORT: values.port,
    USHER_ADMIN_EMAIL: email,
    USHER_ADMIN_PASSWORD: password,
  };
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
  const config = readConfig(environment, folder);
  const log = makeLog('warn', systemClock);
  const system = await compose({ config, clock: systemClock, random: systemRandom, log });
  try {
    await system.prepare();
    const url = await system.listen();
    say(`Usher's demo: ${url}`);
    say(`  sign in as ${email} with the password ${password}`);
    say(`Making ${size} workstations, two signed installers and an update …`);
    const demo = await setUp(url, size);
    say('The update runs. 5 % of the installations will fail; each workstation asks at its next start.');
    const fraction = seededFractions(7);
    const lives = demo.fleet.map((workstation) =>
      live(demo, workstation, { fraction, pace, stopped: stopping.signal }),
    );
    await Promise.race([watch(demo, pace, stopping.signal), firstFailure(lives)]);
    if (!values.once && !stopping.signal.aborted) {
      say('Completed. The server goes on until Ctrl-C.');
      await new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()));
    }
    stopping.abort();
    await Promise.allSettled(lives);
  } finally {
    await system.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`The demo ended: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
