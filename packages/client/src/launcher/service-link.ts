// The machine's own engine, behind the pipe. The launcher verifies the signed policy and decides by it itself; where the
// engine is silent, it goes by the last signed policy, which it can read and verify, but can install nothing.
import { decide, mergePolicy, type Facts, type Pass } from '@usher/core';
import type { PolicyDocument } from '@usher/protocol';
import { TrustError, verifyPass, verifyPolicy } from '@usher/trust';
import { homedir } from 'node:os';
import type * as z from 'zod';
import { asClientError, ClientError } from '../client-error.ts';
import type { CheckResult, SignedPolicy } from '../engine/check.ts';
import { machineDriver } from '../engine/engine.ts';
import type { Host } from '../engine/host.ts';
import type { InstalledProduct } from '../engine/installer-driver.ts';
import { presentProduct } from '../engine/present-product.ts';
import { heldThroughPause } from '../engine/retry-after.ts';
import { offlineNow } from '../engine/trusted-time.ts';
import type { Recovered } from '../engine/update.ts';
import {
  checkResultSchema,
  logsResultSchema,
  unlockResultSchema,
  updateResultSchema,
  type CheckPurpose,
  type PipeNews,
} from '../pipe/messages.ts';
import { askEngine, errorOf, type EngineAddress } from '../pipe/pipe-client.ts';
import { engineIn, publicWorkstation, readPublicRules, type PublicRules } from '../service/public-folder.ts';
import { readTextIfThere } from '../state/state-file.ts';
import type { EngineLink, Progress } from './engine-link.ts';
import { LateEngine } from './late-engine.ts';

/** Which engine, and for which product. */
export interface ServiceLinkOptions {
  readonly host: Host;
  readonly engine: EngineAddress;
  /** The state folder of that engine; what users may read lies below it. */
  readonly folder: string;
  /** `--product`. */
  readonly product: string | null;
  /** Where no application is to be started. */
  readonly purpose?: CheckPurpose | undefined;
}

/** How long after an engine went away it is looked for again, in milliseconds. */
const watchAgainMs = 60_000;

type CheckAnswer = z.infer<typeof checkResultSchema>;

/** A link to the machine's engine. Nothing is asked before it is used. */
export async function serviceLink(options: ServiceLinkOptions): Promise<EngineLink> {
  const { host, folder, product, purpose } = options;
  const engine = new LateEngine(host, folder, options.engine);
  const watching = new AbortController();
  /** Recovery comes with the first check: it is one question, whose answer, or refusal, is the check's. */
  let first: Promise<CheckAnswer | ClientError> | null = null;

  async function ask(onProgress: (progress: Progress) => void = () => undefined): Promise<CheckAnswer | ClientError> {
    try {
      // An engine of before knows no purpose: it is not named where it is a start's.
      const request = { do: 'check', product, ...(purpose === undefined ? {} : { purpose }) } as const;
      const question = (address: EngineAddress) => askEngine(address, host, request, { onProgress });
      return checkResultSchema.parse(await engine.ask(question, () => onProgress({ stage: 'waiting-for-engine' })));
    } catch (error) {
      const failure = asClientError(error);
      if (failure === null || !isNoAnswer(failure)) throw error;
      return failure;
    }
  }

  return {
    workstationId: await publicWorkstation(folder),
    recover: async (onProgress) => {
      first = ask(onProgress);
      const [answer] = await Promise.allSettled([first]);
      return answer.status === 'rejected' || answer.value instanceof ClientError ? null : recoveredFrom(answer.value);
    },
    check: async () => {
      const asked = first ?? ask();
      first = null;
      const answer = await asked;
      return answer instanceof ClientError ? await byCachedPolicy(options, answer) : await byAnswer(options, answer);
    },
    last: () => byCachedPolicy(options, new ClientError('server.unreachable', 'The server was not asked.')),
    update: async ({ policy }, { onProgress, signal }) => {
      const { assignment } = policy;
      if (assignment === null) throw new ClientError('update.none', 'No update is planned for this workstation.');
      const { updateId, target } = assignment;
      const request = { do: 'update', product, updateId, version: target.version, pid: host.pid } as const;
      return updateResultSchema.parse(await askEngine(engine.address, host, request, { onProgress, cancel: signal }));
    },
    // The engine serves others anyway, and decides anew before it installs.
    whileAsking: async (_result, ask) => ({ answer: await ask(), isUnchanged: true }),
    report: async ({ policy }, state) => {
      if (policy.assignment === null) return;
      const { updateId } = policy.assignment;
      try {
        await askEngine(engine.address, host, { do: 'choice', product, updateId, state });
      } catch (error) {
        // The choice holds here all the same; that nobody hears of it stands in no one's way.
        if (asClientError(error) === null) throw error;
      }
    },
    started: (application, onNews) => {
      void application.ended.then(() => watching.abort());
      void watch(options, application.pid, onNews, watching.signal);
      return Promise.resolve();
    },
    flush: () => Promise.resolve(),
    unlock: async (code) =>
      unlockResultSchema.parse(await askEngine(engine.address, host, { do: 'unlock', product, code })),
    logsFolder: homedir(),
    logs: async () => {
      const { archive } = logsResultSchema.parse(await askEngine(engine.address, host, { do: 'logs', product }));
      return Buffer.from(archive, 'base64');
    },
    // The engine keeps the log; a launcher has none of its own.
    warn: () => undefined,
    close: () => {
      watching.abort();
      return Promise.resolve();
    },
  };
}

