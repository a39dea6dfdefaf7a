// A Windows under Wine as the machine of the usual starts: what its Node compiles is what Windows' own Node takes.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packGuid } from '../../packages/client/src/windows/packed-guid.ts';
import { WinePrefix } from '../../packages/testkit/src/wine/index.ts';
import type { UsualMachine } from './usual-machine.ts';

const longestMs = 300_000;
const currentVersion = 'HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion';

/** A Windows for the build. Dispose of it: that ends its programs and removes its files. */
export class WineMachine implements UsualMachine, AsyncDisposable {
  readonly folder: string;
  readonly activation = [];
  readonly application = ['C:\\windows\\system32\\cmd.exe', '/c', 'exit'] as const;
  readonly hasEngine = false;
  readonly #windows: WinePrefix;
  readonly #node: string;

  private constructor(windows: WinePrefix, node: string) {
    this.#windows = windows;
    this.#node = node;
    this.folder = join(windows.folder, 'drive_c');
  }

  /** @param node that of Windows */
  static async create(node: string): Promise<WineMachine> {
    return new WineMachine(await WinePrefix.create(), node);
  }

  named(path: string): string {
    return this.#windows.windowsPath(path);
  }

  async node(args: readonly string[]): Promise<void> {
    await this.#run(this.#node, args);
  }

  async startNode(args: readonly string[]) {
    let isOver = false;
    const running = await this.#windows.start(this.#node, args);
    const over = () => {
      isOver = true;
    };
    // One that is ended from outside leaves no status, which the prefix takes for a failure.
    const settled = running.ended.then(over, over);
    const end = async () => {
      await this.#windows.cutPower();
      await settled;
    };
    return { hasEnded: () => isOver, said: async () => (await running.output()).stderr, end };
  }

  async install({ name, upgradeCode, productCode, version }: Parameters<UsualMachine['install']>[0]): Promise<void> {
    const file = join(this.folder, 'installed.reg');
    const lines = [
      'REGEDIT4',
      `[${currentVersion}\\Installer\\UpgradeCodes\\${packGuid(upgradeCode)}]`,
      `"${packGuid(productCode)}"=""`,
      `[${currentVersion}\\Uninstall\\${productCode}]`,
      `"DisplayName"="${name}"`,
      `"DisplayVersion"="${version}"`,
    ];
    await writeFile(file, `${lines.join('\r\n')}\r\n`);
    await this.#run('reg.exe', ['import', this.named(file)]);
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const { exitCode, stdout, stderr } = await this.#windows.run(program, args, { timeoutMs: longestMs });
    if (exitCode !== 0) throw new Error(`${program} ended with ${exitCode} under Wine: ${stdout}${stderr}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#windows[Symbol.asyncDispose]();
  }
}
