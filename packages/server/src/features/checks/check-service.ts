// The check at every start: what holds for this workstation now, signed, and what follows from what it tells.
import type { CheckAnswer, CheckRequest } from '@usher/protocol';
import { isoNow, type Clock } from '../../clock.ts';
import type { Database, Transaction } from '../../database/database.ts';
import type { WorkstationCaller } from '../../http/caller.ts';
import type { Initiator } from '../../initiator.ts';
import { invalidInput, ProblemError } from '../../problem-error.ts';
import type { EventLog } from '../events/event-log.ts';
import type { RepeatedEvents } from '../events/repeated-events.ts';
import { activePass } from '../passes/read-model.ts';
import type { PassesService } from '../passes/service.ts';
import { resolveProduct } from '../products/read-model.ts';
import type { TrustService } from '../trust/service.ts';
import { heldBy, isFirstTold, lockHeld, updatesMovedBy, type UpdatesService } from '../updates/service.ts';
import type { Sighting, Sightings } from '../workstations/sightings.ts';
import { makeCatalogueCache } from './catalogue-cache.ts';
import { evaluate, type CheckContext, type Evaluation } from './evaluate.ts';
import { knownFacts, lockForCheck, type KnownFacts } from './known-facts.ts';
import { makeLogWitness } from './log-witness.ts';
import { plainCheck } from './plain-requests.ts';

/** What checks need. */
export interface CheckTools {
  readonly database: Database;
  readonly events: EventLog;
  readonly repeats: Pick<RepeatedEvents, 'record'>;
  readonly clock: Clock;
  readonly trust: Pick<TrustService, 'signPolicy' | 'signLogHead' | 'toldLogHead'>;
  readonly updates: Pick<UpdatesService, 'beginThose' | 'recordCheck'>;
  readonly passes: Pick<PassesService, 'markUsed'>;
  readonly sightings: Pick<Sightings, 'isWorthRecording' | 'recordSeen'>;
}

/** Answers checks. */
export interface CheckService {
  /**
   * The signed policy, and what the rules make of it by the server's own reckoning. A pending or disabled workstation gets one too.
   * @throws ProblemError `product.not-found`, `product.ambiguous` (for these two `workstation.pending` or `workstation.disabled` where it
   *   is), `workstation.not-activated`, `request.invalid`
   */
  check(caller: WorkstationCaller, request: CheckRequest, by: Initiator): Promise<CheckAnswer>;
}

/** How often a check begins anew because what it had read has changed before it could be locked. */
const mostTries = 5;

/** What is decided between the reading and the writing of one check. */
interface Checked {
  readonly context: CheckContext;
  readonly facts: KnownFacts;
}

