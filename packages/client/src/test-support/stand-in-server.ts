// A server for the client's tests: real HTTP, a real catalogue and really signed policies; what it says is the test's.
import type { Policy } from '@usher/core';
import {
  createRepository,
  formatInstallationKey,
  generateSigningKey,
  publishTargets,
  rotateKey,
  signPass,
  signPolicy,
  type CatalogueContents,
  type CatalogueInstaller,
  type Making,
  type Publication,
  type Repository,
  type SigningKey,
} from '@usher/trust';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

const base = '/api/v1/workstation';
const newKey = () => generateSigningKey((length) => randomBytes(length));
/** The same for every server of a test file, so that a workstation's state can be copied from one to another. */
const sharedKeys = { root: newKey(), targets: newKey(), snapshot: newKey(), timestamp: newKey(), director: newKey() };

/** An installer that the server offers. */
export interface OfferedInstaller {
  readonly entry: CatalogueInstaller;
  readonly bytes: Buffer;
}

/** A real signed MSI of the fixtures: Contoso Agent 3.22.1 or 3.23.0. */
export function contoso(version: '3.22.1' | '3.23.0'): OfferedInstaller {
  const folder = new URL('../../../testkit/testdata/installers/', import.meta.url);
  const file = `contoso-agent-${version}.msi`;
  const bytes = readFileSync(new URL(file, folder));
  const list = JSON.parse(readFileSync(new URL('fixtures.json', folder), 'utf8')) as Record<
    string,
    { productCode: string; upgradeCode: string }
  >;
  const listed = list[file];
  if (listed === undefined) throw new Error(`fixtures.json does not know ${file}`);
  return {
    bytes,
    entry: {
      path: `installers/pr_1/${version}/x64.msi`,
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      facts: {
        product: 'pr_1',
        version,
        productCode: listed.productCode,
        upgradeCode: listed.upgradeCode,
        architecture: 'x64',
        language: '1033',
        fileName: file,
        publisher: { subject: 'CN=Contoso Code Signing,O=Contoso Ltd.', issuer: 'CN=Contoso Root,O=Contoso Ltd.' },
      },
    },
  };
}

/** The body of reports. */
interface Told {
  readonly reports: Record<string, unknown>[];
  readonly starts?: Record<string, unknown>[];
  readonly alarms?: Record<string, unknown>[];
}

/** Answers a request in place of the server; false leaves it to the server. */
export type Interference = (request: IncomingMessage, response: ServerResponse) => boolean;

/** The server. Time is the test's; everything that was reported is kept. */
export class StandInServer {
  /** Whose policies these are; one that is set counts with the next publication. */
  director: SigningKey = sharedKeys.director;
  readonly reports: Record<string, unknown>[] = [];
  /** Starts that were decided without this server, told of afterwards. */
  readonly starts: Record<string, unknown>[] = [];
  readonly alarms: Record<string, unknown>[] = [];
  readonly checks: Record<string, unknown>[] = [];
  readonly activations: Record<string, unknown>[] = [];
  /** Path and `Range` of each request for an installer. */
  readonly downloads: string[] = [];
  interfere: Interference = () => false;
  /** Called when everything is done that a request asks for, and the answer is still to be sent: it can be destroyed. */
  answered: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  policy: Partial<Policy> = {};
  status: 'pending' | 'authorized' | 'disabled' = 'authorized';
  token = 'wt_0123456789abcdef0123456789abcdef';
  now: () => number;
  readonly #files = new Map<string, Uint8Array>();
  readonly #installers = new Map<string, Buffer>();
  readonly #http: Server;
  #repository: Repository;
  #signers: readonly SigningKey[] = Object.values(sharedKeys);
  #url = '';

  private constructor(now: () => number) {
    this.now = now;
    const publicKeys = (key: SigningKey) => ({ publicKeys: [key.publicKey], threshold: 1 });
    const { root, targets, snapshot, timestamp } = sharedKeys;
    const roles = {
      root: publicKeys(root),
      targets: publicKeys(targets),
      snapshot: publicKeys(snapshot),
      timestamp: publicKeys(timestamp),
    };
    const first = createRepository({ ...this.#making(), roles, contents: this.#contents([], []) });
    this.#repository = this.#take(first);
    this.#http = createServer((request, response) => void this.#answer(request, response));
  }

  /** Starts a server that ends with the test. */
  static async start(now: () => number): Promise<StandInServer> {
    const server = new StandInServer(now);
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve));
    server.#url = `http://127.0.0.1:${(server.#http.address() as AddressInfo).port}`;
    onTestFinished(() => server.stop());
    return server;
  }

