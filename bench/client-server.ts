// A server of its own process, for the benches of the client: with an administrator, and an update as one is published.
import { spawn, type ChildProcess } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WireClient } from '@usher/testkit';

const root = fileURLToPath(new URL('..', import.meta.url));
const account = { email: 'bench@usher.example', password: 'correct horse battery staple' };

/** The server, with a folder for it and its clients; dispose of it when it is over. */
export class ClientServer implements AsyncDisposable {
  readonly folder: string;
  #server: ChildProcess | null = null;
  #url = '';
  #admin: WireClient | null = null;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<ClientServer> {
    const server = new ClientServer(await mkdtemp(join(tmpdir(), 'usher-bench-client-')));
    await server.start();
    server.#admin = await new WireClient(server.#url).signIn(account.email, account.password);
    return server;
  }

  get admin(): WireClient {
    if (this.#admin === null) throw new Error('The server was not started.');
    return this.#admin;
  }

  get url(): string {
    return this.#url;
  }

  /** Starts it, after `stop` at the same address. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [join(root, 'packages', 'server', 'src', 'main.ts'), 'serve'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        USHER_DATA: join(this.folder, 'data'),
        USHER_PORT: this.#url === '' ? '0' : new URL(this.#url).port,
        USHER_ADMIN_EMAIL: account.email,
        USHER_ADMIN_PASSWORD: account.password,
        USHER_LOG_LEVEL: 'warn',
      },
    });
    this.#server = child;
    this.#url = await new Promise((resolve, reject) => {
      let said = '';
      child.once('exit', (status) => reject(new Error(`The server ended with ${String(status)}.`)));
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8');
        const url = /^usher is ready at (\S+)$/m.exec(said)?.[1];
        if (url !== undefined) resolve(url);
      });
    });
  }

  async stop(): Promise<void> {
    const child = this.#server;
    this.#server = null;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  /** A new installation key; workstations that come with it are authorized at once. */
  async installationKey(): Promise<string> {
    const wish = { label: 'Bench', autoAuthorize: true };
    return (await this.admin.call<{ key: string }>('POST', '/installation-keys', wish)).key;
  }

  /** Uploads, approves and assigns an installer; gives its path in the catalogue. */
  async assign(path: string, requirement: 'mandatory' | 'optional'): Promise<string> {
    const form = new FormData();
    form.set('file', await openAsBlob(path), basename(path));
    interface Uploaded {
      readonly id: string;
      readonly version: string;
      readonly sha256: string;
      readonly product: { readonly id: string };
    }
    const { id, version, sha256, product } = await this.admin.call<Uploaded>('POST', '/installers', form);
    await this.admin.call('POST', `/installers/${id}/approve`, { acknowledged: true });
    const wish = { product: product.id, version, requirement };
    const update = await this.admin.call<{ id: string }>('POST', '/updates', wish);
    await this.admin.call('POST', `/updates/${update.id}/workstations`, { all: true });
    await this.admin.call('POST', `/updates/${update.id}/start`, {});
    return `installers/${product.id}/${version}/${sha256}.x64-1033.msi`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
