// Whether a product is enforced or only observed at an instant, where a suspension of enforcement has an end.
import { parseInstant } from './instant.ts';
import type { Enforcement } from './policy.ts';

/**
 * `observe` until `until` (exclusive), `enforce` from then on; without an end, what is set. An end or a `now` that
 * can't be read ends the suspension: a suspension is an exception, and an exception must be provable.
 */
export function effectiveEnforcement(set: Enforcement, until: string | null | undefined, now: string): Enforcement {
  if (set !== 'observe') return 'enforce';
  if (until === null || until === undefined) return 'observe';
  return parseInstant(until) > parseInstant(now) ? 'observe' : 'enforce';
}
