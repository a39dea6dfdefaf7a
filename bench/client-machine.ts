// A server of its own process with a published update, and a machine on which the built client is activated there.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { WireClient } from '@usher/testkit';

const root = fileURLToPath(new URL('..', import.meta.url));
const account = { email: 'bench@usher.example', password: 'correct horse battery staple' };
const run = promisify(execFile);

/** The client's executable for Linux, which `buildClient` makes. */
export const clientProgram = join(root, 'dist', 'client', 'usher-client');

/** The client's executable for Windows. */
export const windowsProgram = join(root, 'dist', 'client', 'usher-client.exe');

/** Makes the executables, unless they are up to date. */
export async function buildClient(): Promise<void> {
  await run(process.execPath, [join(root, 'scripts', 'run.mjs'), join(root, 'scripts', 'build-client.ts')]);
}

/** A server and one machine; dispose of it when it is over. */
export class ClientMachine implements AsyncDisposable {
  readonly folder: string;
  #server: ChildProcess | null = null;
  #url = '';
  #admin: WireClient | null = null;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<ClientMachine> {
    const machine = new ClientMachine(await mkdtemp(join(tmpdir(), 'usher-bench-client-')));
    await machine.startServer();
    machine.#admin = await new WireClient(machine.#url).signIn(account.email, account.password);
    await mkdir(machine.state, { recursive: true });
    const { key } = await machine.admin.call<{ key: string }>('POST', '/installation-keys', {
      label: 'Bench',
      autoAuthorize: true,
    });
    await machine.client(['activate', '--key', key, '--unpack-into', join(machine.folder, 'applications')]);
    return machine;
  }

  get admin(): WireClient {
    if (this.#admin === null) throw new Error('The server was not started.');
    return this.#admin;
  }

  get url(): string {
    return this.#url;
  }

  get state(): string {
    return join(this.folder, 'state');
  }

  /** Starts the server, after `stopServer` at the same address. */
  async startServer(): Promise<void> {
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

  async stopServer(): Promise<void> {
    const child = this.#server;
    this.#server = null;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
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

  /** Runs the client to its end. Rejects where it fails. */
  async client(args: readonly string[]): Promise<void> {
    await run(clientProgram, ['--state', this.state, ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopServer();
    await rm(this.folder, { recursive: true, force: true });
  }
}
