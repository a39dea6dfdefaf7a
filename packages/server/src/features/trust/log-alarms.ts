// Alarms about the log of events: what workstations have testified against it, and what somebody has looked into since.
import type { Database, Reader } from '../../database/database.ts';
import type { Initiator } from '../../initiator.ts';
import type { EventLog } from '../events/event-log.ts';
import { TrustRefusal } from './trust-refusal.ts';

/** A workstation has proved that the log is another than it was: the server is not ready. */
export const contradicted = 'trust.log-contradicted';
/** A workstation says so without a proof. */
export const disputed = 'trust.log-disputed';
const acknowledged = 'trust.log-acknowledged';

/** What a workstation testified. */
export interface LogTestimony {
  readonly seen: { readonly seq: number; readonly hash: string };
  /** The newest event when it did, and the hash of the event of that number, where there is one. */
  readonly here: { readonly head: number; readonly hash: string | null };
  readonly proved: boolean;
}

/** One that nobody has acknowledged. */
export interface OpenAlarm {
  readonly seq: number;
  readonly at: string;
  readonly workstation: string | null;
  readonly testimony: LogTestimony;
}

/** Those of a type that nobody has acknowledged, oldest first. */
export async function openAlarms(read: Reader, type: string = contradicted): Promise<OpenAlarm[]> {
  const rows = await read
    .selectFrom('events')
    .select(['seq', 'at', 'objectName', 'data'])
    .where('type', '=', type)
    .where('seq', '>', await acknowledgedThrough(read))
    .orderBy('seq')
    .execute();
  return rows.map(({ seq, at, objectName, data }) => ({
    seq,
    at,
    workstation: objectName,
    testimony: JSON.parse(data) as LogTestimony,
  }));
}

async function acknowledgedThrough(read: Reader): Promise<number> {
  const rows = await read.selectFrom('events').select('data').where('type', '=', acknowledged).execute();
  return Math.max(0, ...rows.map(({ data }) => (JSON.parse(data) as { through: number }).through));
}

/**
 * Takes back the alarm up to an event, for a reason that is recorded. What comes after it alarms anew.
 * @throws TrustRefusal where that event is no alarm, or was acknowledged already
 */
export async function acknowledgeAlarms(
  { database, events }: { readonly database: Database; readonly events: EventLog },
  through: number,
  reason: string,
  by: Initiator,
): Promise<void> {
  await database.transaction(async (tx) => {
    const open = [...(await openAlarms(tx.db)), ...(await openAlarms(tx.db, disputed))];
    if (!open.some(({ seq }) => seq === through)) {
      throw new TrustRefusal(`Event ${through} is no open alarm about the log: "usher events alarms" lists them.`);
    }
    const object = { kind: 'catalogue', id: 'log', name: `event ${through}` };
    events.record(tx, { ...by, type: acknowledged, object, data: { through, reason } });
  });
}
