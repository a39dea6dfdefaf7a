// A clock that stands still until a test moves it.
import type { Clock } from '@usher/server';

const day = Date.UTC(2026, 10, 20, 9, 0, 0, 0);

/** Time in a test's hands: it begins on 2026-11-20 at 09:00 UTC unless told otherwise. */
export class ManualClock implements Clock {
  #now: number;

  constructor(start: string | number = day) {
    this.#now = typeof start === 'number' ? start : Date.parse(start);
  }

  now(): number {
    return this.#now;
  }

  /** Moves on by so much. */
  advance(by: { days?: number; hours?: number; minutes?: number; seconds?: number; milliseconds?: number }): void {
    const { days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 } = by;
    this.#now += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
  }

  /** Jumps to an instant, also back. */
  set(instant: string): void {
    this.#now = Date.parse(instant);
  }
}
