// The id that Windows gives a machine, by which an identity is known to be its own.
import type { Registry } from './registry.ts';

/** Drawn when Windows is installed, and again where a copy of a disk was generalized (`sysprep`); null where there is none. */
export async function machineGuid(registry: Registry): Promise<string | null> {
  return await registry.value('HKLM\\Software\\Microsoft\\Cryptography', 'MachineGuid', '64');
}

/**
 * Asks until it is known, and not again: no machine becomes another one while a process runs on it. Every command is a
 * process of its own, and a disk that was moved has been started since.
 */
export function onceKnown<Value>(ask: () => Promise<Value | null>): () => Promise<Value | null> {
  let known: Value | null = null;
  return async () => {
    known ??= await ask();
    return known;
  };
}