/** Makes the service. */
export function makeCheckService(tools: CheckTools): CheckService {
  const { database, events, repeats, clock, trust, updates, passes, sightings } = tools;
  const { read } = database;
  const catalogues = makeCatalogueCache(read);
  const witness = makeLogWitness({ events, trust });

  /** A workstation that may start nothing is told so also where there is no product (yet) to make a policy for. */
  async function productAskedFor({ status }: WorkstationCaller, reference: string | undefined) {
    try {
      return await resolveProduct(read, reference);
    } catch (error) {
      if (error instanceof ProblemError && status !== 'authorized') throw new ProblemError(`workstation.${status}`);
      throw error;
    }
  }

  async function gather(caller: WorkstationCaller, request: CheckRequest): Promise<Checked> {
    const product = await productAskedFor(caller, request.product);
    const facts = await knownFacts(read, caller.id, product.id, request.log?.seq ?? null);
    if (facts?.workstation.retiredAt !== null) throw new ProblemError('workstation.not-activated');
    const { workstation, head } = facts;
    const now = isoNow(clock);
    const catalogue = await catalogues.get(product.id, head.seq);
    const held = await heldBy(read, workstation.id, product.id);
    const pass = await activePass(read, workstation.id, product.id, now);
    return { facts, context: { request, workstation, product, catalogue, held, pass, head, now } };
  }

  /** Writes what the check moves, by what it finds once everything is locked. Null where more had to be locked first. */
  async function move(tx: Transaction, checked: Checked, first: Evaluation, by: Initiator): Promise<Evaluation | null> {
    const { context, facts } = checked;
    const { workstation, product, request } = context;
    await updates.beginThose(tx, first.due);
    const locked = new Set([...updatesMovedBy(first.selection.moves), ...first.due]);
    const toldOf = first.carried !== null && isFirstTold(first.carried) ? first.carried.updateId : null;
    const held = await lockHeld(tx, workstation.id, product.id, [...locked], toldOf);
    const evaluation = evaluate({ ...context, held });
    const { selection, carried, verdict, whyNot } = evaluation;
    if (!updatesMovedBy(selection.moves).every((id) => locked.has(id))) return null;
    await updates.recordCheck(
      tx,
      {
        workstation: { id: workstation.id, hostname: request.hostname },
        installedVersion: request.installedVersion,
        knownVersion: facts.product?.installedVersion,
        timeZone: request.os.timeZone,
        held,
        moves: selection.moves,
        carriedId: carried?.updateId ?? null,
        isOffered: isOffered(evaluation),
        whyNot,
      },
      by,
    );
    await recordStart(tx, context, verdict, by);
    return evaluation;
  }

  async function recordStart(
    tx: Transaction,
    context: CheckContext,
    verdict: Evaluation['verdict'],
    by: Initiator,
  ): Promise<void> {
    const { product, request, workstation } = context;
    const { installedVersion, hostname, purpose = 'start' } = request;
    if (purpose !== 'start') return;
    const object = { kind: 'workstation', id: workstation.id, name: hostname };
    const data = { product: { id: product.id, name: product.name }, installedVersion, target: verdict.target };
    if (verdict.action === 'block') {
      const { code, reason } = verdict;
      await repeats.record(tx, workstation.id, {
        ...by,
        type: 'start.blocked',
        object,
        data: { ...data, code, reason },
      });
    }
    if (verdict.observed !== null) {
      const observed = { ...data, ...verdict.observed };
      await repeats.record(tx, workstation.id, { ...by, type: 'start.observed', object, data: observed });
    }
  }

  async function write(checked: Checked, first: Evaluation, by: Initiator): Promise<Evaluation | null> {
    const { context, facts } = checked;
    const { request, pass } = context;
    return database.transaction(async (tx) => {
      await lockForCheck(tx.db, facts.workstation.id);
      const evaluation = isMoving(first) ? await move(tx, checked, first, by) : first;
      if (evaluation === null) return null;
      if (!isMoving(first)) await recordStart(tx, context, evaluation.verdict, by);
      await sightings.recordSeen(tx, sightingOf(checked, evaluation), by);
      if (pass !== null && isFirstUse(pass, evaluation)) await passes.markUsed(tx, pass.id, by);
      if (witness.isWorthRecording(request.log, facts)) await witness.record(tx, facts, request.log, by);
      return evaluation;
    });
  }

  function isWorthWriting(checked: Checked, evaluation: Evaluation): boolean {
    const { facts, context } = checked;
    const { verdict } = evaluation;
    const isStart = (context.request.purpose ?? 'start') === 'start';
    if (isMoving(evaluation) || (isStart && (verdict.action === 'block' || verdict.observed !== null))) return true;
    if (isFirstUse(context.pass, evaluation) || witness.isWorthRecording(context.request.log, facts)) return true;
    return sightings.isWorthRecording(facts, sightingOf(checked, evaluation));
  }

  async function tryCheck(caller: WorkstationCaller, request: CheckRequest, by: Initiator): Promise<Evaluation | null> {
    const checked = await gather(caller, request);
    const first = evaluate(checked.context);
    return isWorthWriting(checked, first) ? write(checked, first, by) : first;
  }

  return {
    check: async (caller, raw, by) => {
      if (!raw.nonce.isWellFormed()) throw invalidInput('nonce', 'is not well-formed Unicode');
      const request = plainCheck(raw);
      for (let tries = 1; tries <= mostTries; tries += 1) {
        const evaluation = await tryCheck(caller, request, by);
        if (evaluation !== null) {
          const { policy, verdict } = evaluation;
          const { seq, hash } = policy.log;
          const proof = await trust.signLogHead(policy.log, caller.id);
          return { policy: await trust.signPolicy(policy), verdict, log: { seq, hash, proof } };
        }
      }
      throw new ProblemError('server.not-ready', 'The updates of this workstation keep changing. Ask again.', {
        retryAfter: 1,
      });
    },
  };
}

/** The verdict leads to the update that the policy carries. */
function isOffered({ verdict, carried }: Evaluation): boolean {
  return carried !== null && (verdict.action === 'offer' || verdict.action === 'require');
}

/** Whether there is anything to write about updates. */
function isMoving(evaluation: Evaluation): boolean {
  const { selection, carried } = evaluation;
  if (selection.moves.length > 0 || selection.updateEvents.length > 0) return true;
  if (carried === null) return false;
  return isFirstTold(carried) || (isOffered(evaluation) && carried.offeredAt === null);
}

function isFirstUse(pass: CheckContext['pass'], { verdict }: Evaluation): boolean {
  return verdict.reason === 'pass' && pass?.usedAt === null;
}

function sightingOf({ context, facts }: Checked, { verdict, desiredVersion }: Evaluation): Sighting {
  const { request, product } = context;
  return {
    workstationId: facts.workstation.id,
    productId: product.id,
    hostname: request.hostname,
    os: request.os,
    user: request.user,
    installedVersion: request.installedVersion,
    productCode: request.productCode ?? null,
    desiredVersion,
    verdict,
    log: request.log,
  };
}
