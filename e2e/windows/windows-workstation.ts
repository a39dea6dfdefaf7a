// A Windows machine under Wine with the real client on it: what is typed there, and what can be seen there afterwards.
import { existsSync } from 'node:fs';
import { copyFile, readFile, rename, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { busyInstaller, WinePrefix, type WineProcess, type WineResult, type WineRunOptions } from '@usher/testkit';
import { windowsClient } from '../support/built-client.ts';
import { onSmallDisk } from '../support/small-disk.ts';

const currentVersion = 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion';

/** The client's own folder, unless it is told of another. */
export const stateFolder = 'C:\\ProgramData\\Usher';

/** Where the engine says where it listens. */
export const engineMarker = `${stateFolder}\\public\\engine.json`;

/** A program that Windows lists as installed. */
export interface ListedProgram {
  readonly name: string;
  readonly version: string;
  readonly productCode: string;
}

/** A workstation. Dispose of it: that ends its programs and removes its disk. */
export class WindowsWorkstation implements AsyncDisposable {
  readonly windows: WinePrefix;

  private constructor(windows: WinePrefix) {
    this.windows = windows;
  }

  static async create(): Promise<WindowsWorkstation> {
    return new WindowsWorkstation(await WinePrefix.create());
  }

  /** Runs `usher-client` with these arguments; `input` is what a person types, a line each. */
  client(args: readonly string[], { input = [], ...options }: ClientOptions = {}): Promise<WineResult> {
    return this.windows.run(windowsClient, args, { ...options, input: input.map((line) => `${line}\r\n`).join('') });
  }

  /** The same with the client's own folder on a disk of this size, which is gone afterwards: `8m`. */
  async clientOnSmallDisk(size: string, args: readonly string[]): Promise<WineResult> {
    // The Wine server is what opens files: it must see that disk too, and nobody else may meet it afterwards.
    await this.windows.cutPower();
    try {
      return await this.client(args, { within: onSmallDisk(this.windows.linuxPath(stateFolder), size) });
    } finally {
      await this.windows.cutPower();
    }
  }

  /**
   * Has another installation run for as long as `work` takes: Windows Installer ends with 1618. Programs that are to meet
   * that are started with `environment`.
   */
  async whileInstallerIsBusy<Result>(
    work: (environment: Readonly<Record<string, string>>) => Promise<Result>,
  ): Promise<Result> {
    const program = this.windows.linuxPath('C:\\windows\\system32\\msiexec.exe');
    await rename(program, `${program}.aside`);
    await copyFile(busyInstaller, program);
    try {
      // Else Wine takes its own program of that name, whatever lies there.
      return await work({ WINEDLLOVERRIDES: 'msiexec.exe=n,b' });
    } finally {
      await rename(`${program}.aside`, program);
    }
  }

  /** Makes a workstation of it. @throws Error where it does not become one */
  async activate(key: string, ...options: readonly string[]): Promise<void> {
    const { exitCode, stderr } = await this.client([...options, 'activate', '--key', key]);
    if (exitCode !== 0 || stderr !== '') throw new Error(`The activation ended with ${exitCode}: ${stderr}`);
  }

  /** Starts the engine, as the scheduled task does, and waits until it listens. */
  async startEngine(client: string = windowsClient): Promise<WineProcess> {
    const marker = this.windows.linuxPath(engineMarker);
    await rm(marker, { force: true });
    const engine = await this.windows.start(client, ['service', 'run']);
    for (let tries = 0; !existsSync(marker); tries += 1) {
      if (tries > 200) throw new Error(`The engine does not listen: ${(await engine.output()).stderr}`);
      await delay(100);
    }
    return engine;
  }

  /** Ends every client that runs, as the task manager does. */
  async endClients(): Promise<void> {
    const { exitCode } = await this.windows.run('taskkill.exe', ['/F', '/IM', 'usher-client.exe']);
    if (exitCode !== 0) throw new Error(`taskkill ended with ${exitCode}.`);
  }

  /** What Windows lists as installed, by the registry's `Uninstall` keys of one view. */
  async installed(view: 64 | 32 = 64): Promise<ListedProgram[]> {
    const keys = await this.windows.readRegistry(`${currentVersion}\\Uninstall`, view);
    return [...keys].flatMap(([key, values]) => {
      const version = values.get('DisplayVersion');
      if (typeof version !== 'string') return [];
      const productCode = key.slice(key.lastIndexOf('\\') + 1);
      return [{ name: String(values.get('DisplayName')), version, productCode }];
    });
  }

  /** The text of a file. */
  readText(path: string): Promise<string> {
    return readFile(this.windows.linuxPath(path), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.windows[Symbol.asyncDispose]();
  }
}

/** How the client is run. */
export interface ClientOptions extends Omit<WineRunOptions, 'input'> {
  /** What a person types, a line each. */
  readonly input?: readonly string[];
}
