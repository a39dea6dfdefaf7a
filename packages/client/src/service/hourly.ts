// What the engine does of its own accord, every hour: asks again, says what became prohibited, fetches ahead, installs
// what is required while nobody uses the application.
import { asClientError, ClientError } from '../client-error.ts';
import { check, type CheckResult } from '../engine/check.ts';
import type { Engine } from '../engine/engine.ts';
import type { Host } from '../engine/host.ts';
import { hasKeptKey } from '../engine/kept-key.ts';
import { sendReports } from '../engine/reporting.ts';
import { fetchAhead, recoverIfPossible } from '../engine/update.ts';
import type { AlarmContent } from '../engine/reports.ts';
import type { Log } from '../state/log.ts';
import { readTextOrSetAside } from '../state/state-file.ts';
import { isProhibited } from '@usher/core';
import { endCopies, isOpen } from './close-copies.ts';
import type { EngineService } from './engine-service.ts';
import type { Turn } from './turns.ts';
import type { WatchersOfProduct } from './watchers.ts';

const hourMs = 60 * 60 * 1000;
/** After a download had to give way to a person, in milliseconds. */
const againMs = 5 * 60 * 1000;
/** How long people have where the product does not say, in minutes. */
const usualMinutes = 15;
/** After so many failures a background installation waits for a person, or for another update. */
export const mostAttempts = 3;

/** What the hourly work needs. */
export interface HourlyOptions {
  readonly service: EngineService;
  readonly host: Host;
  readonly log: Log;
  /** What administrators have to know of this machine from its beginning on. */
  readonly alarms?: readonly AlarmContent[];
}

/** The hourly work of one engine. */
export class Hourly {
  readonly #options: HourlyOptions;
  readonly #stop = new AbortController();
  /** Product and version that people who have it open have been told of: until it is closed, or they failed to be made to. */
  readonly #told = new Set<string>();
  readonly #closings = new Set<Promise<void>>();

  constructor(options: HourlyOptions) {
    this.#options = options;
  }

