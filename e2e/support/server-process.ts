// The real server as its own process, started as `npm start` does, on a temporary data folder.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const startLimitMs = 60_000;

/** The first account of the server. */
export const owner = { email: 'owner@usher.example', password: 'a long enough password' } as const;

/** A server in a process of its own. Dispose of it: that ends the process and removes its data. */
export class ServerProcess implements AsyncDisposable {
  readonly #folder: string;
  readonly #publicUrl: string | null;
  #child: ChildProcess | null = null;
  #url = '';

  private constructor(folder: string, publicUrl: string | null) {
    this.#folder = folder;
    this.#publicUrl = publicUrl;
  }

  /**
   * Starts a server on a free port of the loopback address.
   * @param publicUrl where workstations reach it, where that is another address
   */
  static async start(publicUrl: string | null = null): Promise<ServerProcess> {
    const server = new ServerProcess(await mkdtemp(join(tmpdir(), 'usher-server-')), publicUrl);
    await server.start();
    return server;
  }

  /** The same after every start. */
  get url(): string {
    return this.#url;
  }

  /** Its disk: the data folder, the passphrase file beside it, and whatever commands are told to write. */
  get folder(): string {
    return this.#folder;
  }

  /** Runs one of the operator's commands beside the server, in its folder; answers what it says. Rejects where it fails. */
  async command(args: readonly string[], input = ''): Promise<string> {
    const running = promisify(execFile)(
      process.execPath,
      [join(root, 'packages', 'server', 'src', 'main.ts'), ...args],
      {
        cwd: this.#folder,
        env: { ...process.env, USHER_DATA: join(this.#folder, 'data') },
      },
    );
    running.child.stdin?.end(input);
    return (await running).stdout;
  }

  /**
   * Starts it again after `stop`, with the same data at the same address.
   * @param clockAheadMs how far its clock is ahead, in milliseconds
   */
  async start(clockAheadMs = 0): Promise<void> {
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
        ...(clockAheadMs === 0 ? {} : shiftedClock(clockAheadMs)),
        ...(this.#publicUrl === null ? {} : { USHER_PUBLIC_URL: this.#publicUrl }),
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

/** What has a process of Node run with its clock so far ahead. */
function shiftedClock(aheadMs: number): Record<string, string> {
  return {
    NODE_OPTIONS: `--import=${new URL('../linux/shifted-clock.mjs', import.meta.url).href}`,
    USHER_TEST_CLOCK_AHEAD_MS: String(aheadMs),
    USHER_TEST_UPTIME_AHEAD_MS: '0',
  };
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
