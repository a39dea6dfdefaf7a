// A Windows machine under Wine with the real client on it: what is typed there, and what can be seen there afterwards.
import { readFile } from 'node:fs/promises';
import { WinePrefix, type WineResult } from '@usher/testkit';
import { windowsClient } from '../support/built-client.ts';

const currentVersion = 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion';

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
  client(args: readonly string[], input: readonly string[] = []): Promise<WineResult> {
    return this.windows.run(windowsClient, args, { input: input.map((line) => `${line}\r\n`).join('') });
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
