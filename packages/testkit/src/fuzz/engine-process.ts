// The machine's engine as a process of its own, for hostile callers to hit: where it listens, and what any local user can read.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../client/src/main.ts', import.meta.url));
const startLimitMs = 60_000;

/** An engine that runs, of a machine that is no workstation yet. Dispose of it: that ends it and removes its state. */
export class EngineProcess implements AsyncDisposable {
  /** The path of its socket. */
  readonly address: string;
  /** Ed25519, base64url: what it signs its answers with. */
  readonly publicKey: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string, marker: { address: string; publicKey: string }) {
    this.#child = child;
    this.#folder = folder;
    this.address = marker.address;
    this.publicKey = marker.publicKey;
  }

  /** Rejects where it does not listen after a while. */
  static async start(): Promise<EngineProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'usher-engine-'));
    const child = spawn(process.execPath, [program, '--state', folder, 'service', 'run'], { stdio: 'ignore' });
    const marker = join(folder, 'public', 'engine.json');
    try {
      const end = performance.now() + startLimitMs;
      while (!existsSync(marker)) {
        if (child.exitCode !== null || performance.now() > end) throw new Error('The engine does not listen.');
        await delay(20);
      }
      const said = JSON.parse(await readFile(marker, 'utf8')) as { address: string; publicKey: string };
      return new EngineProcess(child, folder, said);
    } catch (error) {
      child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** What callers prove with that they are local. */
  async secret(): Promise<Buffer> {
    return Buffer.from(await readFile(join(this.#folder, 'public', 'secret'), 'utf8'), 'base64url');
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The memory that it takes, in bytes. */
  async memory(): Promise<number> {
    const status = await readFile(`/proc/${String(this.#child.pid)}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  /** The end of its log. */
  async log(): Promise<string> {
    return (await readFile(join(this.#folder, 'logs', 'client.log'), 'utf8')).slice(-2_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isRunning) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
