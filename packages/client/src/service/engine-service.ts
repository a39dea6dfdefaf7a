// What the machine's engine does for those who ask over the pipe: what the signed policy allows, and nothing besides.
import { asClientError, asFailure, ClientError } from '../client-error.ts';
import { check, unlock, type CheckResult } from '../engine/check.ts';
import { isOpenTo, noteChoice } from '../engine/choices.ts';
import { lockEngine, openEngine, type Engine } from '../engine/engine.ts';
import type { Host } from '../engine/host.ts';
import type { InstallerDriver } from '../engine/installer-driver.ts';
import { useKeptKey } from '../engine/kept-key.ts';
import { bundleOf } from '../engine/log-bundle.ts';
import { sendReports } from '../engine/reporting.ts';
import { UnkeptReports } from '../engine/unkept-reports.ts';
import { recoverUpdate, update, type UpdateResult } from '../engine/update.ts';
import { pipeProtocol, type checkResultSchema, type PipeRequest } from '../pipe/messages.ts';
import { failureOf, type RequestHandle } from '../pipe/pipe-server.ts';
import type { Log } from '../state/log.ts';
import { ifThereIsRoom } from '../state/room.ts';
import type * as z from 'zod';
import { clientUpgradeCode } from '../version.ts';
import { Allowance } from './allowance.ts';
import { ChoiceLedger } from './choice-ledger.ts';
import { closeCopies } from './close-copies.ts';
import { ProductFolders } from './product-folders.ts';
import { PublicFolder, publicWorkstation } from './public-folder.ts';
import { Turns, type Turn, type TurnOptions } from './turns.ts';
import { Watchers } from './watchers.ts';

/** What an engine works with. */
export interface EngineServiceOptions {
  readonly host: Host;
  /** The state folder of the machine. */
  readonly folder: string;
  /** For tests: in place of the machine's own installer. */
  readonly driver?: InstallerDriver;
  readonly log: Log;
  /** Called whenever everything that was asked for is done. */
  readonly onIdle?: () => void;
  /** Called where another program waits for this one's end, to put the client's next version in its place. */
  readonly onReplaced: () => void;
}

/** How often callers may ask, all together: so many at once, and then so many a second. Logs take long to pack. */
const allowed = { most: 120, perSecond: 4 };
const allowedStatus = { most: 600, perSecond: 20 };
const allowedLogs = { most: 6, perSecond: 0.1 };
/** How long the engine waits for a client that an administrator runs on the same state, in milliseconds. */
const lockWaitMs = 30_000;

type Asked<Kind extends PipeRequest['do']> = Extract<PipeRequest, { do: Kind }>;
type CheckAnswer = z.input<typeof checkResultSchema>;

/** The engine of one machine. */
export class EngineService {
  readonly watchers = new Watchers();
  readonly products: ProductFolders;
  readonly #options: EngineServiceOptions;
  readonly #turns: Turns;
  readonly #allowances: { readonly status: Allowance; readonly logs: Allowance; readonly rest: Allowance };
  readonly #choices: ChoiceLedger;
  readonly #public: PublicFolder;
  /** Each request opens an engine of its own: what one of them cannot put on disk is told by the next. */
  readonly #unkept = new UnkeptReports();

