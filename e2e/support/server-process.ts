// The real server as its own process, started as `npm start` does, on a temporary data folder.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const startLimitMs = 60_000;

/** The first account of the server. */
export const owner = { email: 'owner@usher.example', password: 'a long enough password' } as const;

/** A server in a process of its own. Dispose of it: that ends the process and removes its data. */
export class ServerProcess implements AsyncDisposable {
  readonly #folder: string;
  #child: ChildProcess | null = null;
  #url = '';

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts a server on a free port of the loopback address. */
  static async start(): Promise<ServerProcess> {
    const server = new ServerProcess(await mkdtemp(join(tmpdir(), 'usher-server-')));
    await server.start();
    return server;
  }

  /** The same after every start. */
  get url(): string {
    return this.#url;
  }

  /** Starts it again after `stop`, with the same data at the same address. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [join(root, 'scripts', 'start.mjs')], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        USHER_DATA: join(this.#folder, 'data'),
        USHER_PORT: this.#url === '' ? '0' : new URL(this.#url).port,
        USHER_ADMIN_EMAIL: owner.email,
        USHER_ADMIN_PASSWORD: owner.password,
        USHER_LOG_LEVEL: 'warn',
      },
    });
    this.#child = child;
    this.#url = await readyUrl(child);
  }

  /** Tells it to end, and waits for that. @throws where it does not end in order */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const status = await ended;
    if (status !== 0) throw new Error(`The server ended with ${String(status)}.`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The address in the line that says that the server answers. */
function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (why: string) => {
      child.kill('SIGKILL');
      reject(new Error(`The server did not start: ${why}\n${said}`));
    };
    const timer = setTimeout(() => fail('it took too long'), startLimitMs);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (status) => fail(`it ended with ${String(status)}`));
    const listen = (chunk: Buffer) => {
      said += chunk.toString('utf8');
      const url = /^usher is ready at (\S+)$/m.exec(said)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolve(url);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
  });
}