/** It did not come to a decision: the last rules hold, and nobody is locked out. What the rules say is an answer. */
function isNoAnswer({ code }: ClientError): boolean {
  return code.startsWith('engine.') || ['state.busy', 'state.unusable', 'disk.full'].includes(code);
}

/** Hears what the engine has to say while the application runs; again where the engine was away meanwhile. */
async function watch(
  { host, folder, product }: ServiceLinkOptions,
  pid: number,
  onNews: (news: PipeNews) => void,
  leave: AbortSignal,
): Promise<void> {
  while (!leave.aborted) {
    try {
      // Each engine that starts has a secret of its own.
      const engine = await engineIn(folder);
      if (engine !== null) await askEngine(engine, host, { do: 'watch', product, pid }, { onNews, leave });
    } catch (error) {
      if (asClientError(error) === null) throw error;
    }
    await untilAborted(host.wait(watchAgainMs, leave));
  }
}

/** A wait that was called off has ended, too. */
async function untilAborted(waiting: Promise<void>): Promise<void> {
  try {
    await waiting;
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
  }
}

function recoveredFrom({ recovered }: CheckAnswer): Recovered | null {
  if (recovered === null) return null;
  if ('failure' in recovered) throw errorOf(recovered.failure);
  return recovered;
}

/** What the engine answered, decided anew: its policy is believed only where the director has signed it. */
async function byAnswer(options: ServiceLinkOptions, answer: CheckAnswer): Promise<CheckResult> {
  const rules = await readPublicRules(options.folder, options.product);
  const { facts, installed } = answer;
  const offlineBecause = answer.offlineBecause === null ? null : errorOf(answer.offlineBecause);
  // The engine has refused whatever is older than what it had. By now it may have a newer one, for somebody else's start.
  const policy = await verified(rules, answer.policy, undefined);
  return decided(rules, { policy, text: answer.policy }, answer.pass, { facts, installed, offlineBecause });
}

async function byCachedPolicy(options: ServiceLinkOptions, because: ClientError): Promise<CheckResult> {
  const { host, folder } = options;
  const rules = await readPublicRules(folder, options.product).catch((error: unknown) => {
    throw asClientError(error, 'policy.expired') === null ? error : withoutRules(because);
  });
  // In this order: the engine writes the policy first, and may do so just now.
  const clock = await rules.product.clock.read();
  const text = await readTextIfThere(rules.product.policyPath);
  if (text === null) throw withoutRules(because);
  const policy = await verified(rules, text, clock?.issuedAt);
  const known = await rules.product.known.read();
  const driver = machineDriver(host, rules.state, rules.settings);
  const installed = known === null ? null : await presentProduct({ driver }, known);
  const { target = null } = policy.assignment ?? {};
  const facts = {
    installedVersion: installed?.version ?? null,
    now: offlineNow(host, policy.issuedAt, clock),
    online: false,
    targetOnDisk: rules.onDisk.some(({ sha256, size }) => sha256 === target?.sha256 && size === target.size),
  };
  const passCode = (await rules.product.pass.read())?.code ?? null;
  return decided(rules, { policy, text }, passCode, { facts, installed, offlineBecause: because });
}

function withoutRules(because: ClientError): ClientError {
  return new ClientError('policy.expired', `There are no rules here yet to go by. Code 2031. ${because.message}`, {
    cause: because,
  });
}

/** @throws ClientError `policy.expired` where it is not the director's, not for here, or older than one that was here */
async function verified(
  { settings, view, product }: PublicRules,
  text: string,
  newestIssuedAt: string | undefined,
): Promise<PolicyDocument> {
  const productId = (await product.known.read())?.id ?? undefined;
  try {
    const { workstationId } = settings;
    return verifyPolicy(text, { workstationId, productId, newestIssuedAt, keys: view.directorKeys });
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    throw new ClientError(
      'policy.expired',
      'The rules on this workstation do not hold. Code 2031. Start again when the server can be reached; ' +
        `where that does not help, tell your administrator: ${error.message} (${error.code})`,
      { cause: error },
    );
  }
}

function decided(
  { view }: PublicRules,
  { policy: signed, text }: SignedPolicy,
  passCode: string | null,
  known: { facts: Facts; installed: InstalledProduct | null; offlineBecause: Error | null },
): CheckResult {
  const prohibited = view.prohibitedFor(signed.product.id);
  const policy = mergePolicy(signed, { prohibited, pass: passFrom(passCode, signed, view.directorKeys, known.facts) });
  const verdict = decide(heldThroughPause(policy, known.offlineBecause), known.facts);
  return { policy, signed: text, verdict, ...known };
}

function passFrom(code: string | null, policy: PolicyDocument, keys: readonly string[], { now }: Facts): Pass | null {
  if (code === null) return null;
  try {
    const scope = { workstationId: policy.workstation.id, productId: policy.product.id };
    return verifyPass(code, { ...scope, keys, now: new Date(now) });
  } catch (error) {
    if (error instanceof TrustError) return null;
    throw error;
  }
}
