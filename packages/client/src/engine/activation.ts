// Makes this machine a workstation of a server, once with an installation key, and again as itself.
import { protocolNumber, type ActivateAnswer } from '@usher/protocol';
import {
  generateSigningKey,
  importSigningKey,
  parseInstallationKey,
  signProof,
  TrustError,
  type InstallationKey,
} from '@usher/trust';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { asClientError, ClientError } from '../client-error.ts';
import { isoNow } from '../clock.ts';
import { writeAtomically } from '../state/atomic-file.ts';
import type { Identity, PendingActivation, Settings, StateFolder } from '../state/state-folder.ts';
import type { Host } from './host.ts';
import { checkedAddress, HttpClient } from './http-client.ts';
import { forgetServer, isOfThisMachine } from './identity.ts';
import { ServerApi } from './server-api.ts';

/** What an activation is made with. */
export interface Activation {
  /** The installation key's text. */
  readonly key: string;
  readonly product: string | null;
  readonly unpackInto: string | null;
}

/** What came of it. */
export interface Activated {
  readonly workstationId: string;
  readonly status: ActivateAnswer['status'];
  readonly server: string;
  /** True where the server took this machine for the one it was before. */
  readonly asItself: boolean;
}

/**
 * Activates this machine. Where an identity of the same server is here still, its key proves that it is the same
 * workstation; otherwise a new key pair is made.
 * @throws ClientError `key.not-valid`, `verification.failed` (another root than the key's), any `server.…`
 */
export async function activate(host: Host, state: StateFolder, asked: Activation): Promise<Activated> {
  const key = readInstallationKey(asked.key);
  checkedAddress(key.url);
  await state.prepare();
  const old = await identityOf(host, state, key);
  const http = new HttpClient(host.network, key.certificate);
  try {
    const call: Call = { host, api: new ServerApi(http, key.url, null), asked };
    const first = old === null ? null : await tryAsItself(call, old);
    const who = first === null || old === null ? await newcomer(host, state, key) : old;
    const answer = first ?? (await askAsNewcomer(call, who));
    checkRoot(answer.root, key);
    await keep(host, state, key, asked, answer, who);
    for (const file of [state.pendingActivation, state.moved]) await file.remove();
    const { workstationId, status } = answer;
    return { workstationId, status, server: key.url, asItself: first !== null };
  } finally {
    http.close();
  }
}

/**
 * Forgets who this workstation is and by which rules it went; what it has installed stays. The server is not told:
 * there the record is retired.
 */
export async function deactivate(state: StateFolder): Promise<void> {
  for (const file of [state.identity, state.identityCopy, state.pendingActivation, state.moved]) await file.remove();
  await forgetServer(state);
}

/** @throws ClientError `key.not-valid` */
export function readInstallationKey(text: string): InstallationKey {
  try {
    return parseInstallationKey(text);
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    throw new ClientError('key.not-valid', error.message, { cause: error });
  }
}

/** The identity that is here, where it is one of the same server (the same root, even if its address has changed) and machine. */
async function identityOf(host: Host, state: StateFolder, key: InstallationKey): Promise<Identity | null> {
  const identity = (await state.identity.read()) ?? (await state.identityCopy.read());
  if (identity?.rootFingerprint !== key.rootFingerprint) return null;
  return (await isOfThisMachine(host, identity)) ? identity : null;
}

/**
 * The key pair of a newcomer, on disk before it is asked with: where the answer is lost, the next activation proves that
 * it is the same machine, and the server makes no second workstation of it.
 */
async function newcomer(host: Host, state: StateFolder, key: InstallationKey): Promise<PendingActivation> {
  const { rootFingerprint } = key;
  const begun = await state.pendingActivation.read();
  if (begun?.rootFingerprint === rootFingerprint && (await isOfThisMachine(host, begun))) return begun;
  const boundTo = await host.machineId();
  const privateKey = generateSigningKey((length) => host.random(length)).exportSecret();
  const fresh = { rootFingerprint, machineId: boundTo ?? host.uuid(), privateKey, boundTo };
  await state.pendingActivation.write(fresh);
  return fresh;
}

