// A Linux machine with the client on it, run by Node as a process of its own, which unpacks installers into a folder.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { InstallerRecipe } from '@usher/testkit';
import { clientProgram } from '../support/built-client.ts';
import { onSmallDisk } from '../support/small-disk.ts';

/** How a command ended, and what it said. */
export interface CommandResult {
  /** Null where it was killed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface CommandOptions {
  /** What a person types, a line each. */
  readonly input?: readonly string[];
  /** Variables besides the machine's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Arguments of Node, before the program's. */
  readonly node?: readonly string[];
  /** The account that runs it; that of the tests where it is left out. */
  readonly account?: { readonly uid?: number; readonly gid?: number };
  /** The size of a disk (`8m`) that the client's state is on for this one command. What is written there is gone after it. */
  readonly disk?: string;
}

/** A command that runs. */
export interface RunningCommand {
  readonly ended: Promise<CommandResult>;
  /** Ends it at once, with everything that it has started: as a loss of power does. */
  kill(): void;
}

const machineEngine = '/var/lib/usher-client/public/engine.json';

/** A workstation. Dispose of it: that ends its engine and removes its folder. */
export class LinuxWorkstation implements AsyncDisposable {
  readonly folder: string;
  readonly #timeZone: string;
  #engine: ChildProcess | null = null;

  private constructor(folder: string, timeZone: string) {
    this.folder = folder;
    this.#timeZone = timeZone;
  }

  /** @throws Error where the machine of the tests has an engine of its own, which every client there would ask */
  static async create(timeZone = 'UTC'): Promise<LinuxWorkstation> {
    if (existsSync(machineEngine)) {
      throw new Error(
        `This machine has an Usher engine of its own (${machineEngine}), and no --state leads a client past that. ` +
          'Remove it for these tests: usher-client service remove. Where only files of it were left: rm -r /var/lib/usher-client.',
      );
    }
    const folder = await mkdtemp(join(tmpdir(), 'usher-workstation-'));
    // Also for the accounts of people.
    await chmod(folder, 0o755);
    return new LinuxWorkstation(folder, timeZone);
  }

  /** What installers are unpacked into. */
  get applications(): string {
    return join(this.folder, 'applications');
  }

  /** The client's own folder. */
  get state(): string {
    return join(this.folder, 'state');
  }

  /** Makes a workstation of it. @throws Error where it does not become one */
  async activate(key: string): Promise<void> {
    const { exitCode, stderr } = await this.client(['activate', '--key', key, '--unpack-into', this.applications]);
    if (exitCode !== 0 || stderr !== '') throw new Error(`The activation ended with ${String(exitCode)}: ${stderr}`);
  }

  /** Runs `usher-client` with these arguments to its end. */
  client(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return this.begin(args, options).ended;
  }

  /** Starts `usher-client` with these arguments. */
  begin(args: readonly string[], options: CommandOptions = {}): RunningCommand {
    const { input = [], environment = {}, node = [], account = {}, disk } = options;
    const command = [process.execPath, ...node, clientProgram, '--state', this.state, ...args];
    const [program = '', ...rest] = disk === undefined ? command : [...onSmallDisk(this.state, disk), ...command];
    const child = spawn(program, rest, {
      env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: this.#timeZone, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own, which can be killed as one.
      detached: true,
      ...account,
    });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
    }
    child.stdin.end(input.map((line) => `${line}\n`).join(''));
    const ended = new Promise<CommandResult>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode) => resolve({ exitCode, ...said }));
    });
    return { ended, kill: () => void process.kill(-(child.pid ?? 0), 'SIGKILL') };
  }

  /** Starts the machine's engine, and waits until it listens: it writes where it does when it does. */
  async startEngine(): Promise<ChildProcess> {
    const marker = join(this.state, 'public', 'engine.json');
    await rm(marker, { force: true });
    const engine = spawn(process.execPath, [clientProgram, '--state', this.state, 'service', 'run'], {
      stdio: 'ignore',
    });
    this.#engine = engine;
    while (!existsSync(marker)) {
      if (engine.exitCode !== null) throw new Error(`The engine ended with ${engine.exitCode}.`);
      await delay(50);
    }
    return engine;
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
    this.#engine?.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** An application that says which version it is, and `says` (for the shell) after that, and ends with 9. */
export function shellApplication(version: string, says = '$*'): InstallerRecipe {
  return {
    version,
    files: [
      { name: 'agent', content: `#!/bin/sh\necho "$(cat "$(dirname "$0")/version.txt") ${says}"\nexit 9\n` },
      { name: 'version.txt', content: version },
    ],
  };
}
