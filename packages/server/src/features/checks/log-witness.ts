// Workstations as witnesses of the event log: a server that cannot account for an event they have seen has lost or rewritten events.
import type { CheckRequest } from '@usher/protocol';
import type { Reader, Transaction } from '../../database/database.ts';
import type { Initiator } from '../../initiator.ts';
import type { EventLog } from '../events/event-log.ts';
import { isLostByRestore } from '../trust/restored.ts';
import type { KnownFacts } from './known-facts.ts';

const contradicted = 'trust.log-contradicted';

/** Whether the log that a workstation has seen is not the one that this server has. */
export function isContradicted(log: CheckRequest['log'], { head, witnessHash }: KnownFacts): boolean {
  if (log === undefined || log === null || log.seq === 0) return false;
  return log.seq > head.seq || log.hash !== witnessHash;
}

/** Records the contradiction, once per workstation: it stands until somebody has looked into it. */
export async function recordContradiction(
  tx: Transaction,
  events: EventLog,
  facts: KnownFacts,
  log: CheckRequest['log'],
  by: Initiator,
): Promise<void> {
  const { workstation, head, witnessHash } = facts;
  const known = await tx.db
    .selectFrom('events')
    .select('seq')
    .where('objectId', '=', workstation.id)
    .where('type', '=', contradicted)
    .limit(1)
    .executeTakeFirst();
  if (known !== undefined) return;
  // What a restore lost is told by its own event; a workstation that has seen some of it says nothing new.
  if (log && (await isLostByRestore(tx.db, log.seq))) return;
  events.record(tx, {
    ...by,
    type: contradicted,
    object: { kind: 'workstation', id: workstation.id, name: workstation.hostname },
    data: { seen: { seq: log?.seq, hash: log?.hash }, here: { head: head.seq, hash: witnessHash } },
  });
}

/** Rejects while the log is contradicted: no restart changes that. */
export async function refuseContradicted(read: Reader): Promise<void> {
  const event = await read
    .selectFrom('events')
    .select(['seq', 'objectName'])
    .where('type', '=', contradicted)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst();
  if (event !== undefined) {
    const who = event.objectName ?? 'A workstation';
    throw new Error(`${who} has seen events that this server does not have (event ${event.seq}).`);
  }
}
