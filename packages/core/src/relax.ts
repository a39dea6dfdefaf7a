// When the requirement of an update rests on a workstation where it keeps failing.
import { formatInstant, hourMs, parseInstant } from './instant.ts';

/** What happens when an update keeps failing on a machine: the requirement stands, or rests for a day. */
export type OnFailure = 'hold' | 'relax';

const attemptsBeforeRest = 3;
const restMs = 24 * hourMs;

/**
 * `relaxedUntil` after an attempt has failed: null under `hold` and before the third failed attempt; then 24 hours
 * from that failure, and again from each later one. `failedAttempts` counts those of this assignment, this one
 * included; `failedAt` is the server's time of the failure. Throws a `RangeError` where that can't be read.
 */
export function relaxedUntil(onFailure: OnFailure, failedAttempts: number, failedAt: string): string | null {
  if (onFailure !== 'relax' || failedAttempts < attemptsBeforeRest) return null;
  return formatInstant(parseInstant(failedAt) + restMs);
}
