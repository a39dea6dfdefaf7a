// Runs the client's conformance executable as a process of its own, and looks at what it keeps.
import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ServedRepository } from './tuf-server.ts';

/** The executable that answers the suite's command line. */
const executable = fileURLToPath(new URL('../../../client/bin/tuf-conformance', import.meta.url));

/** What a command came to; `code` and `error` say why it failed. */
export interface ConformanceOutcome {
  readonly status: number;
  /** The product's code for the refusal; null where it has none. */
  readonly code?: string | null;
  readonly error?: string;
}

type Run = (args: readonly string[]) => Promise<ConformanceOutcome>;

/** Runs a command in a process of its own, as the suite does. */
export const runAlone: Run = (args) =>
  new Promise((resolve, reject) => {
    execFile(executable, args, (error, _stdout, stderr) => {
      const status = error === null ? 0 : error.code;
      const [code, said] = stderr.split(': ', 2);
      if (status === 0) resolve({ status });
      else if (typeof status === 'number') resolve({ status, code: code ?? null, error: said ?? stderr });
      else reject(new Error('The conformance client did not end by itself', { cause: error }));
    });
  });

/** A process that runs many commands, one after another. */
export class ConformanceProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting: { resolve: (outcome: ConformanceOutcome) => void; reject: (error: Error) => void }[] = [];
  readonly #ended: Promise<void>;

  constructor() {
    this.#child = spawn(executable, ['batch'], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#waiting.shift()?.resolve(JSON.parse(line) as ConformanceOutcome);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('exit', (code, signal) => {
        for (const { reject } of this.#waiting.splice(0)) {
          reject(new Error(`The conformance client ended with ${code ?? signal ?? 'nothing'}`));
        }
        resolve();
      });
    });
  }

  readonly run: Run = (args) =>
    new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${JSON.stringify(args)}\n`);
    });

  async close(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }
}

/** A client with folders of its own that follows one repository. */
export class ConformanceClient {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'usher-tuf-'));
  readonly #repository: ServedRepository;
  readonly #run: Run;

  constructor(repository: ServedRepository, run: Run) {
    this.#repository = repository;
    this.#run = run;
  }

  get metadataFolder(): string {
    return join(this.folder, 'metadata');
  }

  get targetsFolder(): string {
    return join(this.folder, 'targets');
  }

  /** Trusts a root: the repository's first, unless told otherwise. */
  async init(root: Buffer = this.#repository.simulator.fileAt('root', 1)): Promise<ConformanceOutcome> {
    await mkdir(this.metadataFolder, { recursive: true });
    await mkdir(this.targetsFolder, { recursive: true });
    const path = join(this.folder, 'initial_root.json');
    await writeFile(path, root);
    return this.#run(['--metadata-dir', this.metadataFolder, 'init', path]);
  }

  refresh(): Promise<ConformanceOutcome> {
    return this.#run([...this.#places, 'refresh']);
  }

  download(name: string): Promise<ConformanceOutcome> {
    const { targetsUrl } = this.#repository;
    const target = ['--target-name', name, '--target-base-url', targetsUrl, '--target-dir', this.targetsFolder];
    return this.#run([...this.#places, ...target, 'download']);
  }

  get #places(): string[] {
    return ['--metadata-dir', this.metadataFolder, '--metadata-url', this.#repository.metadataUrl];
  }

  /** The file that is trusted for a role; null where there is none. */
  async trusted(role: string): Promise<Buffer | null> {
    const names = await readdir(this.metadataFolder);
    return names.includes(`${role}.json`) ? readFile(join(this.metadataFolder, `${role}.json`)) : null;
  }

  /** The versions of what is trusted, by the names of the files. */
  async versions(): Promise<Record<string, number>> {
    const versions: Record<string, number> = {};
    for (const name of (await readdir(this.metadataFolder)).sort()) {
      const text = await readFile(join(this.metadataFolder, name), 'utf8');
      versions[name.replace(/\.json$/, '')] = (JSON.parse(text) as { signed: { version: number } }).signed.version;
    }
    return versions;
  }

  /** Puts a file among the trusted ones, as if an earlier run had left it. */
  plant(role: string, bytes: Buffer): Promise<void> {
    return writeFile(join(this.metadataFolder, `${role}.json`), bytes);
  }

  /** The contents of everything that was downloaded, in the order of the files' names. */
  async downloaded(): Promise<string[]> {
    const names = (await readdir(this.targetsFolder)).sort();
    return Promise.all(names.map((name) => readFile(join(this.targetsFolder, name), 'utf8')));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
