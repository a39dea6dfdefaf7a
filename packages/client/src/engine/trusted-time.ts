// The time that this workstation decides by, kept so that setting the clock back gains nothing.
import { trustedNow } from '@usher/core';
import { isoNow } from '../clock.ts';
import type { ClockRecord } from '../state/state-folder.ts';
import type { Host } from './host.ts';

/** The machine's time sources. */
type Clocked = Pick<Host, 'clock'>;

/** What is kept when a new policy has come. */
export function clockAtPolicy(host: Clocked, issuedAt: string, log: ClockRecord['log']): ClockRecord {
  return { issuedAt, sinceBootMs: host.clock.sinceBoot(), latestNow: issuedAt, log };
}

/**
 * Trusted time without the server. `record` is null where it was lost; then only the policy's own time stands.
 *
 * The machine counts from its start. Where it was started again since the policy came, what it counts now is less than
 * what has passed, and so is a difference of two counts from different starts: either is a bound from below, which is
 * what is needed.
 */
export function offlineNow(host: Clocked, issuedAt: string, record: ClockRecord | null): string {
  const sinceBoot = host.clock.sinceBoot();
  const isOfPolicy = record !== null && record.issuedAt === issuedAt;
  const since = isOfPolicy && sinceBoot >= record.sinceBootMs ? sinceBoot - record.sinceBootMs : sinceBoot;
  return trustedNow({
    online: false,
    issuedAt,
    machineClock: isoNow(host.clock),
    sincePolicyMs: isOfPolicy ? since : null,
    greatestUsed: record?.latestNow ?? null,
  });
}
