// One update from the signed policy to the installed version: download, verification, installation, each reported.
import type { Policy } from '@usher/core';
import { join } from 'node:path';
import { asClientError, ClientError, systemCode, type ClientErrorCode } from '../client-error.ts';
import { isoNow } from '../clock.ts';
import { ifThereIsRoom } from '../state/room.ts';
import type { InstallerPackage, Journal } from '../state/state-folder.ts';
import type { Engine } from './engine.ts';
import { fetchTarget, fetchWayBack, type FetchWatch } from './fetch-installers.ts';
import { install, planOf, type InstallationEnvironment } from './installation.ts';
import { verifyPackage } from './installer-cache.ts';
import { installerLogOf, noteFailure, removeOldLogs } from './installer-logs.ts';
import { redactedTail } from './redaction.ts';
import { handOver, replacesThisProgram } from './replace-client.ts';
import { leadingBack, recover, settledAs } from './recovery.ts';
import { report, reportFailure } from './reporting.ts';
import { refusalOf } from './still-allowed.ts';

/** What is told while an update goes on. */
export type UpdateProgress =
  | { readonly stage: 'downloading'; readonly bytes: number; readonly total: number }
  | { readonly stage: 'verifying' | 'closing' | 'installing' | 'rolling-back' }
  | { readonly stage: 'waiting-for-installer'; readonly waitMs: number };

/** How an update is accompanied. */
export interface UpdateHooks {
  readonly onProgress: (progress: UpdateProgress) => void;
  /** Asks the application to close. Rejects with `application.running` or `application.open-elsewhere` where it stays open. */
  readonly closeApplication: () => Promise<void>;
  /** Calls the update off; heeded up to the end of the download. */
  readonly signal?: AbortSignal;
  /** Nobody waits: the download waits for its turn (`download.postponed`). */
  readonly isBackground?: boolean;
}

/** The policy to be carried out, and the trusted time of the check that it came from, ISO 8601. */
export interface UpdateOrder {
  readonly policy: Policy;
  readonly now: string;
}

/** What an update that succeeded says. */
export interface UpdateResult {
  readonly version: string;
  readonly restartNeeded: boolean;
}

/** The shortest time between two reports of a download's progress, in milliseconds. */
const progressEveryMs = 5_000;

/**
 * Carries out the policy's assignment, reporting each state. Reports go on disk, and to the server where it can be
 * reached.
 * @throws ClientError `update.prohibited`, `disk.full`, `download.failed`, `verification.failed`, `installer.…`,
 *   `update.rolled-back`, `application.running`, `application.open-elsewhere`, `client.replacing`, `update.cancelled`,
 *   `download.postponed`; every one but the last five has been reported
 */
export async function update(engine: Engine, order: UpdateOrder, hooks: UpdateHooks): Promise<UpdateResult> {
  const { assignment } = order.policy;
  if (assignment === null) throw new ClientError('update.none', 'No update is planned for this workstation.');
  const { updateId } = assignment;
  const now = new Date(order.now);
  const logFile = installerLogOf(engine, updateId);
  let hidden: readonly string[] = [];
  try {
    const watch = watchOf(engine, updateId, hooks);
    const target = await fetchUnlessCancelled(
      () => fetchTarget(engine, order.policy, assignment.target, now, watch),
      hooks.signal,
    );
    hooks.onProgress({ stage: 'verifying' });
    await report(engine, { updateId, state: 'downloaded' });
    const fetched = await fetchWayBack(engine, order.policy.product.id, target, now);
    hidden = hiddenIn([target, ...fetched]);
    if (replacesThisProgram(engine, target)) await handOver(engine, target);
    hooks.onProgress({ stage: 'closing' });
    await hooks.closeApplication();
    hooks.onProgress({ stage: 'installing' });
    const environment = environmentOf(engine, logFile, now, hooks);
    const installed = await engine.driver.installed([target.upgradeCode]);
    const { before, wayBack } = leadingBack(await engine.product.journal.read(), target, installed, fetched);
    const { noWayBack } = planOf({ target, wayBack }, installed, environment);
    await report(engine, { updateId, state: 'installing', ...(noWayBack ? { detail: withoutWayBack } : {}) });
    const journal: Journal = {
      format: 1,
      updateId,
      target,
      before,
      wayBack,
      phase: 'prepared',
      step: null,
      startedAt: isoNow(engine.host.clock),
    };
    await environment.writeJournal(journal);
    const { restartNeeded } = await install(journal, environment);
    await letGoOfOthers(engine, [target, ...wayBack]);
    await report(engine, { updateId, state: 'installed', ...(restartNeeded ? { code: 2045 } : {}) });
    return { version: target.version, restartNeeded };
  } catch (error) {
    const failure = asClientError(error);
    if (failure !== null && !noFailures.has(failure.code)) {
      const tail = await redactedTail(logFile, hidden);
      if (tail !== null) await noteFailure(engine, logFile);
      await reportFailure(engine, updateId, failure, tail);
    }
    throw error;
  } finally {
    await removeOldLogs(engine);
  }
}

