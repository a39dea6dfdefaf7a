// Asks the Windows registry through `reg.exe`, in both of its views.
import { win32 } from 'node:path';
import type { ProcessRunner } from '../engine/process-runner.ts';
import { parseRegOutput, type RegistryValue } from './reg-output.ts';

/** The two halves of the registry on 64-bit Windows: programs for x64, and those for x86 (under `WOW6432Node`). */
export const registryViews = ['64', '32'] as const;

/** One of the two views. */
export type RegistryView = (typeof registryViews)[number];

const timeoutMs = 10_000;

/** Reads registry keys of this machine. */
export class Registry {
  readonly #run: ProcessRunner;
  readonly #program: string;

  /** @param systemRoot the Windows folder: `reg.exe` is taken from there, never from the search path */
  constructor(run: ProcessRunner, systemRoot: string) {
    this.#run = run;
    this.#program = win32.join(systemRoot, 'System32', 'reg.exe');
  }

  /** The values of one key (not of those below it); none where the key is not there. */
  async values(key: string, view: RegistryView): Promise<readonly RegistryValue[]> {
    const result = await this.#run(this.#program, ['query', key, `/reg:${view}`], { timeoutMs });
    return result.exitCode === 0 ? ofKey(key, parseRegOutput(result.stdout)) : [];
  }

  /** The data of one value; null where there is none. */
  async value(key: string, name: string, view: RegistryView): Promise<string | null> {
    const result = await this.#run(this.#program, ['query', key, '/v', name, `/reg:${view}`], { timeoutMs });
    if (result.exitCode !== 0) return null;
    const found = parseRegOutput(result.stdout).find((value) => value.name.toLowerCase() === name.toLowerCase());
    return found?.data ?? null;
  }
}

/** `reg query` prints the names of the keys below too, and prints `HKLM` in full. */
function ofKey(key: string, values: readonly RegistryValue[]): readonly RegistryValue[] {
  const full = key.replace(/^HKLM\\/i, 'HKEY_LOCAL_MACHINE\\').toLowerCase();
  return values.filter((value) => value.key.toLowerCase() === full);
}
