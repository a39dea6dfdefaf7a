// The engine in this very process: where none is installed, a start does both, and needs the rights to install.
import { check, unlock } from '../engine/check.ts';
import { lockEngine, type Engine } from '../engine/engine.ts';
import { sendReports } from '../engine/reporting.ts';
import { noteChoice } from '../engine/choices.ts';
import { installedNow } from '../engine/present-product.ts';
import { recoverUpdate, update } from '../engine/update.ts';
import type { CheckPurpose } from '../pipe/messages.ts';
import type { EngineLink } from './engine-link.ts';
import { closeStarted, noteStarted } from './started-applications.ts';

/** How long a start waits for another client on this machine, in milliseconds. */
const lockWaitMs = 30_000;

/**
 * Takes the lock of the state folder, which it holds until the application has started.
 * @param purpose where no application is to be started
 */
export async function localLink(engine: Engine, purpose?: CheckPurpose): Promise<EngineLink> {
  let lock = await lockEngine(engine, lockWaitMs);
  return {
    workstationId: engine.identity?.workstationId ?? null,
    recover: (onProgress) => recoverUpdate(engine, { onProgress }),
    check: () => check(engine, { ask: true, ...(purpose === undefined ? {} : { purpose }) }),
    last: () => check(engine, { ask: false }),
    update: ({ policy, facts }, hooks) =>
      update(
        engine,
        { policy, now: facts.now },
        {
          ...hooks,
          closeApplication: async () => {
            const { requireNobodyElse } = await import('../service/close-copies.ts');
            await requireNobodyElse(engine, { now: () => [] }, engine.host.pid);
            await closeStarted(engine);
          },
        },
      ),
    whileAsking: async ({ installed }, ask) => {
      // What could not be recovered before this is there still, and nobody need have been at work.
      const before = JSON.stringify(await engine.product.journal.read());
      await lock.release();
      const answer = await ask();
      lock = await lockEngine(engine, lockWaitMs);
      const isInterrupted = JSON.stringify(await engine.product.journal.read()) !== before;
      const there = await installedNow(engine);
      return { answer, isUnchanged: !isInterrupted && there?.version === installed?.version };
    },
    report: async (result, choice) => {
      await noteChoice(engine, result, choice);
      // The person waits: what is not at once is sent after the start, and a refusal has no start after it.
      if (choice === 'declined') await sendReports(engine);
    },
    started: async ({ pid }) => {
      await noteStarted(engine, pid);
      await sendReports(engine);
      await lock.release();
    },
    flush: () => sendReports(engine),
    unlock: (code) => unlock(engine, code),
    logsFolder: engine.state.logs,
    logs: async () => await (await import('../engine/log-bundle.ts')).bundleOf(engine),
    warn: (text) => engine.log.warn(text),
    // Releasing twice is harmless: only a lock that is still one's own is removed.
    close: () => lock.release(),
  };
}
