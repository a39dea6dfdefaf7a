// A Linux machine with the client on it, run by Node as a process of its own, which unpacks installers into a folder.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientProgram } from '../support/built-client.ts';

/** How a command ended, and what it said. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A workstation. Dispose of it: that removes its folder. */
export class LinuxWorkstation implements AsyncDisposable {
  readonly folder: string;
  readonly #timeZone: string;

  private constructor(folder: string, timeZone: string) {
    this.folder = folder;
    this.#timeZone = timeZone;
  }

  static async create(timeZone = 'UTC'): Promise<LinuxWorkstation> {
    return new LinuxWorkstation(await mkdtemp(join(tmpdir(), 'usher-workstation-')), timeZone);
  }

  /** What installers are unpacked into. */
  get applications(): string {
    return join(this.folder, 'applications');
  }

  /** Runs `usher-client` with these arguments; `input` is what a person types, a line each. */
  client(args: readonly string[], input: readonly string[] = []): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [clientProgram, '--state', join(this.folder, 'state'), ...args], {
        env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: this.#timeZone },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const said = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
      }
      child.on('error', reject);
      child.on('close', (exitCode) => resolve({ exitCode, ...said }));
      child.stdin.end(input.map((line) => `${line}\n`).join(''));
    });
  }

  /** Where the installed product's file lies. */
  pathOf(upgradeCode: string, productFolder: string, file: string): string {
    return join(this.applications, upgradeCode.replace(/[{}]/g, '').toLowerCase(), productFolder, file);
  }

  /** The text of a file; null where it does not exist. */
  async readText(path: string): Promise<string | null> {
    return await readFile(path, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
