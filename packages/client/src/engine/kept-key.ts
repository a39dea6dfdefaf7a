// An installation key that was given where the server did not answer: kept in the state folder, and used when the client
// next starts.
import { join } from 'node:path';
import { ClientError } from '../client-error.ts';
import { removeFile, writeAtomically } from '../state/atomic-file.ts';
import { acquireLock } from '../state/instance-lock.ts';
import type { Log } from '../state/log.ts';
import { readTextIfThere } from '../state/state-file.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { activate } from './activation.ts';
import { lockEnvironment, type Host } from './host.ts';

/** How long another client on this machine is waited for, in milliseconds. */
const lockWaitMs = 2_000;

const pathIn = (state: StateFolder) => join(state.root, 'installation.key');

/** Lays a key down that was found to be one, for the next start. */
export async function writeKey(state: StateFolder, text: string): Promise<void> {
  await writeAtomically(pathIn(state), text.trim());
}

/** Whether a key waits to be used. */
export async function hasKeptKey(state: StateFolder): Promise<boolean> {
  return (await readTextIfThere(pathIn(state))) !== null;
}

/** Keeps a key that was found to be one. The file can be read by the engine alone, as the identity. */
export async function keepKey(state: StateFolder, text: string, because: ClientError, log: Log): Promise<void> {
  await writeKey(state, text);
  log.warn(`not activated yet, the installation key is kept: ${because.code}: ${because.message}`);
}

/**
 * Activates with the kept key, where there is one; the key is removed when that was done, or when the server refuses
 * it. Any other failure leaves it for the next time. True where this machine has just become a workstation.
 */
export async function activateWithKeptKey(host: Host, state: StateFolder, log: Log): Promise<boolean> {
  if ((await readTextIfThere(pathIn(state))) === null) return false;
  try {
    const lock = await acquireLock(state.lockPath, lockEnvironment(host), lockWaitMs);
    try {
      return await useKey(host, state, log);
    } finally {
      await lock.release();
    }
  } catch (error) {
    // Another client is at work with it, or the server does not answer still.
    if (!(error instanceof ClientError)) throw error;
    log.warn(`activation with the kept key failed: ${error.code}: ${error.message}`);
    if (error.code === 'key.not-valid') await removeFile(pathIn(state));
    return false;
  }
}

async function useKey(host: Host, state: StateFolder, log: Log): Promise<boolean> {
  const key = await readTextIfThere(pathIn(state));
  if (key === null) return true;
  const { workstationId } = await activate(host, state, { key, product: null, unpackInto: null });
  await removeFile(pathIn(state));
  log.info(`activated as ${workstationId} with the key that was kept`);
  return true;
}