  /**
   * Goes on until `stop`. The first time is drawn within an hour, so that a fleet that starts together asks spread; a
   * machine that has no rules yet asks at once.
   */
  async run(): Promise<void> {
    const { log } = this.#options;
    let waitMs = (await this.#begin()) ? 0 : this.#fraction() * hourMs;
    while (await this.#waited(waitMs)) {
      try {
        const soonMs = await this.once();
        waitMs = Math.min(soonMs ?? hourMs, (0.9 + 0.2 * this.#fraction()) * hourMs);
      } catch (error) {
        // A defect in one hour must not be the end of all others.
        log.warn(`the hourly work failed: ${errorText(error)}`);
        waitMs = hourMs;
      }
    }
  }

  /**
   * Brings up to date what users may read, and uses an installation key that waits for its server, again every five
   * minutes. True for a workstation that no rules have come for yet.
   */
  async #begin(): Promise<boolean> {
    const { service, log, alarms = [] } = this.#options;
    for (;;) {
      try {
        const found = await service.background('the beginning', null, async ({ identity, state, product, reports }) => {
          for (const alarm of alarms) await reports.addAlarm(alarm);
          return {
            waits: await hasKeptKey(state),
            isNew: identity !== null && (await readTextOrSetAside(product.policyPath, product.onDamage)) === null,
          };
        });
        if (!found.waits) return found.isNew;
      } catch (error) {
        log.warn(`the beginning failed: ${error instanceof Error ? error.message : String(error)}`);
        return false;
      }
      if (!(await this.#waited(againMs))) return false;
    }
  }

  /** Ends the waiting; what is under way ends by itself. */
  stop(): void {
    this.#stop.abort();
  }

  /**
   * One round over all products; what goes wrong at one of them is noted. Where something should be tried again sooner
   * than in an hour, after how many milliseconds: a download that gave way to a person, or one whose turn comes then.
   */
  async once(): Promise<number | null> {
    const { service, log } = this.#options;
    const soon: number[] = [];
    for (const product of await service.products.all()) {
      try {
        await service.background('the hourly check', product, (engine, turn) => this.#look(engine, turn));
      } catch (error) {
        const failure = asClientError(error);
        if (failure === null) {
          // A defect, or an odd machine: the other products, of which one is the client itself, must not wait for that.
          log.warn(`the hourly check: ${errorText(error)}`);
          continue;
        }
        if (failure.code === 'update.cancelled') soon.push(againMs);
        if (failure.code === 'download.postponed') soon.push(failure.facts.retryAfterMs ?? againMs);
        log.info(`the hourly check: ${failure.code}: ${failure.message}`);
        // A copy of the client waits for this engine's end: the next one goes on with the other products.
        if (failure.code === 'client.replacing') break;
      }
    }
    return soon.length === 0 ? null : Math.min(...soon);
  }

  /** Resolves when every closing that was announced has been carried out. */
  async closed(): Promise<void> {
    await Promise.all(this.#closings);
  }

  async #look(engine: Engine, turn: Turn): Promise<void> {
    if (engine.identity === null) return;
    await recoverIfPossible(engine);
    const result = await check(engine, { ask: true, purpose: 'background' });
    if (result.facts.online) await sendReports(engine);
    const watchers = this.#options.service.watchers.of(result.policy.product.id);
    await this.#tellProhibited(engine, result, watchers);
    if (result.facts.online) await this.#ahead(engine, result, turn, watchers);
  }

  async #tellProhibited(engine: Engine, result: CheckResult, watchers: WatchersOfProduct): Promise<void> {
    const { product } = result.policy;
    const version = result.installed?.version ?? '';
    const key = `${product.id} ${version}`;
    const isStillOpen = result.verdict.code === 2028 ? await isOpen(engine, watchers) : false;
    if (isStillOpen === false) this.#told.delete(key);
    if (isStillOpen !== true || this.#told.has(key)) return;
    this.#told.add(key);
    const minutes = product.closeAfterMinutes ?? usualMinutes;
    const closes = product.whenProhibited === 'close';
    const closesAt = closes ? new Date(Date.parse(result.facts.now) + minutes * 60_000).toISOString() : null;
    watchers.tell({ news: 'prohibited', version, code: 2028, reason: reasonOf(result), closesAt });
    engine.log.warn(
      `${version} became prohibited while it runs; ${closesAt === null ? 'people are told' : `it is closed at ${closesAt}`}`,
    );
    if (!closes) return;
    const closing = this.#closeLater(engine.productReference ?? product.id, minutes * 60_000);
    this.#closings.add(closing);
    void closing.then(() => {
      this.#closings.delete(closing);
      // Whoever opens it again, or has it open still, has another countdown in the next hour.
      this.#told.delete(key);
    });
  }

  /** Closes the application at the end of the countdown, unless it may run again by then. */
  async #closeLater(product: string, ms: number): Promise<void> {
    const { service, log } = this.#options;
    if (!(await this.#waited(ms))) return;
    try {
      await service.background('closing what is prohibited', product, async (engine) => {
        const { policy, verdict, installed } = await check(engine, { ask: true, purpose: 'background' });
        if (verdict.code !== 2028) return;
        await endCopies(engine, service.watchers.of(policy.product.id), installed?.version ?? '');
      });
    } catch (error) {
      // A defect is noted, too, and must not be the engine's end: nobody waits for this.
      const why = error instanceof ClientError ? `${error.code}: ${error.message}` : errorText(error);
      log.warn(`what is prohibited could not be closed: ${why}`);
    }
  }

  async #ahead(engine: Engine, result: CheckResult, turn: Turn, watchers: WatchersOfProduct): Promise<void> {
    const { policy, verdict, facts } = result;
    const { assignment } = policy;
    const { background = 'none' } = assignment ?? {};
    if (assignment === null || background === 'none' || verdict.target === null) return;
    if ((await engine.reports.attempt(assignment.updateId)) > mostAttempts) return;
    // Not where it can't be seen whether somebody uses it: nothing is closed over anybody's head.
    const isUnused = async () => (await isOpen(engine, watchers)) === false;
    const mayInstall = background === 'install' && verdict.action === 'require' && (await isUnused());
    turn.setLong(true);
    if (!mayInstall) {
      await fetchAhead(engine, { policy, now: facts.now }, turn.givesWay);
      return;
    }
    const hooks = { onProgress: () => undefined, isBackground: true, signal: turn.givesWay, askedBy: null };
    await this.#options.service.install(engine, result, turn, hooks);
    // The server takes an installation for done when a check shows the version.
    await check(engine, { ask: true, purpose: 'background' });
  }

  /** False where it was stopped meanwhile. */
  async #waited(ms: number): Promise<boolean> {
    const { signal } = this.#stop;
    try {
      await this.#options.host.wait(ms, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return !signal.aborted;
  }

  /** From 0 up to, and without, 1. */
  #fraction(): number {
    return Buffer.from(this.#options.host.random(4)).readUInt32LE(0) / 2 ** 32;
  }
}

/** All that is known of a defect. */
function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function reasonOf({ policy, installed }: CheckResult): string {
  const version = installed?.version ?? '';
  return policy.prohibited.find((each) => isProhibited([each], version))?.reason ?? '';
}
