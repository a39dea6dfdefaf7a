// The check at every start: asks the server, or goes by the last signed policy, and decides by the rules.
import { decide, mergePolicy, type Facts, type Policy, type Verdict } from '@usher/core';
import { protocolNumber, type CheckRequest, type PolicyDocument } from '@usher/protocol';
import { claimedIssue, TrustError, verifyPass, verifyPolicy, type CatalogueView } from '@usher/trust';
import { asClientError, ClientError, notActivated } from '../client-error.ts';
import { writeAtomically } from '../state/atomic-file.ts';
import { ifThereIsRoom } from '../state/room.ts';
import { readTextOrSetAside, setAside } from '../state/state-file.ts';
import type { ClockRecord, KnownProduct } from '../state/state-folder.ts';
import type { Engine } from './engine.ts';
import { freshenCatalogue, refreshCatalogue, timeLeft } from './fresh-catalogue.ts';
import type { InstalledProduct } from './installer-driver.ts';
import { newestSeen, verifyNewest, type VerifiedPolicy } from './newest-policy.ts';
import { settleProduct } from './one-place.ts';
import { noteOfflineStart } from './offline-starts.ts';
import { knownProduct, learn, presentByNow, presentProduct } from './present-product.ts';
import { heldThroughPause } from './retry-after.ts';
import { clockAtPolicy, offlineNow } from './trusted-time.ts';

/** What a check found. */
export interface CheckResult {
  /** The policy with what the catalogue prohibits and a typed-in pass. */
  readonly policy: Policy;
  /** The policy as the director signed it: what `policy` comes from, whether or not the disk had room for it. */
  readonly signed: string;
  readonly verdict: Verdict;
  readonly facts: Facts;
  readonly installed: InstalledProduct | null;
  /** Why the server's answer was not had, or not accepted; null where the policy is its answer to this very check. */
  readonly offlineBecause: Error | null;
}

/** A policy that was verified, and its text as it was signed. */
export interface SignedPolicy {
  readonly policy: PolicyDocument;
  readonly text: string;
}

/** How to check. */
export interface CheckOptions {
  /** False: the server is not asked, and the cached policy decides. */
  readonly ask: boolean;
  /** Why the server is asked; a start where it is left out. */
  readonly purpose?: CheckRequest['purpose'];
  /** True where another client may be at work on the state: what was found is not kept. */
  readonly looksOnly?: boolean;
}

/** The question, answered by the server or by the last signed policy. */
export async function check(engine: Engine, options: CheckOptions): Promise<CheckResult> {
  try {
    return await checkOnce(engine, options);
  } catch (error) {
    // The server wanted a pause, and there is no policy to go by meanwhile: nobody is locked out for good manners.
    if (!isPause(asClientError(error, 'policy.expired')?.cause)) throw error;
    await engine.state.pauses.remove();
    return await checkOnce(engine, options);
  }
}

/** Whether the server was not asked at all, since it wanted a pause. */
function isPause(because: unknown): boolean {
  return asClientError(because)?.facts.isPause === true;
}

async function checkOnce(engine: Engine, { ask, purpose, looksOnly = false }: CheckOptions): Promise<CheckResult> {
  const before = await knownProduct(engine);
  const installed = await presentProduct(engine, before);
  const online = ask
    ? await askServer(engine, before, installed, purpose)
    : { because: engine.identity === null ? await whyNotActivated(engine) : notAsked() };
  if ('policy' in online) {
    // What a name means is known only now: it can be a product that there is a state of by another name.
    if (before.id === null) await settleProduct(engine);
    const after = await knownProduct(engine);
    const now = await presentByNow(engine, before, installed, after);
    // The answer told by which UpgradeCode to look: what it was asked with was not yet the truth.
    const again = now?.version === installed?.version ? null : await askServer(engine, after, now, purpose);
    return await conclude(engine, again !== null && 'policy' in again ? again : online, now, null);
  }
  const cached = await cachedPolicy(engine, before, online.because);
  const after = await learn(engine, before, installed, cached.policy, !looksOnly);
  const there = await presentByNow(engine, before, installed, after);
  const result = await conclude(engine, cached, there, online.because, !looksOnly);
  if (result.verdict.reason === 'policy-expired' && isPause(online.because)) throw expired(online.because);
  if (ask && (purpose ?? 'start') === 'start') {
    await noteOfflineStart(engine, result.policy, result.verdict, there);
  }
  return result;
}

function notAsked(): ClientError {
  return new ClientError('server.unreachable', 'The server was not asked.');
}

