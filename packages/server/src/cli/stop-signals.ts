// The signals that tell the server to end: heard from its start until its very last moment.

/** A process that signals reach. */
interface Signalled {
  on(signal: NodeJS.Signals, heard: () => void): unknown;
}

/** What was heard so far. */
export interface StopSignals {
  /** Resolves at the first signal. Those that follow change nothing: the end is on its way, and limited in time. */
  readonly asked: Promise<void>;
  /** Resolves once no signal is on its way any more; at once where none came. */
  quiet(): Promise<void>;
}

/**
 * Milliseconds without a further signal after which none is expected. A signal to a whole process group reaches the server
 * once by itself and once more through npm, and npm does not survive one that comes while it ends because the server has ended.
 */
const quietFor = 500;

/** Milliseconds that somebody who signals again and again can hold up the end. */
const longestWait = 5_000;

/** Hears the signals, and keeps them from ending the process by themselves for as long as it lives. */
export function hearStopSignals(process: Signalled): StopSignals {
  let last: number | undefined;
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        last = performance.now();
        resolve();
      });
    }
  });
  return {
    asked,
    quiet: async () => {
      const latest = performance.now() + longestWait;
      while (last !== undefined) {
        const left = Math.min(last + quietFor, latest) - performance.now();
        if (left <= 0) return;
        await new Promise((resolve) => setTimeout(resolve, left));
      }
    },
  };
}