/** What is installed is installed, whatever of the rest could not be thrown away: the next update tries again. */
async function letGoOfOthers({ cache, log }: Engine, kept: readonly InstallerPackage[]): Promise<void> {
  try {
    await cache.keepOnly(kept);
  } catch (error) {
    if (systemCode(error) === null && asClientError(error, 'disk.full') === null) throw error;
    log.warn(`older installers stay in the cache: ${String(error)}`);
  }
}

const withoutWayBack =
  'There is no way back: what is installed must be removed first, and its installer is neither in the cache nor in the catalogue.';

/** The names of the properties that must not be read in any log of these packages. */
function hiddenIn(packages: readonly InstallerPackage[]): readonly string[] {
  return packages.flatMap(({ hidden }) => hidden);
}

/**
 * Brings the assignment's installer into the cache while nobody waits, so that an update takes less time, or can be had
 * without the server. Nothing is installed.
 * @throws ClientError as `update`, as far as that has to do with the download
 */
export async function fetchAhead(engine: Engine, order: UpdateOrder, signal: AbortSignal): Promise<void> {
  const { assignment } = order.policy;
  if (assignment === null || (await engine.cache.holds(assignment.target))) return;
  const { updateId } = assignment;
  const watch = watchOf(engine, updateId, { onProgress: () => undefined, signal, isBackground: true });
  try {
    await fetchUnlessCancelled(
      () => fetchTarget(engine, order.policy, assignment.target, new Date(order.now), watch),
      signal,
    );
    await report(engine, { updateId, state: 'downloaded' });
  } catch (error) {
    const failure = asClientError(error);
    if (failure !== null && !noFailures.has(failure.code)) await reportFailure(engine, updateId, failure, null);
    throw error;
  }
}

/** Ends of an attempt that are nobody's fault, and are not reported. */
const noFailures: ReadonlySet<ClientErrorCode> = new Set([
  'application.running',
  'application.open-elsewhere',
  'client.replacing',
  'download.postponed',
  'update.cancelled',
]);

/** What became of an interrupted update. */
export interface Recovered {
  readonly outcome: 'finished' | 'rolled-back';
  readonly target: string;
  readonly installed: string | null;
}

/**
 * Finishes, or undoes, what an interrupted client left half done; call it before anything else is decided.
 * Null where nothing was left.
 * @throws ClientError where neither could be done; it has been reported. `client.replacing`: a copy of the client does it
 */
export async function recoverUpdate(engine: Engine, hooks: Pick<UpdateHooks, 'onProgress'>): Promise<Recovered | null> {
  const journal = await engine.product.journal.read();
  if (journal === null) return null;
  const { updateId, target } = journal;
  const logFile = join(engine.state.logs, 'recovery.log');
  const hidden = hiddenIn([target, ...journal.wayBack]);
  const now = new Date(engine.host.clock.now());
  engine.log.warn(`an installation of ${target.version} was interrupted: ${journal.phase}, ${journal.step ?? '-'}`);
  if (replacesThisProgram(engine, target)) await handOverUnlessDone(engine, journal);
  try {
    const environment = environmentOf(engine, logFile, now, hooks);
    const outcome = await recover(journal, environment, () => refusalOf(engine, target, now));
    if (outcome === 'untouched') return null;
    const detail = 'The client was interrupted during the installation; this is what its next start found or did.';
    if (outcome === 'finished') await report(engine, { updateId, state: 'installed', detail });
    else await report(engine, { updateId, state: 'rolled-back', code: 2046, detail });
    const [installed] = await engine.driver.installed([target.upgradeCode]);
    return { outcome, target: target.version, installed: installed?.version ?? null };
  } catch (error) {
    const failure = asClientError(error);
    if (failure !== null) {
      await tellOnce(engine, failure, async () =>
        reportFailure(engine, updateId, failure, await redactedTail(logFile, hidden)),
      );
    }
    throw error;
  }
}

