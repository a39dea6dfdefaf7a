// Opens the engine for one command and closes it after, whatever happens.
import { lockEngine, openEngine, type Engine } from '../engine/engine.ts';
import type { CommandContext } from './command.ts';

/** How long a command waits for another client on this machine, in milliseconds. */
const lockWaitMs = 30_000;

/** Runs `work` with the engine. With `alone`, no other client works on the state meanwhile. */
export async function withEngine<Result>(
  context: CommandContext,
  { alone }: { readonly alone: boolean },
  work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const { host, folder, product, driver } = context;
  const engine = await openEngine({ host, folder, product, ...(driver === undefined ? {} : { driver }) });
  try {
    if (!alone) return await work(engine);
    const lock = await lockEngine(engine, lockWaitMs);
    try {
      return await work(engine);
    } finally {
      await lock.release();
    }
  } finally {
    engine.close();
  }
}
