// How often something may be tried: so many times per key and period, in memory, by the clock that is handed in.
import type { Clock } from '../clock.ts';
import { ProblemError } from '../problem-error.ts';

interface Tries {
  count: number;
  /** Milliseconds since 1970 at which the count begins anew. */
  until: number;
}

/** More keys than this are not kept: the oldest go first, so that memory stays bounded whoever asks. */
const mostKeys = 50_000;

/** Counts tries per key; a key's count begins anew a period after its first try. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #period: number;
  readonly #tries = new Map<string, Tries>();

  /** @param period milliseconds */
  constructor(options: { readonly clock: Clock; readonly most: number; readonly period: number }) {
    this.#clock = options.clock;
    this.#most = options.most;
    this.#period = options.period;
  }

  /** @throws ProblemError `request.too-many` when the key has used up its tries */
  refuseWhenExceeded(key: string): void {
    const tries = this.#current(key);
    if (tries === undefined || tries.count < this.#most) return;
    const retryAfter = Math.ceil((tries.until - this.#clock.now()) / 1000);
    throw new ProblemError('request.too-many', `Too many tries. Wait ${retryAfter} seconds.`, { retryAfter });
  }

  /** Counts one try. */
  count(key: string): void {
    const tries = this.#current(key);
    if (tries !== undefined) {
      tries.count += 1;
      return;
    }
    const oldest = this.#tries.size >= mostKeys ? this.#tries.keys().next().value : undefined;
    if (oldest !== undefined) this.#tries.delete(oldest);
    this.#tries.set(key, { count: 1, until: this.#clock.now() + this.#period });
  }

  /** Takes one counted try back: it turned out not to be one. */
  giveBack(key: string): void {
    const tries = this.#current(key);
    if (tries !== undefined && tries.count > 0) tries.count -= 1;
  }

  /** Forgets a key: it was not an attack. */
  forget(key: string): void {
    this.#tries.delete(key);
  }

  #current(key: string): Tries | undefined {
    const tries = this.#tries.get(key);
    if (tries !== undefined && tries.until <= this.#clock.now()) {
      this.#tries.delete(key);
      return undefined;
    }
    return tries;
  }
}
