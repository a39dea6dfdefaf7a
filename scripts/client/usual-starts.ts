// Three starts as they happen every day, at a server of their own, for whoever wants to know what a start runs.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Policy } from '../../packages/core/src/index.ts';
import {
  createRepository,
  formatInstallationKey,
  generateSigningKey,
  signPolicy,
  type Publication,
} from '../../packages/trust/src/index.ts';

const run = promisify(execFile);
const longestMs = 20_000;
const pollMs = 20;
const base = '/api/v1/workstation';
const upgradeCode = '{00000000-0000-4000-8000-000000000001}';
const product = { id: 'pr_1', name: 'Example', upgradeCode, enforcement: 'enforce', unknownVersions: 'allow' } as const;
/** Nothing listens there: reserved, and refused at once. */
const refusing = 'http://127.0.0.1:1';
/** Where the machine has an engine of its own, every start asks that one: it is left alone. */
const machineEngine = '/var/lib/usher-client/public/engine.json';

/** Only what a program needs to be found: the starts are the same wherever they are made. */
const environment = { PATH: process.env.PATH, LANG: 'C.UTF-8' };

const newKey = () => generateSigningKey((length) => randomBytes(length));

/** A server that has nothing to install, and lets every version start. */
class ContentServer {
  readonly #director = newKey();
  readonly #files: Publication['files'];
  readonly #http: Server;

  constructor() {
    const signer = newKey();
    const role = { publicKeys: [signer.publicKey], threshold: 1 };
    const { files } = createRepository({
      now: new Date(),
      signers: [signer],
      log: null,
      roles: { root: role, targets: role, snapshot: role, timestamp: role },
      contents: { installers: [], prohibited: {}, directorKeys: [this.#director.publicKey] },
    });
    this.#files = files;
    this.#http = createServer((request, response) => void this.#answer(request, response));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
  }

  close(): void {
    this.#http.close();
    this.#http.closeAllConnections();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  get installationKey(): string {
    const rootFingerprint = createHash('sha256').update(this.#file('1.root.json')).digest('hex');
    return formatInstallationKey({ url: this.url, secret: 'secret', rootFingerprint });
  }

  #file(name: string): Buffer {
    const bytes = this.#files.get(name);
    if (bytes === undefined) throw new Error(`there is no ${name}`);
    return Buffer.from(bytes);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const part of request) body += String(part);
    const path = (request.url ?? '').slice(base.length);
    const answer = (status: number, value: unknown) => response.writeHead(status).end(JSON.stringify(value));
    if (path === '/activate') {
      const root = this.#file('1.root.json').toString('utf8');
      answer(201, { workstationId: 'ws_1', token: 'wt_0123456789abcdef0123456789abcdef', status: 'authorized', root });
    } else if (path === '/check') answer(200, this.#policy((JSON.parse(body) as { nonce: string }).nonce));
    else if (path === '/reports') answer(200, { accepted: [], rejected: [] });
    else if (this.#files.has(path.slice('/tuf/'.length))) response.writeHead(200).end(this.#file(path.slice(5)));
    else response.writeHead(404).end();
  }

  #policy(nonce: string) {
    const policy: Policy = {
      protocol: 1,
      workstation: { id: 'ws_1', status: 'authorized' },
      product,
      known: [],
      prohibited: [],
      assignment: null,
      pass: null,
      offline: { graceHours: 336, then: 'run' },
      log: { seq: 1, hash: '0'.repeat(64) },
      issuedAt: new Date().toISOString(),
      nonce,
    };
    const verdict = { action: 'run', code: null, reason: 'no-update', target: null, cutoffAt: null, observed: null };
    return { policy: signPolicy(policy, this.#director), verdict };
  }
}

/** Workstations on which an application is installed, to be started; dispose of them when it is over. */
export class UsualStarts implements AsyncDisposable {
  /** What the client is called with, one start after the other. */
  readonly commandLines: readonly (readonly string[])[];
  readonly #server: ContentServer;
  readonly #engine: ChildProcess | null;

  private constructor(server: ContentServer, engine: ChildProcess | null, states: readonly string[]) {
    this.#server = server;
    this.#engine = engine;
    const starts = states.map((state) => ['--state', state, 'start', '--ui', 'none', '--', 'true']);
    this.commandLines = engine === null ? [['--version']] : starts;
  }

  /** @param client the command line of a client, with these arguments */
  static async prepare(
    folder: string,
    client: (args: readonly string[]) => readonly [string, ...string[]],
  ): Promise<UsualStarts> {
    const server = new ContentServer();
    if (existsSync(machineEngine)) return new UsualStarts(server, null, []);
    await server.listen();
    const state = (name: string) => join(folder, name);
    const [online, offline, served] = [state('online'), state('offline'), state('served')];
    const applications = join(folder, 'applications');
    const call = async (args: readonly string[]) => {
      const [program, ...rest] = client(args);
      await run(program, rest, { env: environment, timeout: longestMs });
    };
    await mkdir(online, { recursive: true });
    await call(['--state', online, 'activate', '--key', server.installationKey, '--unpack-into', applications]);
    const installed = {
      productCode: upgradeCode,
      upgradeCode,
      version: '1.0.0',
      name: 'Example',
      folder: applications,
    };
    await writeFile(join(online, 'installed.json'), JSON.stringify({ products: [installed] }));
    await call(['--state', online, 'check']);
    await cp(online, served, { recursive: true });
    await cp(online, offline, { recursive: true });
    for (const name of ['identity.json', 'identity.copy.json']) {
      const text = await readFile(join(offline, name), 'utf8');
      await writeFile(join(offline, name), text.replaceAll(server.url, refusing));
    }
    const [program, ...rest] = client(['--state', served, 'service', 'run']);
    const engine = spawn(program, rest, { env: environment, stdio: 'ignore' });
    const starts = new UsualStarts(server, engine, [online, offline, served]);
    for (let waited = 0; !existsSync(join(served, 'public', 'engine.json')); waited += pollMs) {
      if (engine.exitCode === null && waited < longestMs) await delay(pollMs);
      else {
        await starts[Symbol.asyncDispose]();
        throw new Error('the engine did not begin to listen');
      }
    }
    return starts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const engine = this.#engine;
    if (engine !== null && engine.exitCode === null) {
      const ended = new Promise((resolve) => engine.once('exit', resolve));
      engine.kill('SIGTERM');
      await ended;
    }
    this.#server.close();
  }
}
