// An installation key that was given where the server did not answer: kept in the state folder, and used when the client
// next asks the server.
import { join } from 'node:path';
import * as z from 'zod';
import { ClientError } from '../client-error.ts';
import { removeFile, writeAtomically } from '../state/atomic-file.ts';
import { acquireLock } from '../state/instance-lock.ts';
import { LogFile, type Log } from '../state/log.ts';
import { readTextIfThere, StateFile } from '../state/state-file.ts';
import { StateFolder } from '../state/state-folder.ts';
import { lockEnvironment, type Host } from './host.ts';
import { readIdentity } from './identity.ts';

/** How long another client on this machine is waited for, in milliseconds. */
const lockWaitMs = 2_000;

const pathIn = (state: StateFolder) => join(state.root, 'installation.key');

/** Lays a key down that was found to be one, for the next start. */
export async function writeKey(state: StateFolder, text: string): Promise<void> {
  await writeAtomically(pathIn(state), text.trim());
}

/** What was asked for along with a key that waits. */
const choicesSchema = z.object({ product: z.string().nullable(), unpackInto: z.string().nullable() });
type Choices = z.infer<typeof choicesSchema>;

const noChoices: Choices = { product: null, unpackInto: null };

const choicesIn = (state: StateFolder) =>
  new StateFile(join(state.root, 'activation-choices.json'), choicesSchema, state.onDamage);

/** What was asked for along with the key that waits: all null where nothing was. */
export async function keptChoices(state: StateFolder): Promise<Choices> {
  return (await choicesIn(state).read()) ?? noChoices;
}

/** Whether a key waits to be used. */
export async function hasKeptKey(state: StateFolder): Promise<boolean> {
  return (await readTextIfThere(pathIn(state))) !== null;
}

/** Keeps a key that was found to be one. The file can be read by the engine alone, as the identity. */
export async function keepKey(
  state: StateFolder,
  { key, ...choices }: Choices & { readonly key: string },
  because: ClientError,
  log: Log,
): Promise<void> {
  // The key last: what it is used with is there then.
  await choicesIn(state).write(choices);
  await writeKey(state, key);
  log.warn(`not activated yet, the installation key is kept: ${because.code}: ${because.message}`);
}

/** Takes the kept key away with what was asked for along with it, where there is one. */
export async function forgetKey(state: StateFolder): Promise<void> {
  await removeFile(pathIn(state));
  await choicesIn(state).remove();
}

/**
 * Activates with the kept key where there is one and no identity: for what is about to ask the server. The key is removed
 * when that was done, also by a client that died before it could, or when the server refuses it. Any other failure leaves it
 * for the next time. What only looks does not call this: an image that was prepared stays one, whatever is looked at.
 */
export async function useKeptKey(host: Host, folder: string): Promise<void> {
  const log = new LogFile(join(folder, 'logs', 'client.log'), host.clock);
  const state = new StateFolder(folder, ({ path, setAsideAs, why }) => {
    log.warn(`${path} was set aside as ${setAsideAs}: ${why}`);
  });
  if (!(await hasKeptKey(state))) return;
  await state.prepare();
  try {
    const lock = await acquireLock(state.lockPath, lockEnvironment(host), lockWaitMs);
    try {
      // Where there is both, a client died when it had activated: what is left is a secret that nobody needs.
      if ((await readIdentity(host, state, log)) === null) await useKey(host, state, log);
      else await forgetKey(state);
    } finally {
      await lock.release();
    }
  } catch (error) {
    // Another client is at work with it, or the server does not answer still.
    if (!(error instanceof ClientError)) throw error;
    log.warn(`activation with the kept key failed: ${error.code}: ${error.message}`);
    if (error.code === 'key.not-valid') await forgetKey(state);
  }
}

async function useKey(host: Host, state: StateFolder, log: Log): Promise<void> {
  const key = await readTextIfThere(pathIn(state));
  if (key === null) return;
  const { activate } = await import('./activation.ts');
  const { workstationId } = await activate(host, state, { key, ...(await keptChoices(state)) });
  await forgetKey(state);
  log.info(`activated as ${workstationId} with the key that was kept`);
}
