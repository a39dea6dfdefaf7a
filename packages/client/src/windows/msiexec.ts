// Drives Windows Installer: the command lines of `msiexec`, and how it ends.
import { win32 } from 'node:path';
import { asClientError, ClientError, systemCode } from '../client-error.ts';
import type {
  InstalledProduct,
  InstallerDriver,
  InstallerResult,
  InstallRequest,
  RemoveRequest,
} from '../engine/installer-driver.ts';
import type { ProcessRunner } from '../engine/process-runner.ts';
import { registeredProducts } from './registered-products.ts';
import type { Registry } from './registry.ts';

/** The longest that an installation may take, in milliseconds: 15 minutes. */
const timeLimitMs = 15 * 60 * 1000;

/** The installer of Windows. */
export class WindowsInstaller implements InstallerDriver {
  readonly #run: ProcessRunner;
  readonly #registry: Registry;
  readonly #program: string;

  /** @param systemRoot the Windows folder: `msiexec.exe` is taken from there, never from the search path */
  constructor(run: ProcessRunner, registry: Registry, systemRoot: string) {
    this.#run = run;
    this.#registry = registry;
    this.#program = win32.join(systemRoot, 'System32', 'msiexec.exe');
  }

  installed(upgradeCodes: readonly string[], expected?: readonly string[]): Promise<readonly InstalledProduct[]> {
    return registeredProducts(this.#registry, upgradeCodes, expected);
  }

  install(request: InstallRequest): Promise<InstallerResult> {
    return this.#msiexec(installArguments(request));
  }

  remove(request: RemoveRequest): Promise<InstallerResult> {
    return this.#msiexec(removeArguments(request));
  }

  async trouble(): Promise<string | null> {
    try {
      await this.#registry.requireReadable();
      return null;
    } catch (error) {
      const failure = asClientError(error, 'registry.unreadable');
      if (failure === null) throw error;
      return failure.message;
    }
  }

  async #msiexec(args: readonly string[]): Promise<InstallerResult> {
    try {
      const { exitCode } = await this.#run(this.#program, args, { timeoutMs: timeLimitMs, verbatim: true });
      return { exitCode };
    } catch (cause) {
      throw new ClientError('installer.failed', `Windows Installer cannot be started (${systemCode(cause) ?? '?'}).`, {
        cause,
      });
    }
  }
}

/** The arguments of an installation, quoted as `msiexec` reads them. Throws a `RangeError` on what can't be passed. */
export function installArguments({ file, properties, logFile }: InstallRequest): readonly string[] {
  const given = Object.entries(properties).filter(([name]) => name !== 'ALLUSERS');
  return ['/i', quoted(file), ...silently(logFile), 'ALLUSERS=1', ...given.map(property)];
}

/** The arguments of a removal. */
export function removeArguments({ productCode, logFile }: RemoveRequest): readonly string[] {
  return ['/x', productCode, ...silently(logFile)];
}

function silently(logFile: string): readonly string[] {
  return ['/qn', '/norestart', '/l*v', quoted(logFile)];
}

/** A property: only the value is quoted ("Command-Line Options", Windows Installer SDK), a quotation mark doubled. */
function property([name, value]: [string, string]): string {
  if (!/^[A-Z_][A-Z0-9_.]*$/.test(name)) throw new RangeError(`not a public property: ${JSON.stringify(name)}`);
  return `${name}=${quoted(value.replaceAll('"', '""'))}`;
}

function quoted(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new RangeError('a control character cannot be passed to msiexec');
  return `"${text}"`;
}