  constructor(options: EngineServiceOptions) {
    this.#options = options;
    this.#turns = new Turns(options.onIdle);
    this.#public = new PublicFolder(options.folder);
    const { clock } = options.host;
    const allowance = ({ most, perSecond }: typeof allowed) => new Allowance(clock, most, perSecond);
    this.#allowances = {
      status: allowance(allowedStatus),
      logs: allowance(allowedLogs),
      rest: allowance(allowed),
    };
    this.#choices = new ChoiceLedger(clock);
    this.products = new ProductFolders(options.folder, options.host.program === null ? [] : [clientUpgradeCode]);
  }

  /** Answers a request that came over the pipe. Rejects with the `ClientError` that it is refused with. */
  readonly handle = async (request: PipeRequest, handle: RequestHandle): Promise<unknown> => {
    this.#requireAllowance(request.do);
    switch (request.do) {
      case 'status':
        return await this.#status();
      case 'check':
        return await this.#check(request, handle);
      case 'update':
        return await this.#update(request, handle);
      case 'choice':
        return await this.#choice(request);
      case 'watch':
        return await this.#watch(request, handle);
      case 'unlock':
        return await this.#work({ what: 'unlock', isImpatient: true }, request.product, (engine) =>
          unlock(engine, request.code),
        );
      case 'logs':
        return await this.#work({ what: 'logs', isImpatient: true }, request.product, async (engine) => ({
          archive: Buffer.from(await bundleOf(engine)).toString('base64'),
        }));
      case 'cancel':
        // The pipe's end takes it: it belongs to the request that runs on the same connection.
        return null;
    }
  };

  /**
   * Does something of the engine's own accord when it is its turn: it gives way to people. What users may read is up to
   * date after it.
   */
  background<Result>(
    what: string,
    product: string | null,
    work: (engine: Engine, turn: Turn) => Promise<Result>,
  ): Promise<Result> {
    return this.#work({ what, isImpatient: false, isBackground: true }, product, work);
  }

  /**
   * Carries out the assignment of a policy that was just had, if the rules have it done. Whoever has the application open
   * is told, and it is closed. Nobody need have asked.
   */
  async install(
    engine: Engine,
    { policy, facts }: Pick<CheckResult, 'policy' | 'facts'>,
    turn: Turn,
    hooks: Omit<Parameters<typeof update>[2], 'closeApplication'> & { readonly askedBy: number | null },
  ): Promise<UpdateResult> {
    const { askedBy, onProgress, ...more } = hooks;
    const order = { policy, now: facts.now };
    return await update(engine, order, {
      ...more,
      onProgress: (progress) => {
        turn.setLong(progress.stage === 'downloading');
        onProgress(progress);
      },
      closeApplication: () => {
        const version = policy.assignment?.target.version ?? '';
        return closeCopies(engine, this.watchers.of(policy.product.id), { version, askedBy });
      },
    });
  }

  /**
   * Lets what is under way come to its end, but for an installation, or a download that a person asked for: what those
   * leave is finished, or gone back from, at the next start.
   */
  async settle(): Promise<void> {
    if (this.#turns.busyWith !== 'update') await this.#turns.idle();
  }

  /** A watch lasts: what bounds it is the number of connections. */
  #requireAllowance(what: PipeRequest['do']): void {
    const { status, logs, rest } = this.#allowances;
    const needed = { status: [status], watch: [], logs: [rest, logs] }[what as string] ?? [rest];
    if (!needed.every((allowance) => allowance.take())) throw askedTooOften();
  }

  async #status() {
    const workstationId = await publicWorkstation(this.#options.folder);
    return { workstationId, protocol: pipeProtocol, busyWith: this.#turns.busyWith };
  }

  #check({ product, purpose }: Asked<'check'>, handle: RequestHandle): Promise<CheckAnswer> {
    return this.#work({ what: 'check', isImpatient: true }, product, async (engine) => {
      const recovered = await recoveredOr(engine, handle, (error) => this.#noteReplacement(error));
      const result = await check(engine, { ask: true, ...(purpose === undefined ? {} : { purpose }) });
      if (purpose === undefined)
        this.#choices.begin(result.policy.product.id, result.policy.assignment?.updateId ?? null);
      if (result.facts.online) await sendReports(engine);
      const { signed, facts, installed, offlineBecause } = result;
      return {
        // Not what lies on the disk: that had room for no newer one, perhaps, and is not what the facts belong to.
        policy: signed,
        pass: (await engine.product.pass.read())?.code ?? null,
        facts,
        installed,
        offlineBecause: offlineBecause === null ? null : failureOf(asFailure(offlineBecause)),
        recovered,
      };
    });
  }

  #update({ product, updateId, version, pid }: Asked<'update'>, handle: RequestHandle): Promise<UpdateResult> {
    return this.#work({ what: 'update', isImpatient: false }, product, async (engine, turn) => {
      const result = await check(engine, { ask: true, purpose: 'update' });
      const { assignment } = result.policy;
      const { action, reason, target } = result.verdict;
      // Where nothing could be reached, the download says so: the person who asked for it is told.
      const isDue = target === assignment?.target.version || reason === 'update-unreachable';
      if (assignment?.updateId !== updateId || assignment.target.version !== version || !isDue) {
        throw new ClientError(
          'update.none',
          'The signed policy does not name that update (any more). Nothing was done.',
        );
      }
      return await this.install(engine, result, turn, {
        askedBy: pid,
        onProgress: (progress) => handle.tell({ is: 'progress', progress }),
        ...(action === 'offer' ? { signal: handle.cancelled } : {}),
      });
    });
  }

  /** The person waits for the application: what they chose is on disk when this resolves, and is sent after that. */
  async #choice({ product, updateId, state }: Asked<'choice'>): Promise<null> {
    const isNew = await this.#work({ what: 'choice', isImpatient: true }, product, async (engine) => {
      const result = await check(engine, { ask: false });
      if (result.policy.assignment?.updateId !== updateId || !isOpenTo(state, result)) return false;
      const novelty = this.#choices.note(result.policy.product.id, updateId, state);
      if (novelty === 'too-many') throw askedTooOften();
      if (novelty === 'new') await noteChoice(engine, result, state);
      return novelty === 'new';
    });
    if (isNew && state !== 'offered') this.#sendSoon(product);
    return null;
  }

  #sendSoon(product: string | null): void {
    this.background('reports', product, sendReports).catch((error: unknown) => {
      this.#options.log.warn(`reports wait: ${error instanceof Error ? error.message : String(error)}`);
    });
  }

  /** Lasts until the connection ends, or the engine. */
  async #watch({ product, pid }: Asked<'watch'>, { tell, gone }: RequestHandle): Promise<null> {
    const id = await this.products.idOf(product);
    if (id === null || gone.aborted) return null;
    const leave = this.watchers.add({ productId: id, product, pid, tell: (news) => tell({ is: 'news', news }) });
    await new Promise<void>((resolve) => gone.addEventListener('abort', () => resolve(), { once: true }));
    leave();
    return null;
  }

  /** Where a copy of this program is to replace it, this one makes way. */
  #noteReplacement(error: unknown): void {
    if (asClientError(error, 'client.replacing') !== null) this.#options.onReplaced();
  }

  #work<Result>(
    options: TurnOptions,
    product: string | null,
    work: (engine: Engine, turn: Turn) => Promise<Result>,
  ): Promise<Result> {
    return this.#turns.take(options, async (turn) => {
      await useKeptKey(this.#options.host, this.#options.folder);
      const engine = await openEngine({ ...this.#options, product, unkept: this.#unkept });
      try {
        const lock = await lockEngine(engine, lockWaitMs);
        try {
          return await work(engine, turn);
        } catch (error) {
          this.#noteReplacement(error);
          throw error;
        } finally {
          try {
            // Whoever is not activated (any more) is nobody: an old name in the settings is not told.
            const settings = engine.identity === null ? null : engine.settings;
            await ifThereIsRoom(engine.log, () => this.#public.publish({ ...engine, settings }));
          } finally {
            await lock.release();
          }
        }
      } finally {
        engine.close();
        await this.products.forgetUnknown(product);
      }
    });
  }
}

async function recoveredOr(
  engine: Engine,
  { tell }: RequestHandle,
  onFailure: (error: unknown) => void,
): Promise<CheckAnswer['recovered']> {
  try {
    return await recoverUpdate(engine, { onProgress: (progress) => tell({ is: 'progress', progress }) });
  } catch (error) {
    onFailure(error);
    const failure = asClientError(error);
    if (failure === null) throw error;
    return { failure: failureOf(failure) };
  }
}

function askedTooOften(): ClientError {
  return new ClientError(
    'engine.asked-too-often',
    'The Usher engine on this machine is asked too often. Try again in a minute.',
  );
}
