// Workstations as witnesses of the event log: a server that cannot account for an event they have seen has lost or rewritten events.
import type { CheckRequest } from '@usher/protocol';
import type { Reader, Transaction } from '../../database/database.ts';
import type { Initiator } from '../../initiator.ts';
import { ProblemError } from '../../problem-error.ts';
import type { EventLog } from '../events/event-log.ts';
import { contradicted, disputed, openAlarms, type LogTestimony } from '../trust/log-alarms.ts';
import { isLostByRestore } from '../trust/restored.ts';
import type { TrustService } from '../trust/service.ts';
import type { KnownFacts } from './known-facts.ts';

type Shown = CheckRequest['log'];

/** What workstations show of the event log, taken down. */
export interface LogWitness {
  /** Whether what this workstation shows has to be written down. */
  isWorthRecording(log: Shown, facts: KnownFacts): boolean;
  /** Writes it down: an alarm, a dispute, or that workstations prove what they show. */
  record(tx: Transaction, facts: KnownFacts, log: Shown, by: Initiator): Promise<void>;
}

/** The setting that says that a workstation has once proved what it showed. */
const provesSetting = 'witness.proves';

/**
 * Makes the witness.
 *
 * A contradiction raises the alarm where it is proved: the director has signed that this workstation was told of the event. Without a
 * proof an authorized workstation is believed only as long as none has ever shown one. From then on the programs there prove what they
 * show, and whoever does not may have made it up: that is recorded, and shown as a warning, but it takes no server out of service.
 */
export function makeLogWitness(tools: {
  readonly events: EventLog;
  readonly trust: Pick<TrustService, 'toldLogHead'>;
}): LogWitness {
  const { events, trust } = tools;
  let isKnownToProve = false;

  async function noteProof(tx: Transaction): Promise<void> {
    await tx.db
      .insertInto('settings')
      .values({ name: provesSetting, value: 'true' })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    tx.afterCommit(() => (isKnownToProve = true));
  }

  return {
    isWorthRecording: (log, facts) => {
      if (isContradicted(log, facts)) return facts.workstation.status === 'authorized' || log?.proof !== undefined;
      return log?.proof !== undefined && !isKnownToProve;
    },
    record: async (tx, facts, log, by) => {
      if (log === null || log === undefined) return;
      const { workstation } = facts;
      const told = log.proof === undefined ? null : await trust.toldLogHead(tx.db, log.proof, workstation.id);
      const isProved = told !== null && told.seq === log.seq && told.hash === log.hash;
      if (isProved && !isKnownToProve) await noteProof(tx);
      if (!isContradicted(log, facts) || (!isProved && workstation.status !== 'authorized')) return;
      // What a restore lost is told by its own event; a workstation that has seen some of it says nothing new.
      if (await isLostByRestore(tx.db, log.seq)) return;
      const type = isProved || !(await hasProved(tx.db)) ? contradicted : disputed;
      if (await isKnown(tx.db, workstation.id, type, log)) return;
      const { head, witnessHash } = facts;
      const data: LogTestimony = {
        seen: { seq: log.seq, hash: log.hash },
        here: { head: head.seq, hash: witnessHash },
        proved: isProved,
      };
      const object = { kind: 'workstation', id: workstation.id, name: workstation.hostname };
      events.record(tx, { ...by, type, object, data: { ...data } });
    },
  };
}

/** Whether the log that a workstation has seen is not the one that this server has. */
function isContradicted(log: Shown, { head, witnessHash }: KnownFacts): boolean {
  if (log === undefined || log === null || log.seq === 0) return false;
  return log.seq > head.seq || log.hash !== witnessHash;
}

async function hasProved(read: Reader): Promise<boolean> {
  const row = await read.selectFrom('settings').select('name').where('name', '=', provesSetting).executeTakeFirst();
  return row !== undefined;
}

/** Each workstation is heard once, until somebody has looked into it; and about the same event once for all. */
async function isKnown(
  read: Reader,
  workstationId: string,
  type: string,
  seen: { readonly seq: number; readonly hash: string },
): Promise<boolean> {
  const rows = await read
    .selectFrom('events')
    .select(['seq', 'data'])
    .where('objectId', '=', workstationId)
    .where('type', '=', type)
    .execute();
  if (rows.length === 0) return false;
  const open = new Set((await openAlarms(read, type)).map(({ seq }) => seq));
  return rows.some(({ seq, data }) => {
    if (open.has(seq)) return true;
    const before = (JSON.parse(data) as LogTestimony).seen;
    return before.seq === seen.seq && before.hash === seen.hash;
  });
}

/** Rejects while the log is contradicted: no restart changes that, but somebody who has looked into it (`usher events acknowledge`). */
export async function refuseContradicted(read: Reader): Promise<void> {
  const [alarm] = await openAlarms(read, contradicted);
  if (alarm === undefined) return;
  const who = alarm.workstation ?? 'A workstation';
  throw new ProblemError(
    'server.not-ready',
    'A workstation has seen events that this server does not have: "usher events alarms" says more.',
    { cause: new Error(`${who} has seen events that this server does not have (event ${alarm.seq}).`) },
  );
}
