// The time that a workstation decides by: the server's while it is online, and never an earlier one after that.
import { formatInstant, parseInstant } from './instant.ts';

/** What the workstation knows about the time. Instants are ISO 8601. */
export interface TimeSources {
  /** The newest policy is the answer to this very check. */
  readonly online: boolean;
  /** Of the newest policy. */
  readonly issuedAt: string;
  /** What the machine's own clock shows, which anybody may have set. */
  readonly machineClock: string;
  /** Milliseconds that a monotonic clock counted since the newest policy came; null where it was restarted since. */
  readonly sincePolicyMs: number | null;
  /** The greatest `now` used since the newest policy, kept on disk; null where there is none. */
  readonly greatestUsed: string | null;
}

/**
 * Online, the policy's time of issue. Offline, the latest of the machine's clock, the time of issue plus what has
 * passed since, and the greatest time used since: setting the clock back gains nothing. A source that can't be read,
 * or a negative span, counts for nothing; with no source left a `RangeError` is thrown.
 */
export function trustedNow(sources: TimeSources): string {
  const issuedAt = parseInstant(sources.issuedAt);
  if (sources.online) return formatInstant(issuedAt);
  const passed = sources.sincePolicyMs ?? 0;
  const known = [
    parseInstant(sources.machineClock),
    issuedAt,
    issuedAt + passed,
    sources.greatestUsed === null ? Number.NaN : parseInstant(sources.greatestUsed),
  ].filter((instant) => Number.isFinite(instant));
  return formatInstant(known.length === 0 ? Number.NaN : Math.max(...known));
}
