// A server for the starts of the build: it has nothing to install, and lets every version start.
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Policy } from '../../packages/core/src/index.ts';
import {
  createRepository,
  formatInstallationKey,
  generateSigningKey,
  signPolicy,
  type Publication,
} from '../../packages/trust/src/index.ts';

const base = '/api/v1/workstation';

/** The product that it knows. */
export const contentProduct = {
  id: 'pr_1',
  name: 'Example',
  upgradeCode: '{00000000-0000-4000-8000-000000000001}',
  enforcement: 'enforce',
  unknownVersions: 'allow',
} as const;

const newKey = () => generateSigningKey((length) => randomBytes(length));

/** The server. Close it when it is over. */
export class ContentServer {
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
      product: contentProduct,
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
