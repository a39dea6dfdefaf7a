// A wait that may be cut short: it ends then, and does not fail.
import type { Host } from '../../engine/host.ts';

/** Resolves after `ms` milliseconds, or when the signal is aborted. */
export async function delay({ wait }: Pick<Host, 'wait'>, ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
