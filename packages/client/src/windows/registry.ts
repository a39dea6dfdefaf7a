// Asks the Windows registry through `reg.exe`, in both of its views.
import { win32 } from 'node:path';
import { asClientError, ClientError } from '../client-error.ts';
import type { ProcessRunner } from '../engine/process-runner.ts';
import { parseRegOutput, type RegistryValue } from './reg-output.ts';

/** The two halves of the registry on 64-bit Windows: programs for x64, and those for x86 (under `WOW6432Node`). */
export const registryViews = ['64', '32'] as const;

/** One of the two views. */
export type RegistryView = (typeof registryViews)[number];

/** How long each attempt may take, in milliseconds: after an installation a machine can be busy for long. */
const timeoutsMs = [10_000, 30_000];
/** `reg query` ends so where there is no such key or value, but also where an administrator forbids its use. */
const notThere = 1;
const currentVersion = 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion';

/**
 * Reads registry keys of this machine. Every method rejects with a `ClientError` `registry.unreadable` where `reg.exe` did
 * not say what is there: that is another thing than nothing.
 */
export class Registry {
  readonly #run: ProcessRunner;
  readonly #program: string;
  #hasRead = false;

  /** @param systemRoot the Windows folder: `reg.exe` is taken from there, never from the search path */
  constructor(run: ProcessRunner, systemRoot: string) {
    this.#run = run;
    this.#program = win32.join(systemRoot, 'System32', 'reg.exe');
  }

  /** The values of one key (not of those below it); none where the key is not there. */
  async values(key: string, view: RegistryView): Promise<readonly RegistryValue[]> {
    const output = await this.#query([key, `/reg:${view}`]);
    return output === null ? [] : ofKey(key, parseRegOutput(output));
  }

  /** The data of one value; null where there is none. */
  async value(key: string, name: string, view: RegistryView): Promise<string | null> {
    const output = await this.#query([key, '/v', name, `/reg:${view}`]);
    if (output === null) return null;
    const found = parseRegOutput(output).find((value) => value.name.toLowerCase() === name.toLowerCase());
    return found?.data ?? null;
  }

  /** Makes sure, where nothing has been found so far, that something could have been: by a value that every Windows has. */
  async requireReadable(): Promise<void> {
    if (!this.#hasRead) await this.value(currentVersion, 'ProgramFilesDir', '64');
    if (!this.#hasRead) throw unreadable('it finds nothing at all; an administrator may have forbidden its use');
  }

  /** What it prints; null where it says that there is no such thing. */
  async #query(args: readonly string[]): Promise<Buffer | null> {
    let last: number | null = null;
    for (const timeoutMs of timeoutsMs) {
      const { exitCode, stdout } = await this.#run(this.#program, ['query', ...args], { timeoutMs });
      if (exitCode === notThere) return null;
      if (exitCode === 0) {
        this.#hasRead = true;
        return stdout;
      }
      last = exitCode;
    }
    throw unreadable(last === null ? 'it did not answer in time' : `it ended with ${last}`);
  }
}

/** What was read, or null where the registry can't be read just now: for what can be done without. */
export async function unlessUnreadable<Found>(read: () => Promise<Found>): Promise<Found | null> {
  try {
    return await read();
  } catch (error) {
    if (asClientError(error, 'registry.unreadable') === null) throw error;
    return null;
  }
}

function unreadable(why: string): ClientError {
  return new ClientError(
    'registry.unreadable',
    `What is installed cannot be seen: reg.exe does not read the registry (${why}). Try again; where that does not help, ` +
      'tell your administrator.',
  );
}

/** `reg query` prints the names of the keys below too, and prints `HKLM` in full. */
function ofKey(key: string, values: readonly RegistryValue[]): readonly RegistryValue[] {
  const full = key.replace(/^HKLM\\/i, 'HKEY_LOCAL_MACHINE\\').toLowerCase();
  return values.filter((value) => value.key.toLowerCase() === full);
}
