// The command `doctor`: looks at everything that the client needs, one line each, with what to do where it is not well.
import { TrustError } from '@usher/trust';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { asClientError, ClientError, isDenied } from '../client-error.ts';
import { check, type CheckResult } from '../engine/check.ts';
import { requireActivated, type Engine } from '../engine/engine.ts';
import { runningCopies } from '../engine/running-copies.ts';
import type { EngineLink } from '../launcher/engine-link.ts';
import { hasKeptKey } from '../engine/kept-key.ts';
import { removeFile, writeAtomically } from '../state/atomic-file.ts';
import { statusResultSchema } from '../pipe/messages.ts';
import { askEngine, type EngineAddress } from '../pipe/pipe-client.ts';
import type { CommandContext } from './command.ts';
import { isWithoutRights, withEngine } from './with-engine.ts';
import { installedEngine, withLink } from './with-link.ts';

/** One thing that is looked at: gives what was found, or throws an Error that says what to do. */
interface Examination<Examined> {
  readonly name: string;
  readonly examine: (examined: Examined) => Promise<string>;
}

const leastFreeBytes = 1_000_000_000;
const mostSkewMs = 5 * 60 * 1000;

const examinations: readonly Examination<Engine>[] = [
  { name: 'state folder', examine: stateFolder },
  { name: 'identity', examine: identity },
  { name: 'server', examine: server },
  { name: 'clock', examine: clock },
  { name: 'trust root and metadata', examine: catalogue },
  { name: 'installer', examine: installer },
  { name: 'running applications', examine: runningApplications },
  { name: 'disk', examine: disk },
  { name: 'reports', examine: reports },
];

/** `doctor`: ends with 1 where something is not well. */
export async function runDoctor(context: CommandContext): Promise<number> {
  try {
    return await withEngine(context, { alone: true }, (engine) => examineAll(context, engine, examinations));
  } catch (error) {
    const installed = isWithoutRights(error) ? await installedEngine(context) : null;
    if (installed === null) {
      const unusable = isWithoutRights(error) ? null : asClientError(error, 'state.unusable');
      if (unusable === null) throw error;
      context.terminal.print(`NOT OK  state folder: ${unusable.message}`);
      return 1;
    }
    const status = await doctorByEngine(context, installed.engine);
    context.terminal.print('The rest is seen by an administrator only: run usher-client doctor as one.');
    return status;
  }
}

