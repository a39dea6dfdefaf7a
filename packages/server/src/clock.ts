// The only place that knows the time.

/** The time, handed to whatever needs it, so that a test can hold it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** The machine's own time. */
export const systemClock: Clock = { now: () => Date.now() };

/** An instant as it is stored and sent: ISO 8601 in UTC with milliseconds, so that texts sort as times do. */
export function isoInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** The present instant of a clock, as it is stored and sent. */
export function isoNow(clock: Clock): string {
  return isoInstant(clock.now());
}