  /** Goes off the network. */
  async stop(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  /** Its address. */
  get url(): string {
    return this.#url;
  }

  get key(): string {
    const rootFingerprint = createHash('sha256').update(this.#root).digest('hex');
    return formatInstallationKey({ url: this.#url, secret: 'secret', rootFingerprint });
  }

  get #root(): Uint8Array {
    return this.#files.get('1.root.json') ?? new Uint8Array();
  }

  /** Publishes these installers and prohibitions, and nothing else. */
  publish(installers: readonly OfferedInstaller[], prohibited: CatalogueContents['prohibited'][string] = []): void {
    for (const { entry, bytes } of installers) this.#installers.set(entry.path, bytes);
    const contents = this.#contents(installers, prohibited);
    this.#repository = this.#take(publishTargets(this.#repository, { ...this.#making(), contents }));
  }

  /** Publishes a root by which the key of those who approve counts no longer, and has another sign what stands. */
  revokeApprovals(): void {
    const key = newKey();
    this.#signers = [...this.#signers, key];
    const keys = { oldKey: sharedKeys.targets.publicKey, newKey: key.publicKey };
    this.#repository = this.#take(rotateKey(this.#repository, { ...this.#making(), role: 'targets', ...keys }));
  }

  /** The assignment of an update to one of the installers. */
  assign({ entry }: OfferedInstaller, change: Partial<NonNullable<Policy['assignment']>> = {}): void {
    const { version, productCode, upgradeCode, architecture } = entry.facts;
    const { path, sha256, size } = entry;
    this.policy = {
      ...this.policy,
      assignment: {
        updateId: 'up_1',
        target: { version, installerId: 'in_1', path, sha256, size, productCode, upgradeCode, architecture },
        requirement: 'optional',
        cutoffAt: null,
        startsAt: null,
        relaxedUntil: null,
        releaseNotes: null,
        deferral: null,
        ...change,
      },
    };
  }

  /** The code of a pass that ends at `until`. */
  pass(until: string): string {
    const scope = { workstationId: 'ws_1', productId: 'pr_1' };
    return signPass({ until, reason: 'a demonstration', ...scope, now: new Date(this.now()) }, this.director);
  }

  /** The states that were reported, in the order in which they came. */
  get reportedStates(): unknown[] {
    return this.reports.map(({ state }) => state);
  }

  #making(): Making {
    return { now: new Date(this.now()), signers: this.#signers, log: null };
  }

  #contents(
    installers: readonly OfferedInstaller[],
    prohibited: CatalogueContents['prohibited'][string],
  ): CatalogueContents {
    return {
      installers: installers.map(({ entry }) => entry),
      prohibited: { pr_1: prohibited },
      directorKeys: [this.director.publicKey],
    };
  }

  #take({ repository, files }: Publication): Repository {
    for (const [name, bytes] of files) this.#files.set(name, bytes);
    return repository;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    if (this.interfere(request, response)) return;
    // To the second, as HTTP has it (RFC 9110, 5.6.7).
    response.setHeader('date', new Date(this.now()).toUTCString());
    const writeHead = response.writeHead.bind(response);
    response.writeHead = ((...head: Parameters<typeof writeHead>) => {
      this.answered(request, response);
      return writeHead(...head);
    }) as typeof response.writeHead;
    const path = decodeURIComponent((request.url ?? '').slice(base.length));
    if (path.startsWith('/tuf/targets/installers/')) this.#sendInstaller(request, response, path.slice(13));
    else if (path.startsWith('/tuf/')) this.#sendMetadata(response, path.slice(5));
    else if (path === '/activate') this.#activate(response, JSON.parse(body) as Record<string, unknown>);
    else if (request.headers.authorization !== `Bearer ${this.token}`) refuse(response, 401, 'not-activated', 1005);
    else if (path === '/check') this.#check(response, JSON.parse(body) as Record<string, unknown>);
    else if (path === '/reports') this.#report(response, JSON.parse(body) as Told);
    else refuse(response, 404, 'not-found');
  }

  #activate(response: ServerResponse, body: Record<string, unknown>): void {
    this.activations.push(body);
    const root = Buffer.from(this.#root).toString('utf8');
    send(response, 201, { workstationId: 'ws_1', token: this.token, status: this.status, root });
  }

  #check(response: ServerResponse, body: Record<string, unknown>): void {
    this.checks.push(body);
    const policy: Policy = {
      protocol: 1,
      workstation: { id: 'ws_1', status: this.status },
      product: { id: 'pr_1', name: 'Contoso Agent', enforcement: 'enforce', unknownVersions: 'allow' },
      known: [],
      prohibited: [],
      assignment: null,
      pass: null,
      offline: { graceHours: 336, then: 'run' },
      log: { seq: this.checks.length, hash: 'a'.repeat(64) },
      issuedAt: new Date(this.now()).toISOString(),
      nonce: String(body.nonce),
      ...this.policy,
    };
    const verdict = { action: 'run', code: null, reason: 'no-update', target: null, cutoffAt: null, observed: null };
    send(response, 200, { policy: signPolicy(policy, this.director), verdict });
  }

  #report(response: ServerResponse, { reports, starts = [], alarms = [] }: Told): void {
    this.reports.push(...reports);
    this.starts.push(...starts);
    this.alarms.push(...alarms);
    send(response, 200, { accepted: [...reports, ...starts, ...alarms].map(({ id }) => id), rejected: [] });
  }

  #sendMetadata(response: ServerResponse, name: string): void {
    const bytes = this.#files.get(name);
    if (bytes === undefined) refuse(response, 404, 'not-found');
    else response.writeHead(200, { 'content-type': 'application/json' }).end(bytes);
  }

  #sendInstaller(request: IncomingMessage, response: ServerResponse, name: string): void {
    const path = name.replace(/[0-9a-f]{64}\.(?=[^/]+$)/, '');
    const bytes = this.#installers.get(path);
    const range = request.headers.range;
    this.downloads.push(`${path} ${range ?? ''}`.trim());
    if (bytes === undefined) refuse(response, 404, 'not-found');
    else sendBytes(request, response, bytes);
  }
}

/** Sends bytes as the server does: with an ETag, and from where `Range` says. */
export function sendBytes(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`;
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const isPart = from > 0 && request.headers['if-range'] === etag;
  const content = isPart ? bytes.subarray(from) : bytes;
  const range = isPart ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {};
  response.writeHead(isPart ? 206 : 200, { etag, 'content-length': content.length, ...range }).end(content);
}

/** Answers with a problem. */
export function refuse(response: ServerResponse, status: number, code: string, number?: number): void {
  const problem = {
    type: 'about:blank',
    title: code,
    status,
    detail: `It is ${code}`,
    code: code.includes('.') ? code : `workstation.${code}`,
    number,
  };
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}
