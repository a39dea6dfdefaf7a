// A Windows of its own for a test: a fresh Wine prefix in which programs run, whose registry and files can be read.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseRegistryText, type RegistryKeys, type RegistryValue } from './registry-text.ts';
import { endWineServer, makeWinePrefix, wineEnvironment } from './wine-template.ts';

/** What became of a Windows program. */
export interface WineResult {
  /** Whole, as Windows has it: 1603 is 1603. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a Windows program is run. */
export interface WineRunOptions {
  /** Variables besides Wine's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What the program reads as its standard input. Default: nothing. */
  readonly input?: string;
  /** A Linux path. Default: the prefix's drive C. */
  readonly cwd?: string;
  /** A Linux command that starts the whole (a namespace of its own, say), without the program. Default: none. */
  readonly within?: readonly string[];
  /** After this every program of the prefix is ended, and the run fails. Default 120,000. */
  readonly timeoutMs?: number;
}

/** A program that runs in the background. */
export interface WineProcess {
  /** Its outputs so far. */
  output(): Promise<{ readonly stdout: string; readonly stderr: string }>;
  /** Settles when it has ended. Every program of the prefix ends with the prefix. */
  readonly ended: Promise<WineResult>;
}

/** Debian's command that starts a Windows program. */
const wineLoader = 'wine';

const exitStatusProgram = fileURLToPath(new URL('../../testdata/programs/exit-status.exe', import.meta.url));

/** A 64-bit Windows 10 under Wine. Dispose of it: that ends its programs and removes its files. */
export class WinePrefix implements AsyncDisposable {
  /** The prefix's folder, a Linux path. */
  readonly folder: string;
  readonly #runs: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#runs = join(folder, 'runs');
  }

  /** Makes a fresh prefix: ten seconds for the first on a machine, a fraction of one after that. @throws {ToolError} */
  static async create(): Promise<WinePrefix> {
    const prefix = new WinePrefix(await makeWinePrefix());
    await mkdir(prefix.#runs);
    return prefix;
  }

  /**
   * Starts `program`: a Windows path, a name that Windows finds (`msiexec.exe`), or a Linux path. Its outputs go to
   * files: Node under Wine cannot write to a pipe.
   */
  async start(program: string, args: readonly string[], options: WineRunOptions = {}): Promise<WineProcess> {
    const folder = await mkdtemp(join(this.#runs, 'run-'));
    const inFolder = (name: string) => join(folder, name);
    const [out, err, status] = [inFolder('stdout'), inFolder('stderr'), inFolder('status')];
    await writeFile(inFolder('stdin'), options.input ?? '');
    const named = program.startsWith('/') ? this.windowsPath(program) : program;
    const [inFile, outFile, errFile] = [openSync(inFolder('stdin'), 'r'), openSync(out, 'w'), openSync(err, 'w')];
    const command = [wineLoader, exitStatusProgram, this.windowsPath(status), named, ...args];
    const [first = wineLoader, ...rest] = [...(options.within ?? []), ...command];
    const child = spawn(first, rest, {
      cwd: options.cwd ?? join(this.folder, 'drive_c'),
      env: { ...wineEnvironment(this.folder), ...options.environment },
      stdio: [inFile, outFile, errFile],
    });
    for (const file of [inFile, outFile, errFile]) closeSync(file);
    const output = async () => ({ stdout: await readFile(out, 'utf8'), stderr: await readFile(err, 'utf8') });
    const ended = new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', () => resolve());
    }).then(async (): Promise<WineResult> => {
      const said = await readFile(status, 'utf8').catch(() => 'killed');
      if (!/^\d+$/.test(said)) throw new Error(`${program} under Wine: ${said}\n${(await output()).stderr}`.trim());
      return { exitCode: Number(said), ...(await output()) };
    });
    return { output, ended };
  }

  /** Runs `program` (as for `start`) to its end. @throws {Error} where it cannot be started or takes too long */
  async run(program: string, args: readonly string[] = [], options: WineRunOptions = {}): Promise<WineResult> {
    const limit = options.timeoutMs ?? 120_000;
    const { ended } = await this.start(program, args, options);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), limit);
    });
    const result = await Promise.race([ended, late]).finally(() => clearTimeout(timer));
    if (result !== 'late') return result;
    await endWineServer(this.folder);
    await ended.catch(() => undefined);
    throw new Error(`${program} ${args.join(' ')} had not ended after ${limit} ms`);
  }

  /** Ends every program at once, as a loss of power does; the registry and the files stay as they are at that moment. */
  async cutPower(): Promise<void> {
    await endWineServer(this.folder);
  }

  /** All keys at and below `key` (`HKLM\Software\…`), empty where it does not exist. `view` 32 is that of 32-bit programs. */
  async readRegistry(key: string, view: 64 | 32 = 64): Promise<RegistryKeys> {
    const file = join(await mkdtemp(join(this.#runs, 'registry-')), 'export.reg');
    const { exitCode } = await this.run('reg.exe', ['export', key, this.windowsPath(file), '/y', `/reg:${view}`]);
    return exitCode === 0 ? parseRegistryText(await readFile(file, 'utf16le')) : new Map();
  }

  /** One value (the default one with the name ''), or undefined where it does not exist. */
  async registryValue(key: string, name: string, view: 64 | 32 = 64): Promise<RegistryValue | undefined> {
    const [values] = (await this.readRegistry(key, view)).values();
    return values?.get(name);
  }

  /** Where Linux finds `C:\…` or `Z:\…`. The names must be written as they are on the disk. */
  linuxPath(windowsPath: string): string {
    const match = /^([cz]):[\\/]?(.*)$/is.exec(windowsPath);
    if (match === null) throw new Error(`not a path on drive C or Z: ${windowsPath}`);
    const rest = (match[2] ?? '').replaceAll('\\', '/');
    return match[1]?.toLowerCase() === 'c' ? join(this.folder, 'drive_c', rest) : join('/', rest);
  }

  /** Where Windows finds an absolute Linux path: on drive C where it is in the prefix, else on drive Z. */
  windowsPath(linuxPath: string): string {
    const onC = relative(join(this.folder, 'drive_c'), linuxPath);
    const inside = !onC.startsWith('..');
    return inside ? `C:\\${onC.replaceAll(sep, '\\')}` : `Z:${linuxPath.replaceAll(sep, '\\')}`;
  }

  /** Files below a Windows folder, as paths from there with backslashes, sorted; none where it does not exist. */
  async listFiles(windowsFolder: string): Promise<string[]> {
    const folder = this.linuxPath(windowsFolder);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '\\'))
      .sort();
  }

  /** The starts of the test application (testdata/programs/app.c) in this prefix, oldest first. */
  async applicationStarts(): Promise<
    { readonly program: string; readonly version: string; readonly commandLine: string }[]
  > {
    const log = this.linuxPath('C:\\ProgramData\\started-applications.log');
    const text = await readFile(log, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
      throw error;
    });
    return text
      .split('\r\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [program = '', version = '', commandLine = ''] = line.split('\t');
        return { program, version, commandLine };
      });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endWineServer(this.folder);
    await rm(this.folder, { recursive: true, force: true });
  }
}