/** What is the same for every question of one activation. */
interface Call {
  readonly host: Host;
  readonly api: ServerApi;
  readonly asked: Activation;
}

type Who = Pick<Identity, 'machineId' | 'privateKey'>;

/** What a proof names as its workstation where that is not known: none yet, or its answer was lost. */
const unknownWorkstation = 'new';

/** Null where the server knows that workstation no more: then it is activated as a new one. */
function tryAsItself(call: Call, old: Identity): Promise<ActivateAnswer | null> {
  return unlessRefused(() => sendTimely(call, old, old.workstationId));
}

async function askAsNewcomer(call: Call, who: Who): Promise<ActivateAnswer> {
  return (await unlessRefused(() => sendTimely(call, who, unknownWorkstation))) ?? (await send(call, who, null));
}

async function unlessRefused(ask: () => Promise<ActivateAnswer>): Promise<ActivateAnswer | null> {
  try {
    return await ask();
  } catch (error) {
    if (isProofRefused(error)) return null;
    throw error;
  }
}

function isProofRefused(error: unknown): boolean {
  return asClientError(error)?.facts.problem === 'workstation.proof-invalid';
}

/** A proof says when it was made. Where this machine's clock is wrong, it is made anew by the server's. */
async function sendTimely(call: Call, who: Who, workstationId: string): Promise<ActivateAnswer> {
  try {
    return await send(call, who, { workstationId, at: isoNow(call.host.clock) });
  } catch (error) {
    const at = asClientError(error)?.facts.serverTime;
    if (!isProofRefused(error) || at === undefined) throw error;
    return await send(call, who, { workstationId, at });
  }
}

async function send(
  { host, api, asked }: Call,
  { machineId, privateKey }: Who,
  proves: { readonly workstationId: string; readonly at: string } | null,
): Promise<ActivateAnswer> {
  const pair = importSigningKey(privateKey);
  const { product } = asked;
  const { hostname, os } = host.facts();
  const publicKey = pair.publicKey;
  const proof = proves === null ? null : signProof({ ...proves, machineId, publicKey }, pair);
  return await api.activate({
    installationKey: asked.key.replace(/\s+/g, ''),
    machineId,
    publicKey,
    hostname,
    os,
    protocol: protocolNumber,
    ...(product === null ? {} : { product }),
    ...(proof === null ? {} : { proof }),
  });
}

function checkRoot(root: string, key: InstallationKey): void {
  if (createHash('sha256').update(root).digest('hex') === key.rootFingerprint) return;
  throw new ClientError(
    'verification.failed',
    'The server shows another trust root than the installation key names. This is not the server that the key is for.',
  );
}

async function keep(
  host: Host,
  state: StateFolder,
  key: InstallationKey,
  asked: Activation,
  answer: ActivateAnswer,
  { machineId, privateKey, boundTo }: Pick<Identity, 'machineId' | 'privateKey' | 'boundTo'>,
): Promise<void> {
  const { workstationId, token, root } = answer;
  const before = await state.settings.read();
  const isAnother = before !== null && before.rootFingerprint !== key.rootFingerprint;
  if (isAnother) {
    // Before the identity is another's: interrupted here, it is the old one's still, whose server says it all again.
    await forgetServer(state);
    await state.prepare();
  }
  const settings: Settings = {
    product: asked.product ?? productAfter(before, isAnother),
    unpackInto: asked.unpackInto ?? before?.unpackInto ?? null,
    rootFingerprint: key.rootFingerprint,
    workstationId,
  };
  const identity: Identity = {
    format: 1,
    server: key.url,
    certificate: key.certificate ?? null,
    root,
    token,
    machineId,
    privateKey,
    boundTo,
    activatedAt: isoNow(host.clock),
    ...settings,
  };
  await state.identity.write(identity);
  await state.identityCopy.write(identity);
  await state.settings.write(settings);
  await writeAtomically(join(state.metadata, '1.root.json'), root);
}

/** What commands mean without `--product`. An id is its server's; an UpgradeCode is the application's own, wherever it is managed. */
function productAfter(before: Settings | null, isAnother: boolean): string | null {
  const product = before?.product ?? null;
  return isAnother && product?.startsWith('{') !== true ? null : product;
}
