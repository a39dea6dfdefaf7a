// The logs that installers write, a file for each update: the newest stay, and that of the last failure for whoever looks into it.
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemCode } from '../client-error.ts';
import { removeFile, writeAtomically } from '../state/atomic-file.ts';
import { ifThereIsRoom } from '../state/room.ts';
import { readTextIfThere } from '../state/state-file.ts';
import type { Engine } from './engine.ts';

type Kept = Pick<Engine, 'state' | 'log'>;

const mostKept = 10;
const namePattern = /^install-[A-Za-z0-9_-]+\.log$/;

/** Where the installer writes what it does in an update. */
export function installerLogOf({ state }: Pick<Engine, 'state'>, updateId: string): string {
  return join(state.logs, `install-${updateId.replace(/[^A-Za-z0-9_-]/g, '')}.log`);
}

/** Remembers whose log it is that tells of the last failure. */
export async function noteFailure({ state, log }: Kept, logFile: string): Promise<void> {
  await ifThereIsRoom(log, () => writeAtomically(failureIn(state), basename(logFile)));
}

/** Removes all but the newest ten, and that of the last failure. One that cannot be removed is in nobody's way. */
export async function removeOldLogs({ state, log }: Kept): Promise<void> {
  try {
    const names = (await readdir(state.logs)).filter((name) => namePattern.test(name));
    if (names.length <= mostKept) return;
    const failed = await readTextIfThere(failureIn(state));
    const logs = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(join(state.logs, name))).mtimeMs })),
    );
    const old = logs.sort((one, other) => other.at - one.at).slice(mostKept);
    for (const { name } of old) if (name !== failed) await removeFile(join(state.logs, name));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    log.warn(`old logs of installers stay: ${String(error)}`);
  }
}

const failureIn = (state: Engine['state']) => join(state.logs, 'last-failure');
