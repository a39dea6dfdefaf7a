// The only place of the client that reads the machine's time.
import { uptime } from 'node:os';

/** Time as the machine tells it. Tests hand in their own. */
export interface Clock {
  /** Milliseconds since 1970, by the machine's clock, which a person can set. */
  now(): number;
  /** Milliseconds since the machine was started: nobody can set it, and it goes on from process to process. */
  sinceBoot(): number;
}

/** The machine's own clock. */
export const machineClock: Clock = {
  now: () => Date.now(),
  sinceBoot: () => Math.round(uptime() * 1000),
};

/** An instant of a clock as the product writes it: ISO 8601 in UTC with milliseconds. */
export function isoNow(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
