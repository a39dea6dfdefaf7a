// The command `doctor`: looks at everything that the client needs, one line each, with what to do where it is not well.
import { TrustError } from '@usher/trust';
import { join } from 'node:path';
import { ClientError } from '../client-error.ts';
import { check } from '../engine/check.ts';
import { requireActivated, type Engine } from '../engine/engine.ts';
import { removeFile, writeAtomically } from '../state/atomic-file.ts';
import type { CommandContext } from './command.ts';
import { withEngine } from './with-engine.ts';

/** One thing that is looked at: gives what was found, or throws an Error that says what to do. */
interface Examination {
  readonly name: string;
  readonly examine: (engine: Engine) => Promise<string>;
}

const leastFreeBytes = 1_000_000_000;
const mostSkewMs = 5 * 60 * 1000;

const examinations: readonly Examination[] = [
  { name: 'state folder', examine: stateFolder },
  { name: 'identity', examine: identity },
  { name: 'server', examine: server },
  { name: 'clock', examine: clock },
  { name: 'trust root and metadata', examine: catalogue },
  { name: 'installer', examine: installer },
  { name: 'disk', examine: disk },
  { name: 'reports', examine: reports },
];

/** `doctor`: ends with 1 where something is not well. */
export async function runDoctor(context: CommandContext): Promise<number> {
  return await withEngine(context, { alone: true }, async (engine) => {
    let isWell = true;
    for (const { name, examine } of examinations) {
      try {
        context.terminal.print(`ok      ${name}: ${await examine(engine)}`);
      } catch (error) {
        isWell = false;
        context.terminal.print(`NOT OK  ${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return isWell ? 0 : 1;
  });
}

async function stateFolder({ state }: Engine): Promise<string> {
  const probe = join(state.root, 'doctor.probe');
  await writeAtomically(probe, 'written by usher-client doctor\n');
  await removeFile(probe);
  return `${state.root} can be written`;
}

async function identity(engine: Engine): Promise<string> {
  const activated = requireActivated(engine);
  return await Promise.resolve(`${activated.identity.workstationId} at ${activated.identity.server}`);
}

async function server(engine: Engine): Promise<string> {
  const { policy, offlineBecause, verdict } = await check(engine, { ask: true, purpose: 'background' });
  if (offlineBecause !== null) throw offlineBecause;
  return `answers; this workstation is ${policy.workstation.status}, a start would ${verdict.action} (${verdict.reason})`;
}

async function clock({ host, product }: Engine): Promise<string> {
  const record = await product.clock.read();
  if (record === null) throw new Error('no policy has come yet, so that there is nothing to compare with');
  const expected = Date.parse(record.issuedAt) + (host.clock.sinceBoot() - record.sinceBootMs);
  const skew = host.clock.now() - expected;
  if (Math.abs(skew) > mostSkewMs) {
    throw new Error(`it is ${Math.round(skew / 60_000)} min away from the server's. Set it, and keep it set with NTP.`);
  }
  return `within ${Math.ceil(Math.abs(skew) / 1000)} s of the server's`;
}

async function catalogue(engine: Engine): Promise<string> {
  const trusted = requireActivated(engine).catalogue;
  try {
    const { versions, expiresAt } = await trusted.refresh(new Date(engine.host.clock.now()));
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
