// How often something may be asked for: so many at once, and then as many as come back with time.
import type { Clock } from '../clock.ts';

/** A bucket of leaves to ask. */
export class Allowance {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #perSecond: number;
  #left: number;
  #at: number;

  constructor(clock: Clock, most: number, perSecond: number) {
    this.#clock = clock;
    this.#most = most;
    this.#perSecond = perSecond;
    this.#left = most;
    this.#at = clock.sinceBoot();
  }

  /** True where it may be asked for now; that uses one up. */
  take(): boolean {
    const now = this.#clock.sinceBoot();
    this.#left = Math.min(this.#most, this.#left + (Math.max(0, now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