/**
 * The same where nobody waits: a failure is noted, and keeps nothing from being done by what the rules say now.
 * @throws ClientError `client.replacing`
 */
export async function recoverIfPossible(engine: Engine): Promise<void> {
  try {
    await recoverUpdate(engine, { onProgress: () => undefined });
  } catch (error) {
    const failure = asClientError(error);
    if (failure === null || failure.code === 'client.replacing') throw error;
    engine.log.warn(`what was interrupted could not be recovered: ${failure.code}: ${failure.message}`);
  }
}

/** While the journal stays, every start, and every hour, may fail in the same way: that is news once. */
async function tellOnce({ product, log }: Engine, failure: ClientError, tell: () => Promise<void>): Promise<void> {
  const left = await product.journal.read();
  const told = `${failure.code} ${failure.facts.exitCode ?? ''}`;
  if (left?.told === told) return;
  await tell();
  if (left !== null) await ifThereIsRoom(log, () => product.journal.write({ ...left, told }));
}

/** The client's own installation, too, is finished by a copy, unless there is nothing to be done any more. */
async function handOverUnlessDone(engine: Engine, journal: Journal): Promise<void> {
  const settled = settledAs(journal, await engine.driver.installed([journal.target.upgradeCode]));
  if (settled !== 'finished' && settled !== 'untouched') await handOver(engine, journal.target);
}

/** What was called off is no failure, whatever the interrupted download says of itself. */
async function fetchUnlessCancelled<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  const cancelled = (cause?: unknown) => new ClientError('update.cancelled', 'The update was called off.', { cause });
  try {
    const result = await work();
    if (signal?.aborted !== true) return result;
  } catch (error) {
    if (signal?.aborted === true) throw cancelled(error);
    throw error;
  }
  throw cancelled();
}

function watchOf(
  engine: Engine,
  updateId: string,
  { onProgress, signal, isBackground = false }: Omit<UpdateHooks, 'closeApplication'>,
): FetchWatch {
  let last = engine.host.clock.sinceBoot();
  const tell = (bytes: number, total: number) =>
    report(engine, { updateId, state: 'downloading', progress: { bytes, total } });
  return {
    ...(signal === undefined ? {} : { signal }),
    isBackground,
    onBegin: async (total) => {
      onProgress({ stage: 'downloading', bytes: 0, total });
      await tell(0, total);
    },
    onBytes: async (bytes, total) => {
      onProgress({ stage: 'downloading', bytes, total });
      if (engine.host.clock.sinceBoot() - last < progressEveryMs) return;
      last = engine.host.clock.sinceBoot();
      await tell(bytes, total);
    },
  };
}

function environmentOf(
  engine: Engine,
  logFile: string,
  now: Date,
  { onProgress }: Pick<UpdateHooks, 'onProgress'>,
): InstallationEnvironment {
  return {
    driver: engine.driver,
    logFile,
    pathOf: (target) => engine.cache.pathOf(target),
    verify: (target) => verifyPackage(engine.cache.pathOf(target), target, now),
    writeJournal: async (journal) => {
      if (journal === null) await engine.product.journal.remove();
      else await engine.product.journal.write(journal);
    },
    wait: (ms) => engine.host.wait(ms),
    onBusy: (waitMs) => onProgress({ stage: 'waiting-for-installer', waitMs }),
    onStranded: (because) =>
      engine.log.warn(
        `what was installed could not be put back: ${because === null ? 'there was no way back' : because.message}`,
      ),
    onGoingBack: () => onProgress({ stage: 'rolling-back' }),
  };
}
