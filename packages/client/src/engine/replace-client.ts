// How the client updates itself: its running executable cannot be replaced, and the engine is ended by the installation.
// So a copy of the executable in the state folder, which only the engine may write, carries out the installation.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { basename, join, relative, isAbsolute, win32 } from 'node:path';
import { asClientError, ClientError, systemCode } from '../client-error.ts';
import { addResumingTask, removeResumingTask } from '../service/scheduled-task.ts';
import { clientUpgradeCode, isClientItself } from '../version.ts';
import { isThere } from '../state/presence.ts';
import { placeOf } from '../state/product-place.ts';
import { StateFolder, type InstallerPackage } from '../state/state-folder.ts';
import type { Engine } from './engine.ts';
import type { Host } from './host.ts';

/** The command that the copy runs; see `cli/replace.ts`. */
export const replaceCommand = 'replace';

const copiesFolder = (state: StateFolder) => join(state.root, 'self-update');

/** Is this an update of the client that must not be installed by this very process? */
export function replacesThisProgram(
  { host, state }: Pick<Engine, 'host' | 'state'>,
  target: InstallerPackage,
): boolean {
  return (
    isClientItself(target.upgradeCode) && host.program !== null && !isInside(host, copiesFolder(state), host.program)
  );
}

function isInside({ platform }: Host, folder: string, file: string): boolean {
  const from = platform === 'win32' ? win32.relative(folder, file) : relative(folder, file);
  return !from.startsWith('..') && !isAbsolute(from) && !win32.isAbsolute(from);
}

/**
 * The copy is started again where the power goes off meanwhile: there may be no engine then, and nobody else who reads its
 * journal. It takes that task away itself, when there is an engine again.
 */
async function resumeAfterPowerCut({ host, state, log }: Engine, copy: string): Promise<void> {
  if (host.systemRoot === null) return;
  try {
    await addResumingTask(host, state.root, { program: copy, args: [replaceCommand, '--state', state.root] });
  } catch (error) {
    const failure = asClientError(error);
    if (failure === null) throw error;
    log.warn(`where the power goes off now, nothing goes on with the update of the client: ${failure.message}`);
  }
}

/** Whether a copy has begun to replace the client of a state folder, and has not come to an end with it. */
export async function isClientReplaced(folder: string): Promise<boolean> {
  const state = new StateFolder(folder, () => undefined);
  const settings = (await state.identity.read()) ?? (await state.settings.read());
  return (await (await placeOf(state, clientUpgradeCode, settings)).journal.read()) !== null;
}

/** A task whose copy is not there (any more) would be started in vain for ever: whatever engine comes next removes it. */
export async function dropVainResumption({ host, state, log }: Pick<Engine, 'host' | 'state' | 'log'>): Promise<void> {
  if (host.systemRoot === null || (await isThere(copiesFolder(state)))) return;
  try {
    await removeResumingTask(host);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    log.warn(`the scheduler could not be asked: ${String(error)}`);
  }
}

/**
 * Copies this program, and starts the copy with the order to install. It waits for the end of this process.
 * @throws ClientError `client.replacing`, always: whoever runs this process lets it end then
 */
export async function handOver(engine: Engine, target: InstallerPackage): Promise<never> {
  const { host, state, log } = engine;
  const { program } = host;
  if (program === null) throw new ClientError('state.unusable', 'The client runs from its sources.');
  const folder = join(copiesFolder(state), target.version.replace(/[^0-9A-Za-z.]/g, '_'));
  const copy = join(folder, basename(program.replaceAll('\\', '/')));
  // Those of earlier updates have done their work.
  await rm(copiesFolder(state), { recursive: true, force: true, maxRetries: 3 });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await copyFile(program, copy);
  log.info(`version ${target.version} of the client is installed by ${copy}, as this program is to be replaced`);
  await resumeAfterPowerCut(engine, copy);
  host.startApart(copy, [replaceCommand, '--state', state.root, '--after', String(host.pid)]);
  throw new ClientError(
    'client.replacing',
    `The Usher client is being replaced by version ${target.version}. It is there again in a minute.`,
  );
}
