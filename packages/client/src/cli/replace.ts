// The command `replace`: what a copy of the client runs to install the client's next version; nobody types it.
import { ClientError } from '../client-error.ts';
import { check } from '../engine/check.ts';
import { sendReports } from '../engine/reporting.ts';
import { recoverIfPossible, update } from '../engine/update.ts';
import type { Engine } from '../engine/engine.ts';
import { mostAttempts } from '../service/hourly.ts';
import { hasEngineTask, removeResumingTask } from '../service/scheduled-task.ts';
import { clientUpgradeCode } from '../version.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { untilEnded } from './until-ended.ts';
import { withEngine } from './with-engine.ts';

/** How long the client that is to be replaced has to end, in milliseconds. */
const endingTimeMs = 30_000;

/**
 * `replace [--after PID]`: waits for that process's end, and then does what its update left to be done. Without `--after` a
 * scheduled task has started it, which goes on where the power went off.
 */
export async function runReplace(context: CommandContext, { values }: CommandInput): Promise<number> {
  const { host } = context;
  const isResumed = values.after === undefined;
  if (!isResumed) await untilEnded(host, values.after, endingTimeMs);
  return await withEngine({ ...context, product: clientUpgradeCode }, { alone: true }, async (engine) => {
    const hooks = { onProgress: () => undefined, closeApplication: () => Promise.resolve() };
    // The network may come later than this: until the server has said so, nothing is known to be the end of it.
    let mayTryAgain = engine.identity !== null;
    try {
      await recoverIfPossible(engine);
      const { policy, facts, verdict } = await check(engine, { ask: true, purpose: 'update' });
      mayTryAgain = !facts.online;
      if (verdict.target === null || verdict.target !== policy.assignment?.target.version) return 0;
      mayTryAgain = (await engine.reports.attempt(policy.assignment.updateId)) <= mostAttempts;
      if (isResumed && !mayTryAgain) return 0;
      await update(engine, { policy, now: facts.now }, hooks);
      // The server takes an installation for done when a check shows the version.
      await check(engine, { ask: true });
      return 0;
    } catch (error) {
      if (error instanceof ClientError) engine.log.warn(`the client was not replaced: ${error.code}: ${error.message}`);
      throw error;
    } finally {
      await sendReports(engine);
      if (await isSettled(engine, mayTryAgain)) await removeResumingTask(host);
    }
  });
}

/** Whether nobody has to go on with this: there is an engine, which does, or nothing is left to be tried. */
async function isSettled({ host, product }: Engine, mayTryAgain: boolean): Promise<boolean> {
  if (host.systemRoot === null) return false;
  return (await hasEngineTask(host)) || ((await product.journal.read()) === null && !mayTryAgain);
}
