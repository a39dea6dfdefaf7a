// Says to the server what happens here: on disk first, then over the network where that is to be had.
import { ClientError } from '../client-error.ts';
import type { Engine } from './engine.ts';
import type { ReportContent } from './reports.ts';

/** Puts a report on disk and sends what waits; a server that can't be reached gets it later. */
export async function report(engine: Engine, content: ReportContent): Promise<void> {
  await engine.reports.add(content);
  await sendReports(engine);
}

/** Sends what waits. What keeps it from being sent is noted, and is no failure of whatever goes on. */
export async function sendReports(engine: Engine): Promise<void> {
  if (engine.api === null) return;
  try {
    await engine.reports.send(engine.api);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    engine.log.warn(`reports wait: ${error.code}: ${error.message}`);
  }
}

/** Reports that an update failed, with the code, the installer's own code and the end of its log. */
export async function reportFailure(
  engine: Engine,
  updateId: string,
  failure: ClientError,
  logTail: string | null,
): Promise<void> {
  await report(engine, {
    updateId,
    state: failure.code === 'update.rolled-back' ? 'rolled-back' : 'failed',
    detail: failure.message,
    ...(failure.number === null ? {} : { code: failure.number }),
    ...(failure.facts.exitCode === undefined ? {} : { exitCode: failure.facts.exitCode }),
    ...(logTail === null ? {} : { logTail }),
  });
}
