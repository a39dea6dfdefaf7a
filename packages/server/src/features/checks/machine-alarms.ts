// What a workstation says is wrong with its machine, as events for administrators.
import type { MachineAlarm } from '@usher/protocol';
import { isoInstant, isoNow, type Clock } from '../../clock.ts';
import type { Transaction } from '../../database/database.ts';
import type { Initiator } from '../../initiator.ts';
import type { RepeatedEvents } from '../events/repeated-events.ts';
import { noteOnce } from '../updates/service.ts';

/** Records those that were never told before. */
export async function recordMachineAlarms(
  tx: Transaction,
  { repeats, clock }: { readonly repeats: Pick<RepeatedEvents, 'record'>; readonly clock: Clock },
  workstation: { readonly id: string; readonly hostname: string },
  alarms: readonly MachineAlarm[],
  by: Initiator,
): Promise<void> {
  const rows = alarms.map(({ id, at, seq, alarm, detail }) => ({ id, at, seq, state: `alarm-${alarm}`, detail }));
  const fresh = await noteOnce(tx, workstation.id, rows, { receivedAt: isoNow(clock), isApplied: true });
  for (const { id, at, alarm, detail } of alarms) {
    if (!fresh.has(id)) continue;
    await repeats.record(tx, workstation.id, {
      ...by,
      type: 'workstation.alert',
      object: { kind: 'workstation', id: workstation.id, name: workstation.hostname },
      data: { what: alarm, detail, at: isoInstant(Date.parse(at)) },
    });
  }
}
