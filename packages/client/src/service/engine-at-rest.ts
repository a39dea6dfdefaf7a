// Whether the machine's engine runs, for what must not be done under it.
import { join } from 'node:path';
import { asClientError, ClientError } from '../client-error.ts';
import { lockEnvironment, type Host } from '../engine/host.ts';
import { askEngine } from '../pipe/pipe-client.ts';
import { acquireLock, livingHolder } from '../state/instance-lock.ts';
import { engineIn } from './public-folder.ts';

const lockIn = (folder: string) => join(folder, 'engine.lock');
const patience = { connectMs: 1_000, silenceMs: 5_000 };

/** The number of the process of the engine that runs on a state folder; null where none does, or it can't be told. */
export async function engineProcess(host: Host, folder: string): Promise<number | null> {
  return await livingHolder(lockIn(folder), lockEnvironment(host));
}

/**
 * Does `work` while no engine runs on the state folder, and none can begin to.
 * @param stop how the engine is stopped, for the sentence
 * @throws ClientError `state.busy` where one runs
 */
export async function whileEngineRests<Result>(
  host: Host,
  folder: string,
  stop: string,
  work: () => Promise<Result>,
): Promise<Result> {
  if (await answers(host, folder)) throw await running(host, folder, stop);
  const lock = await acquireLock(lockIn(folder), lockEnvironment(host), 0).catch(async (error: unknown) => {
    throw asClientError(error, 'state.busy') === null ? error : await running(host, folder, stop);
  });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function answers(host: Host, folder: string): Promise<boolean> {
  const engine = await engineIn(folder);
  if (engine === null) return false;
  try {
    await askEngine(engine, host, { do: 'status' }, { patience });
    return true;
  } catch (error) {
    // Nobody is there, or somebody whom nobody need believe: then the lock says it.
    if (asClientError(error) === null) throw error;
    return false;
  }
}

async function running(host: Host, folder: string, stop: string): Promise<ClientError> {
  const pid = await engineProcess(host, folder);
  const byHand = pid === null ? '' : ` Where it was started by hand, end process ${pid}.`;
  return new ClientError('state.busy', `The Usher engine runs on this machine. Stop it first: ${stop}.${byHand}`);
}