async function examineAll<Examined>(
  { terminal }: CommandContext,
  examined: Examined,
  all: readonly Examination<Examined>[],
): Promise<number> {
  let isWell = true;
  for (const { name, examine } of all) {
    try {
      terminal.print(`ok      ${name}: ${await examine(examined)}`);
    } catch (error) {
      isWell = false;
      terminal.print(`NOT OK  ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return isWell ? 0 : 1;
}

/** What somebody without rights can have looked at: the machine's engine, and what that says. */
async function doctorByEngine(context: CommandContext, address: EngineAddress): Promise<number> {
  const examinedByEngine: readonly Examination<EngineLink>[] = [
    { name: 'engine', examine: () => engineAnswer(context, address) },
    { name: 'identity', examine: identityOfLink },
    { name: 'server', examine: async (asked) => serverAnswer(await asked.check()) },
  ];
  const look = (link: EngineLink) => examineAll(context, link, examinedByEngine);
  return await withLink(context, look, { purpose: 'background' });
}

async function engineAnswer({ host }: CommandContext, address: EngineAddress): Promise<string> {
  const { busyWith } = statusResultSchema.parse(await askEngine(address, host, { do: 'status' }));
  return `answers; ${busyWith === null ? 'idle' : `at work: ${busyWith}`}`;
}

async function identityOfLink({ workstationId }: EngineLink): Promise<string> {
  if (workstationId === null) {
    throw new ClientError(
      'workstation.not-activated',
      'This workstation is not activated. Have an administrator activate it: usher-client activate --key FILE.',
    );
  }
  return await Promise.resolve(workstationId);
}

async function stateFolder({ state }: Engine): Promise<string> {
  const probe = join(state.root, 'doctor.probe');
  await writeAtomically(probe, 'written by usher-client doctor\n');
  await removeFile(probe);
  const damaged = (await readdir(state.root, { recursive: true })).filter((name) => /\.damaged-\d+$/.test(name)).sort();
  const found = damaged.length === 0 ? '' : `; was damaged and has been set aside: ${damaged.join(', ')}`;
  const aside = await setAsideBeside(state.root);
  if (aside.length > 0) {
    throw new Error(
      `${aside.join(', ')} was set aside, as it was not the engine's own or its rights could not be set. ` +
        `Find out who put it there, and remove it. ${state.root} can be written${found}.`,
    );
  }
  return `${state.root} can be written${found}`;
}

/** What the engine put in another place than the state folder; none where that place may not be looked at. */
async function setAsideBeside(root: string): Promise<readonly string[]> {
  try {
    const names = await readdir(dirname(root));
    return names
      .filter((name) => name.startsWith(`${basename(root)}.set-aside-`))
      .map((name) => join(dirname(root), name));
  } catch (error) {
    if (isDenied(error)) return [];
    throw error;
  }
}

async function runningApplications({ host, state, driver, product }: Engine): Promise<string> {
  const known = await product.known.read();
  const { copies, unseenBecause } = await runningCopies(
    host,
    state.installed,
    await driver.installed(known?.upgradeCodes ?? []),
  );
  if (unseenBecause !== null) {
    throw new Error(
      `who has the application open cannot be seen, but for those who started it through Usher: ${unseenBecause}. ` +
        'Allow it to the engine, or have people close the application before an update.',
    );
  }
  const sessions = new Set(copies.map(({ owner }) => owner)).size;
  return copies.length === 0 ? 'none' : `${copies.length}, of ${sessions} people or sessions`;
}

async function identity(engine: Engine): Promise<string> {
  if (engine.identity === null && (await hasKeptKey(engine.state))) {
    throw new Error('not activated yet: an installation key is kept, and waits. Use it: usher-client check.');
  }
  const activated = requireActivated(engine);
  return await Promise.resolve(`${activated.identity.workstationId} at ${activated.identity.server}`);
}

async function server(engine: Engine): Promise<string> {
  return serverAnswer(await check(engine, { ask: true, purpose: 'background' }));
}

const wrongTime =
  "The server's clock is behind now, or ran ahead before, or somebody shows an old answer again. Tell your administrator: " +
  'the server says more at /readyz.';

function serverAnswer({ policy, offlineBecause, verdict }: CheckResult): string {
  if (offlineBecause instanceof TrustError && offlineBecause.code === 'policy.rolled-back') {
    throw new Error(`${offlineBecause.message} ${wrongTime}`, { cause: offlineBecause });
  }
  if (offlineBecause !== null) throw offlineBecause;
  return `answers; this workstation is ${policy.workstation.status}, a start would ${verdict.action} (${verdict.reason})`;
}

/** By this answer's own time: the newest policy can be of a day when the server's clock was wrong. */
async function clock({ host, api }: Engine): Promise<string> {
  const answeredAt = api?.answeredAt ?? null;
  if (answeredAt === null) return await Promise.resolve('not compared, as the server has not told its time');
  const skew = host.clock.now() - answeredAt;
  if (Math.abs(skew) > mostSkewMs) {
    throw new Error(`it is ${Math.round(skew / 60_000)} min away from the server's. Set it, and keep it set with NTP.`);
  }
  return `within ${Math.ceil(Math.abs(skew) / 1000)} s of the server's`;
}

async function catalogue(engine: Engine): Promise<string> {
  const trusted = requireActivated(engine).catalogue;
  const now = engine.api?.answeredAt ?? engine.host.clock.now();
  try {
    const { versions, expiresAt } = await trusted.refresh(new Date(now));
    const list = Object.entries(versions).map(([role, version]) => `${role} ${version}`);
    return `${list.join(', ')}; good until ${expiresAt.toISOString()}`;
  } catch (error) {
    if (error instanceof TrustError) throw new Error(`${error.message} Tell your administrator.`, { cause: error });
    throw error;
  }
}

async function installer({ driver, product }: Engine): Promise<string> {
  const trouble = await driver.trouble();
  if (trouble !== null) throw new ClientError('installer.failed', trouble);
  const known = await product.known.read();
  const installed = await driver.installed(known?.upgradeCodes ?? []);
  const list = installed.map(({ version, productCode }) => `${version} ${productCode}`);
  return list.length === 0
    ? 'can be used; nothing of this product is installed'
    : `can be used; installed: ${list.join(', ')}`;
}

async function disk({ host, state }: Engine): Promise<string> {
  const free = await host.freeBytes(state.root);
  const mb = Math.floor(free / 1_000_000);
  if (free < leastFreeBytes) throw new Error(`${mb} MB are free; large installers will not fit. Free some space.`);
  return `${mb} MB are free`;
}

async function reports(engine: Engine): Promise<string> {
  const waiting = await engine.reports.length();
  return waiting === 0 ? 'none wait to be sent' : `${waiting} wait to be sent; they go with the next check`;
}