async function askServer(
  engine: Engine,
  known: KnownProduct,
  installed: InstalledProduct | null,
  purpose: CheckRequest['purpose'],
): Promise<SignedPolicy | { because: Error }> {
  const { api, identity, catalogue, host, product, productReference } = engine;
  if (api === null || identity === null || catalogue === null) return { because: await whyNotActivated(engine) };
  const startedAt = host.clock.sinceBoot();
  const record = await product.clock.read();
  const nonce = Buffer.from(host.random(24)).toString('base64url');
  const { hostname, os, user } = host.facts();
  const reference = productReference ?? known.id;
  try {
    const answer = await api.check({
      installedVersion: installed?.version.slice(0, 100) ?? null,
      productCode: installed?.productCode ?? null,
      user,
      hostname,
      os,
      nonce,
      log: record?.log ?? null,
      protocol: protocolNumber,
      ...(reference === null ? {} : { product: reference }),
      ...(purpose === undefined ? {} : { purpose }),
    });
    // Verified below, with the keys that the catalogue names, and as the answer to this very check.
    const now = claimedIssue(answer.policy) ?? new Date(host.clock.now());
    await freshenCatalogue(engine, purpose, startedAt, now);
    const expected = {
      workstationId: identity.workstationId,
      productId: known.id ?? undefined,
      nonce,
      newestIssuedAt: record?.issuedAt,
    };
    const leftMs = (purpose ?? 'start') === 'start' ? timeLeft(host, startedAt) : null;
    const verified = await verifyFresh(engine, answer.policy, { ...expected, now }, leftMs);
    const { policy } = verified;
    await keepPolicy(engine, answer.policy, policy, newestSeen(verified, answer, record?.log ?? null));
    await learn(engine, known, installed, policy);
    return { policy, text: answer.policy };
  } catch (error) {
    if (!(error instanceof ClientError) && !(error instanceof TrustError)) throw error;
    engine.log.warn(`the check failed: ${error.code}: ${error.message}`);
    return { because: error };
  }
}

async function whyNotActivated({ state }: Engine): Promise<ClientError> {
  const moved = await state.moved.read();
  if (moved === null) return notActivated();
  return notActivated(
    `The disk of the workstation ${moved.workstationId} is in another machine now, which is a workstation of its own.`,
  );
}

type Expected = Omit<Parameters<typeof verifyPolicy>[1], 'keys'> & { readonly now: Date };

/**
 * Verifies with the director's keys as they are known here; where they don't fit, with those of a fresh catalogue.
 * @param leftMs how long that one may take; null: as long as its requests do
 */
async function verifyFresh(
  engine: Engine,
  text: string,
  expected: Expected,
  leftMs: number | null,
): Promise<VerifiedPolicy> {
  const stored = await storedView(engine);
  if (stored !== null) {
    try {
      return await verifyNewest(engine, text, { ...expected, keys: stored.directorKeys });
    } catch (error) {
      const isKeyChange =
        error instanceof TrustError && ['token.unknown-key', 'token.bad-signature'].includes(error.code);
      if (!isKeyChange) throw error;
    }
  }
  // Where there is nothing else to go by, it is waited for. A pause that was asked for is not heeded: the answer to the
  // check is here, and only this says whether it counts.
  await engine.state.pauses.remove();
  const fresh = await freshView(engine, expected.now, stored === null ? null : leftMs);
  return verifyNewest(engine, text, { ...expected, keys: fresh?.directorKeys ?? [] });
}

async function storedView({ catalogue }: Engine): Promise<CatalogueView | null> {
  return (await catalogue?.current()) ?? null;
}

async function keepPolicy(
  { host, product, state, log }: Engine,
  text: string,
  policy: PolicyDocument,
  newest: ClockRecord['log'],
): Promise<void> {
  // In this order: a clock that knew a newer policy than the one on disk would keep that one from being believed.
  await ifThereIsRoom(log, async () => {
    // No file takes the place of a folder that lies there.
    await readTextOrSetAside(product.policyPath, state.onDamage);
    await writeAtomically(product.policyPath, text);
    await product.clock.write(clockAtPolicy(host, policy.issuedAt, newest));
  });
}

async function freshView(engine: Engine, now: Date, leftMs: number | null): Promise<CatalogueView | null> {
  const { catalogue } = engine;
  const signal = leftMs === null ? undefined : AbortSignal.timeout(leftMs);
  return catalogue === null ? null : await refreshCatalogue(engine, catalogue, now, signal);
}

/**
 * The newest policy that was verified here, verified again.
 * @throws ClientError `workstation.…`, `update.required`, `usage.wrong` or `policy.expired` where there is none, by why
 */
