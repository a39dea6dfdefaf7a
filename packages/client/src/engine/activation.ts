// Makes this machine a workstation of a server, once with an installation key, and again as itself.
import { protocolNumber, type ActivateAnswer } from '@usher/protocol';
import {
  generateSigningKey,
  importSigningKey,
  parseInstallationKey,
  signProof,
  TrustError,
  type InstallationKey,
  type SigningKey,
} from '@usher/trust';
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asClientError, ClientError } from '../client-error.ts';
import { isoNow } from '../clock.ts';
import { removeFile, writeAtomically } from '../state/atomic-file.ts';
import type { Identity, ProductState, Settings, StateFolder } from '../state/state-folder.ts';
import type { Host } from './host.ts';
import { checkedAddress, HttpClient } from './http-client.ts';
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
  const old = await identityOf(state, key);
  const http = new HttpClient(host.network, key.certificate);
  try {
    const api = new ServerApi(http, key.url, null);
    const machineId = old?.machineId ?? (await host.machineId()) ?? host.uuid();
    const first = old === null ? null : await tryAsItself(host, api, asked, old);
    const fresh = generateSigningKey((length) => host.random(length));
    const answer = first ?? (await send(host, api, asked, { machineId, pair: fresh, old: null }));
    checkRoot(answer.root, key);
    const pair = first === null || old === null ? fresh : importSigningKey(old.privateKey);
    await keep(host, state, key, asked, answer, { machineId, pair });
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
export async function deactivate(state: StateFolder, product: ProductState): Promise<void> {
  for (const file of [state.identity, state.identityCopy, product.clock, product.pass, product.known]) {
    await file.remove();
  }
  await removeFile(product.policyPath);
  await rm(state.metadata, { recursive: true, force: true });
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

/** The identity that is here, where it is one of the same server: the same root, even if its address has changed. */
async function identityOf(state: StateFolder, key: InstallationKey): Promise<Identity | null> {
  const identity = (await state.identity.read()) ?? (await state.identityCopy.read());
  return identity?.rootFingerprint === key.rootFingerprint ? identity : null;
}

/** Null where the server knows that workstation no more: then it is activated as a new one. */
async function tryAsItself(
  host: Host,
  api: ServerApi,
  asked: Activation,
  old: Identity,
): Promise<ActivateAnswer | null> {
  const pair = importSigningKey(old.privateKey);
  try {
    return await send(host, api, asked, { machineId: old.machineId, pair, old });
  } catch (error) {
    if (asClientError(error)?.facts.problem === 'workstation.proof-invalid') return null;
    throw error;
  }
}

async function send(
  host: Host,
  api: ServerApi,
  asked: Activation,
  who: { machineId: string; pair: SigningKey; old: Identity | null },
): Promise<ActivateAnswer> {
  const { machineId, pair, old } = who;
  const { product } = asked;
  const { hostname, os } = host.facts();
  const publicKey = pair.publicKey;
  const proof =
    old === null
      ? null
      : signProof({ workstationId: old.workstationId, machineId, publicKey, at: isoNow(host.clock) }, pair);
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
  own: { machineId: string; pair: SigningKey },
): Promise<void> {
  const { workstationId, token, root } = answer;
  const before = await state.settings.read();
  const settings: Settings = {
    product: asked.product ?? before?.product ?? null,
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
    machineId: own.machineId,
    privateKey: own.pair.exportSecret(),
    activatedAt: isoNow(host.clock),
    ...settings,
  };
  await state.identity.write(identity);
  await state.identityCopy.write(identity);
  await state.settings.write(settings);
  await writeAtomically(join(state.metadata, '1.root.json'), root);
}
