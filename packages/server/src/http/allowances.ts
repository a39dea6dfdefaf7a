// How much may be asked for with time: so much at once, and then as much as comes back, in memory, by the clock that is handed in.
import type { Clock } from '../clock.ts';
import { ProblemError } from '../problem-error.ts';

interface Allowance {
  /** Below 0 where more was lent than was left. */
  left: number;
  /** Milliseconds since 1970 for which `left` holds. */
  at: number;
}

/** Whoever has asked for too much is told to come again within so many seconds: meanwhile nothing is expected of it. */
const longestRetryAfter = 60;

/** One allowance per key. A key that was not heard of for longest is forgotten first, and begins with a whole one again. */
export class Allowances {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #perSecond: number;
  readonly #mostKeys: number;
  readonly #kept = new Map<string, Allowance>();

  constructor(options: {
    readonly clock: Clock;
    readonly most: number;
    readonly perSecond: number;
    readonly mostKeys?: number;
  }) {
    this.#clock = options.clock;
    this.#most = options.most;
    this.#perSecond = options.perSecond;
    this.#mostKeys = options.mostKeys ?? 200_000;
  }

  /**
   * Takes an amount. Where anything is left the whole is given: the rest is lent, so that no request is too large for ever.
   * @throws ProblemError `request.too-many` where nothing is left, with the time after which it makes sense to come again
   */
  take(key: string, amount = 1): void {
    if (this.isTaken(key, amount)) return;
    const wait = Math.ceil((1 - this.#current(key).left) / this.#perSecond);
    const retryAfter = Math.min(wait, longestRetryAfter);
    throw new ProblemError('request.too-many', `Asked too often. Wait ${retryAfter} seconds.`, { retryAfter });
  }

  /** The same, answering false in place of the refusal. */
  isTaken(key: string, amount = 1): boolean {
    const allowance = this.#current(key);
    if (allowance.left < 1) return false;
    allowance.left -= amount;
    return true;
  }

  #current(key: string): Allowance {
    const now = this.#clock.now();
    const kept = this.#kept.get(key);
    const back = kept === undefined ? 0 : (Math.max(0, now - kept.at) / 1000) * this.#perSecond;
    const left = kept === undefined ? this.#most : Math.min(this.#most, kept.left + back);
    const allowance = { left, at: now };
    // Put at the end again: the first is always the one that was not heard of for longest.
    this.#kept.delete(key);
    const oldest = this.#kept.size >= this.#mostKeys ? this.#kept.keys().next().value : undefined;
    if (oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, allowance);
    return allowance;
  }
}
