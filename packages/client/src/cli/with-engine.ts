// Opens the engine for one command and closes it after, whatever happens.
import { asClientError, ClientError, isDenied } from '../client-error.ts';
import { lockEngine, openEngine, type Engine } from '../engine/engine.ts';
import { makeStateFolder } from '../service/protect-state.ts';
import type { HeldLock } from '../state/instance-lock.ts';
import type { CommandContext } from './command.ts';

/** How long a command waits for another client on this machine, in milliseconds. */
const lockWaitMs = 30_000;

/**
 * Runs `work` with the engine. With `alone`, no other client works on the state meanwhile.
 * @throws ClientError `state.unusable` where the state may not be read, beside what `work` rejects with
 */
export async function withEngine<Result>(
  context: CommandContext,
  { alone }: { readonly alone: boolean },
  work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const { engine, lock } = await opened(context, alone).catch((error: unknown) => {
    throw isDenied(error) ? withoutRights(context, error) : error;
  });
  try {
    return await work(engine);
  } finally {
    await lock?.release();
    engine.close();
  }
}

async function opened(
  { host, folder, machineFolder, product, driver }: CommandContext,
  alone: boolean,
): Promise<{ engine: Engine; lock: HeldLock | null }> {
  if (folder === machineFolder) await makeStateFolder(host, folder);
  const engine = await openEngine({ host, folder, product, ...(driver === undefined ? {} : { driver }) });
  try {
    return { engine, lock: alone ? await lockEngine(engine, lockWaitMs) : null };
  } catch (error) {
    engine.close();
    throw error;
  }
}

function withoutRights({ folder }: CommandContext, cause: unknown): ClientError {
  return new ClientError(
    'state.unusable',
    `The state folder ${folder} cannot be read. Have an administrator install the engine: usher-client service install. ` +
      'Where it runs already, run this as an administrator.',
    { cause },
  );
}

/** True for a failure for want of the rights to the state folder. */
export function isWithoutRights(error: unknown): boolean {
  return isDenied(asClientError(error, 'state.unusable')?.cause);
}
