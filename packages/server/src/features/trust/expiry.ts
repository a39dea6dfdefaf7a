// Metadata that comes to its end without having been renewed: the event that says so, well before.
import { describeRepository, tufRoles, type Repository, type TufRole } from '@usher/trust';
import { isoInstant } from '../../clock.ts';
import type { Transaction } from '../../database/database.ts';
import { theSystem } from '../../initiator.ts';
import type { EventLog } from '../events/event-log.ts';

const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** With less left than this, something that should have been renewed was not. */
export const warnBelow: Readonly<Record<TufRole, number>> = {
  root: 45 * day,
  targets: 21 * day,
  snapshot: 2 * day,
  timestamp: 12 * hour,
};

/** How long a warning is not repeated for. */
const quietFor: Readonly<Record<TufRole, number>> = {
  root: 7 * day,
  targets: 7 * day,
  snapshot: day,
  timestamp: 6 * hour,
};

/** Milliseconds until the newest metadata of a role expires; negative once it has. */
export function remaining(repository: Repository, role: TufRole, now: Date): number {
  return describeRepository(repository)[role].expiresAt.getTime() - now.getTime();
}

/** The roles whose newest metadata is close to its end, and should have been renewed by now. */
export function expiringRoles(
  repository: Repository,
  now: Date,
): { readonly role: TufRole; readonly version: number; readonly expiresAt: Date }[] {
  const described = describeRepository(repository);
  return tufRoles
    .filter((role) => remaining(repository, role, now) < warnBelow[role])
    .map((role) => ({ role, version: described[role].version, expiresAt: described[role].expiresAt }));
}

/** Records `trust.expiring` for each role that is close to its end, unless it was recorded lately. */
export async function recordExpiring(
  tx: Transaction,
  tools: { events: EventLog; repository: Repository; now: Date },
): Promise<void> {
  const { events, repository, now } = tools;
  for (const { role, version, expiresAt } of expiringRoles(repository, now)) {
    const since = isoInstant(now.getTime() - quietFor[role]);
    const warned = await tx.db
      .selectFrom('events')
      .select('seq')
      .where('type', '=', 'trust.expiring')
      .where('objectId', '=', role)
      .where('at', '>', since)
      .limit(1)
      .executeTakeFirst();
    if (warned !== undefined) continue;
    events.record(tx, {
      ...theSystem,
      type: 'trust.expiring',
      object: { kind: 'catalogue', id: role, name: `version ${version}` },
      data: { expiresAt: expiresAt.toISOString() },
    });
  }
}
