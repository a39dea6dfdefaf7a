// How the client updates itself: its running executable cannot be replaced, and the engine is ended by the installation.
// So a copy of the executable in the state folder, which only the engine may write, carries out the installation.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { basename, join, relative, isAbsolute, win32 } from 'node:path';
import { ClientError } from '../client-error.ts';
import { isClientItself } from '../version.ts';
import type { InstallerPackage, StateFolder } from '../state/state-folder.ts';
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
 * Copies this program, and starts the copy with the order to install. It waits for the end of this process.
 * @throws ClientError `client.replacing`, always: whoever runs this process lets it end then
 */
export async function handOver({ host, state, log }: Engine, target: InstallerPackage): Promise<never> {
  const { program } = host;
  if (program === null) throw new ClientError('state.unusable', 'The client runs from its sources.');
  const folder = join(copiesFolder(state), target.version.replace(/[^0-9A-Za-z.]/g, '_'));
  const copy = join(folder, basename(program.replaceAll('\\', '/')));
  // Those of earlier updates have done their work.
  await rm(copiesFolder(state), { recursive: true, force: true, maxRetries: 3 });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await copyFile(program, copy);
  log.info(`version ${target.version} of the client is installed by ${copy}, as this program is to be replaced`);
  host.startApart(copy, [replaceCommand, '--state', state.root, '--after', String(host.pid)]);
  throw new ClientError(
    'client.replacing',
    `The Usher client is being replaced by version ${target.version}. It is there again in a minute.`,
  );
}
