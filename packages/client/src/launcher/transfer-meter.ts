// How fast a download goes, and how long it still takes, by what came in the last seconds.

/** What is looked back at, in milliseconds: long enough to be calm, short enough to notice a change. */
const windowMs = 5_000;
/** Nothing is said about the speed before so many milliseconds. */
const leastMs = 1_000;

/** Speed and rest. */
export interface TransferEstimate {
  readonly bytesPerSecond: number;
  /** Null where nothing came lately. */
  readonly secondsLeft: number | null;
}

/** Measures one download. */
export class TransferMeter {
  #samples: readonly { readonly atMs: number; readonly bytes: number }[] = [];

  /** Takes the count of bytes at an instant of a clock that never goes back; null while too little is known. */
  measure(bytes: number, total: number, atMs: number): TransferEstimate | null {
    const last = this.#samples.at(-1);
    // A download that begins anew says nothing about what came before.
    const kept = last !== undefined && bytes < last.bytes ? [] : this.#samples;
    // The youngest sample before the window stays, so that there is always one to compare with.
    const oldest = kept.findLastIndex((sample) => atMs - sample.atMs >= windowMs);
    this.#samples = [...kept.slice(Math.max(oldest, 0)), { atMs, bytes }];
    const [first] = this.#samples;
    if (first === undefined || atMs - first.atMs < leastMs) return null;
    const bytesPerSecond = ((bytes - first.bytes) * 1000) / (atMs - first.atMs);
    return { bytesPerSecond, secondsLeft: bytesPerSecond === 0 ? null : (total - bytes) / bytesPerSecond };
  }
}
