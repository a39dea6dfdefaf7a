// A server with something of everything in it, for requests to hit. The same at every round: time and randomness are
// handed in.
import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readInstaller, verifySignature } from '@usher/msi';
import { compose, makeLog, readConfig, type Random, type System } from '@usher/server';
import { generateSigningKey } from '@usher/trust';
import { contosoInstallers } from '../installers/contoso-agent.ts';
import { ApiClient } from '../server/api-client.ts';
import { ManualClock } from '../server/manual-clock.ts';
import { encodeForm } from '../server/upload.ts';

const email = 'owner@usher.example';
/** The account that requests are made as. Its id and password are no words of theirs, so that none shuts it out. */
const keeper = 'keeper@usher.example';
const password = 'correct horse battery staple';

/** The server and what a caller can know of it. */
export interface FuzzServer {
  readonly system: System;
  readonly clock: ManualClock;
  /** What the log has said of errors since the server began. */
  readonly errors: readonly string[];
  /** Identifiers, versions and names that mean something to it. */
  readonly words: readonly string[];
  /** The bearer's header of an activated workstation. */
  readonly workstation: Readonly<Record<string, string>>;
  /** The cookie of an owner, as it is now. */
  owner(): Readonly<Record<string, string>>;
  /** Signs the owner in again. */
  signIn(): Promise<void>;
  close(): Promise<void>;
}

function repeatableRandom(): Random {
  let drawn = 0;
  return (size) => {
    drawn += 1;
    const parts: Buffer[] = [];
    for (let part = 0; part * 32 < size; part += 1) {
      parts.push(createHash('sha256').update(`${drawn} ${part}`).digest());
    }
    return Buffer.concat(parts).subarray(0, size);
  };
}

/** Starts the server and fills it. */
export async function openFuzzServer(): Promise<FuzzServer> {
  const folder = mkdtempSync(join(tmpdir(), 'usher-fuzz-'));
  const clock = new ManualClock('2026-11-22T12:00:00Z');
  const random = repeatableRandom();
  const errors: string[] = [];
  const environment = {
    USHER_DATA: join(folder, 'data'),
    USHER_PORT: '0',
    USHER_ADMIN_EMAIL: email,
    USHER_ADMIN_PASSWORD: password,
  };
  const system = await compose({
    config: readConfig(environment, folder),
    clock,
    random,
    log: makeLog('error', clock, { write: (line) => void errors.push(line) }),
    passwordCost: { memory: 64, passes: 1, parallelism: 1 },
    keyCost: { n: 2, r: 1, p: 1 },
    inspect: async (path, { now }) => ({
      facts: await readInstaller(path),
      signature: await verifySignature(path, { now }),
    }),
    synchronous: 'off',
  });
  const close = async () => {
    await system.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await system.prepare();
    const anonymous = new ApiClient(system.app);
    const owner = anonymous.with({ cookie: await signedIn(anonymous, email) });
    const { words, token } = await fill(owner, random);
    await owner.post('/accounts', { email: keeper, role: 'owner', password }, 201);
    let cookie = await signedIn(anonymous, keeper);
    return {
      system,
      clock,
      errors,
      words: [...words, email],
      workstation: { authorization: `Bearer ${token}` },
      owner: () => ({ cookie }),
      signIn: async () => {
        cookie = await signedIn(anonymous, keeper);
      },
      close,
    };
  } catch (error) {
    await close();
    throw new Error(`The server was not filled: ${errors.join('')}`, { cause: error });
  }
}

async function signedIn(anonymous: ApiClient, as: string): Promise<string> {
  const answer = await anonymous.request('POST', '/api/v1/session', { email: as, password });
  const [cookie] = String(answer.headers['set-cookie']).split(';');
  if (answer.status !== 201 || cookie === undefined) throw new Error(`Signing in failed: ${answer.text}`);
  return cookie;
}

interface Made {
  readonly id: string;
}

/** An approved installer and one that waits, a fleet of one, an update under way, and what else can be asked for by its id. */
async function fill(owner: ApiClient, random: Random): Promise<{ words: string[]; token: string }> {
  const { '3.22.1': waiting, '3.23.0': approved } = contosoInstallers();
  const versions = [waiting, approved];
  const ids: string[] = [];
  let product = '';
  for (const { path } of versions) {
    const form = encodeForm([{ name: 'file', content: await readFile(path), fileName: basename(path) }]);
    const answer = await owner.request('POST', '/api/v1/installers', form.body, form.headers);
    const body = answer.body as Made & { product: Made };
    if (answer.status !== 201) throw new Error(`${path} was not taken: ${answer.text}`);
    ids.push(body.id);
    product = body.product.id;
  }
  for (const id of ids.slice(1)) await owner.post(`/installers/${id}/approve`, { acknowledged: true });
  const installationKey = await owner.post<Made & { key: string }>(
    '/installation-keys',
    { label: 'Fuzz', autoAuthorize: true },
    201,
  );
  const activated = await owner.request('POST', '/api/v1/workstation/activate', {
    installationKey: installationKey.key,
    machineId: 'ab'.repeat(32),
    publicKey: generateSigningKey(random).publicKey,
    hostname: 'FUZZ-0001',
    os: { platform: 'win32', release: '10.0.26100', arch: 'x64', language: '1033', timeZone: 'America/Sao_Paulo' },
    protocol: 1,
  });
  if (activated.status >= 300) throw new Error(`The activation failed: ${activated.text}`);
  const { workstationId, token } = activated.body as { workstationId: string; token: string };
  const update = await owner.post<Made>('/updates', { product, version: '3.23.0', requirement: 'optional' }, 201);
  await owner.post(`/updates/${update.id}/workstations`, { all: true });
  const apiToken = await owner.post<Made>('/tokens', { name: 'Fuzz', role: 'viewer' }, 201);
  const group = await owner.post<Made>('/groups', { name: 'Fuzz', filter: {} }, 201);
  const accounts = await owner.get<{ items: Made[] }>('/accounts');
  const words = [
    ...ids,
    product,
    installationKey.id,
    installationKey.key,
    workstationId,
    update.id,
    apiToken.id,
    group.id,
    ...accounts.items.map(({ id }) => id),
    ...versions.map(({ version }) => version),
    '4.0',
    'FUZZ-0001',
    'America/Sao_Paulo',
  ];
  return { words, token };
}
