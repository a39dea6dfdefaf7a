// The command `replace`: what a copy of the client runs to install the client's next version; nobody types it.
import { ClientError } from '../client-error.ts';
import { check } from '../engine/check.ts';
import { sendReports } from '../engine/reporting.ts';
import { recoverIfPossible, update } from '../engine/update.ts';
import { clientUpgradeCode } from '../version.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { withEngine } from './with-engine.ts';

/** How long the client that is to be replaced has to end, and how often that is looked at, in milliseconds. */
const endingTimeMs = 30_000;
const pollMs = 200;

/** `replace --after PID`: waits for that process's end, and then does what its update left to be done. */
export async function runReplace(context: CommandContext, { values }: CommandInput): Promise<number> {
  const { host } = context;
  const before = Number(values.after);
  if (!Number.isInteger(before) || before <= 0)
    throw new ClientError('usage.wrong', '--after is the number of a process.');
  const deadline = host.clock.sinceBoot() + endingTimeMs;
  while (host.isAlive(before) && host.clock.sinceBoot() < deadline) await host.wait(pollMs);
  return await withEngine({ ...context, product: clientUpgradeCode }, { alone: true }, async (engine) => {
    const hooks = { onProgress: () => undefined, closeApplication: () => Promise.resolve() };
    try {
      await recoverIfPossible(engine);
      const { policy, facts, verdict } = await check(engine, { ask: true, purpose: 'update' });
      if (verdict.target === null || verdict.target !== policy.assignment?.target.version) return 0;
      await update(engine, { policy, now: facts.now }, hooks);
      // The server takes an installation for done when a check shows the version.
      await check(engine, { ask: true });
      return 0;
    } catch (error) {
      if (error instanceof ClientError) engine.log.warn(`the client was not replaced: ${error.code}: ${error.message}`);
      throw error;
    } finally {
      await sendReports(engine);
    }
  });
}