async function cachedPolicy(engine: Engine, known: KnownProduct, because: Error): Promise<SignedPolicy> {
  const { product, state } = engine;
  const workstationId = engine.settings?.workstationId ?? null;
  const text = await readTextOrSetAside(product.policyPath, state.onDamage);
  const view = await storedView(engine);
  if (text !== null && view !== null && workstationId !== null) {
    try {
      const newestIssuedAt = (await product.clock.read())?.issuedAt;
      const expected = { workstationId, productId: known.id ?? undefined, newestIssuedAt, keys: view.directorKeys };
      return { policy: verifyPolicy(text, expected), text };
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      await setAside(product.policyPath, error.message, state.onDamage);
    }
  }
  const unknown = asClientError(because, 'workstation.not-activated');
  if (unknown !== null) throw unknown;
  const refused = asClientError(because, 'workstation.disabled', 'workstation.pending');
  if (refused !== null) {
    const message = `${refused.message} Code ${refused.number ?? ''}. Workstation: ${workstationId ?? '-'}.`;
    throw new ClientError(refused.code, message, { cause: refused });
  }
  const problem = asClientError(because, 'server.problem')?.facts.problem;
  if (problem === 'product.not-found') {
    throw new ClientError(
      'update.required',
      'The server does not manage this product (yet), so that there is nothing to start. Code 2030. Ask your administrator.',
      { cause: because },
    );
  }
  if (problem === 'product.ambiguous') {
    throw new ClientError('usage.wrong', 'The server manages several products. Say which: --product CODE.', {
      cause: because,
    });
  }
  throw expired(because);
}

function expired(because: Error): ClientError {
  return new ClientError(
    'policy.expired',
    `There is no valid policy on this workstation, and none could be had. Code 2031. ${because.message}${codeOf(because)}`,
    { cause: because },
  );
}

/** The rule that refused what the server sent, for support. */
function codeOf(because: Error): string {
  return because instanceof TrustError ? ` (${because.code})` : '';
}

async function conclude(
  engine: Engine,
  { policy: signed, text }: SignedPolicy,
  installed: InstalledProduct | null,
  offlineBecause: Error | null,
  keeps = true,
): Promise<CheckResult> {
  const online = offlineBecause === null;
  const now = online ? signed.issuedAt : await rememberedNow(engine, signed.issuedAt, keeps);
  const view = await storedView(engine);
  const policy = mergePolicy(signed, {
    prohibited: view?.prohibitedFor(signed.product.id) ?? [],
    pass: await typedPass(engine, signed, { view, now, online, keeps }),
  });
  const facts: Facts = {
    installedVersion: installed?.version ?? null,
    now,
    online,
    targetOnDisk: policy.assignment !== null && (await engine.cache.holds(policy.assignment.target, keeps)),
  };
  const verdict = decide(heldThroughPause(policy, offlineBecause), facts);
  return { policy, signed: text, verdict, facts, installed, offlineBecause };
}

/** Trusted time offline; what was used is kept, so that it never goes back. */
async function rememberedNow({ host, product, log }: Engine, issuedAt: string, keeps: boolean): Promise<string> {
  const record = await product.clock.read();
  const now = offlineNow(host, issuedAt, record);
  if (!keeps) return now;
  const kept = record ?? clockAtPolicy(host, issuedAt, null);
  await ifThereIsRoom(log, () => product.clock.write({ ...kept, latestNow: now }));
  return now;
}

interface TypedPassFacts {
  readonly view: CatalogueView | null;
  readonly now: string;
  readonly online: boolean;
  readonly keeps: boolean;
}

/** A pass that was typed in, where it still holds: the server's own answer names the pass that does, or it was withdrawn. */
async function typedPass(engine: Engine, policy: PolicyDocument, { view, now, online, keeps }: TypedPassFacts) {
  const typed = await engine.product.pass.read();
  if (typed === null) return null;
  if (online && policy.pass?.until !== typed.until) {
    engine.log.info('the typed pass no longer holds: the server does not name it');
    await engine.product.pass.remove();
    return null;
  }
  try {
    return verifyPass(typed.code, {
      workstationId: policy.workstation.id,
      productId: policy.product.id,
      keys: view?.directorKeys ?? [],
      now: new Date(now),
    });
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    if (keeps) {
      engine.log.info(`the typed pass no longer holds: ${error.code}`);
      await engine.product.pass.remove();
    }
    return null;
  }
}

/**
 * Takes a pass that was typed in.
 * @throws ClientError `pass.not-valid`, or what `check` throws without a policy
 */
export async function unlock(engine: Engine, code: string): Promise<{ until: string; reason: string }> {
  const { policy, facts } = await check(engine, { ask: false });
  const view = await storedView(engine);
  try {
    const pass = verifyPass(code, {
      workstationId: policy.workstation.id,
      productId: policy.product.id,
      keys: view?.directorKeys ?? [],
      now: new Date(facts.now),
    });
    await engine.product.pass.write({ code, ...pass, isNoted: false });
    return pass;
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    throw new ClientError('pass.not-valid', `${error.message} Ask your administrator for another.`, { cause: error });
  }
}
