// The client as a process of its own, from one file that is bundled once for a test file, at a stand-in server.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { machineClock } from '../clock.ts';
import { KeptFolder } from './kept-state.ts';
import { contoso, StandInServer } from './stand-in-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
/** CommonJS that was bundled into a module asks for this. */
const banner = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** How a process ended; null where a signal ended it. */
export interface ProcessEnd {
  readonly status: number | null;
  readonly printed: string;
  readonly told: string;
}

/** Bundles the client before the tests of a file. Gives where its program lies then. */
export function bundledClient(): { readonly path: string } {
  const bundle = { path: '' };
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-client-bundle-'));
    bundle.path = join(folder, 'client.mjs');
    await promisify(execFile)(join(root, 'node_modules', '.bin', 'esbuild'), [
      join(root, 'packages', 'client', 'src', 'main.ts'),
      ...['--bundle', '--platform=node', '--format=esm', '--log-level=error'],
      ...[`--outfile=${bundle.path}`, `--banner:js=${banner}`],
    ]);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return bundle;
}

/** A workstation that was activated, and has 3.22.1 installed, by processes of the client. */
export class ProcessWorkstation {
  readonly server: StandInServer;
  readonly folder: string;
  readonly #program: string;

  private constructor(server: StandInServer, folder: string, program: string) {
    this.server = server;
    this.folder = folder;
    this.#program = program;
  }

  static async create(program: string): Promise<ProcessWorkstation> {
    const server = await StandInServer.start(() => machineClock.now());
    const workstation = new ProcessWorkstation(server, await temporaryFolder(), program);
    const old = contoso('3.22.1');
    server.publish([old, contoso('3.23.0')]);
    server.assign(old, { requirement: 'mandatory', updateId: 'up_0' });
    await workstation.succeed(['activate', '--key', server.key, '--unpack-into', workstation.applications]);
    await workstation.succeed(['update', '--yes']);
    server.assign(contoso('3.23.0'));
    workstation.forget();
    return workstation;
  }

  get state(): string {
    return join(this.folder, 'state');
  }

  get applications(): string {
    return join(this.folder, 'applications');
  }

  /** The command line of a start, of an application that ends with 9 where its files are there. */
  start(answer: 'now' | 'later'): readonly string[] {
    const code = contoso('3.22.1').entry.facts.upgradeCode.replace(/[{}]/g, '').toLowerCase();
    const script = `test -n "$(find '${join(this.applications, code)}' -type f)" && exit 9`;
    return ['start', '--ui', 'none', '--answer', answer, '--', '/bin/sh', '-c', script];
  }

  /** Forgets what the server was told and asked. */
  forget(): void {
    const { reports, starts, checks, downloads } = this.server;
    for (const list of [reports, starts, checks, downloads]) list.length = 0;
  }

  /** The command line of a client that works on this machine's state. */
  command(args: readonly string[]): readonly [string, ...string[]] {
    return [process.execPath, this.#program, '--state', this.state, ...args];
  }

  /** Starts a client; the caller sees to its end. */
  spawn(args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<ProcessEnd> } {
    const [program, ...rest] = this.command(args);
    const child = spawn(program, rest, { env: { PATH: process.env.PATH, LANG: 'C.UTF-8' }, stdio: 'pipe' });
    const said = { printed: '', told: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.printed += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.told += text));
    child.stdin.end();
    const ended = new Promise<ProcessEnd>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status) => resolve({ status, ...said }));
    });
    return { child, ended };
  }

  /** Starts an engine, which is killed when the test ends. It can be asked when this resolves. */
  async serve(): Promise<ReturnType<ProcessWorkstation['spawn']>> {
    const engine = this.spawn(['service', 'run']);
    onTestFinished(() => void engine.child.kill('SIGKILL'));
    const ready = new Promise<void>((resolve) => {
      engine.child.stdout?.on('data', (text: string) => {
        if (text.includes('is ready')) resolve();
      });
    });
    const failed = engine.ended.then(({ status, told }) => {
      throw new Error(`The engine ended with ${String(status)}: ${told}`);
    });
    await Promise.race([ready, failed]);
    return engine;
  }

  run(args: readonly string[]): Promise<ProcessEnd> {
    return this.spawn(args).ended;
  }

  async succeed(args: readonly string[]): Promise<void> {
    const { status, told } = await this.run(args);
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${String(status)}: ${told}`);
  }

  /** What is installed. */
  async version(): Promise<string> {
    const { printed, told } = await this.run(['status', '--json']);
    if (printed === '') throw new Error(told);
    return String((JSON.parse(printed) as { installedVersion?: string }).installedVersion);
  }

  keep(): Promise<KeptFolder> {
    return KeptFolder.of(this.folder);
  }
}

/** What was told as two things though it was one: the end of an attempt. Reports count by their ids. */
export function toldTwice(reports: readonly Record<string, unknown>[]): readonly string[] {
  const once = [...new Map(reports.map((report) => [report.id, report])).values()];
  const ends = once.filter(({ state }) => state === 'installed' || state === 'failed' || state === 'rolled-back');
  const names = ends.map(({ updateId, state, attempt }) => [updateId, state, attempt].map(String).join(' '));
  return names.filter((name, index) => names.indexOf(name) !== index);
}
