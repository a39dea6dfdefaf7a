// What one workstation tells again and again within a minute: a few are recorded one by one, the others counted and recorded as one.
import { createHash } from 'node:crypto';
import { canonicalJson } from '@usher/trust';
import { isoInstant, isoNow, type Clock } from '../../clock.ts';
import type { Database, Transaction } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';
import type { Selectable } from 'kysely';
import type { EventDraft, EventLog } from './event-log.ts';

/** So many alike are recorded one by one within a minute: more than a person brings about who tries again. */
const oneByOne = 5;
const minute = 60_000;

/** Counted events that are recorded in one transaction. */
const toldAtOnce = 500;

type Row = Selectable<Tables['repeatedEvents']>;

/** Events of workstations that may come in floods: a start that is blocked, a choice. */
export interface RepeatedEvents {
  /**
   * Records an event, or counts it where five like it were recorded within the minute. Alike are those of one workstation that say the same;
   * an `at` in their data counts by its minute. What was counted is recorded as one event, with `times`, `from` and `to` in its data, by the
   * next one after that minute or by `tell`. The workstation is locked by the transaction.
   */
  record(tx: Transaction, workstationId: string, draft: EventDraft): Promise<void>;
  /** Records what was counted in minutes that are over. */
  tell(): Promise<void>;
}

/** Makes what counts repeated events. */
export function makeRepeatedEvents(tools: {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
}): RepeatedEvents {
  const { database, events, clock } = tools;

  function recordCounted(tx: Transaction, row: Row): void {
    if (row.counted === 0 || row.draft === null) return;
    const draft = JSON.parse(row.draft) as EventDraft;
    const span = { times: row.counted, from: row.firstCountedAt, to: row.lastCountedAt };
    events.record(tx, { ...draft, data: { ...draft.data, ...span } });
  }

  async function tellSome(): Promise<number> {
    const over = isoInstant(clock.now() - minute);
    return database.transaction(async (tx) => {
      const rows = await tx.db
        .selectFrom('repeatedEvents')
        .selectAll()
        .where('since', '<=', over)
        .orderBy('workstationId')
        .orderBy('hash')
        .limit(toldAtOnce)
        .forUpdate()
        .execute();
      for (const row of rows) {
        recordCounted(tx, row);
        await removeRow(tx, row);
      }
      return rows.length;
    });
  }

  return {
    record: async (tx, workstationId, draft) => {
      const now = isoNow(clock);
      const hash = hashOf(draft);
      const key = { workstationId, hash };
      const row = await tx.db
        .selectFrom('repeatedEvents')
        .selectAll()
        .where('workstationId', '=', workstationId)
        .where('hash', '=', hash)
        .forUpdate()
        .executeTakeFirst();
      // A clock that was set back begins a new minute, too.
      const age = row === undefined ? minute : Math.abs(clock.now() - Date.parse(row.since));
      if (row === undefined || age >= minute) {
        if (row !== undefined) {
          recordCounted(tx, row);
          await removeRow(tx, row);
        }
        events.record(tx, draft);
        await tx.db
          .insertInto('repeatedEvents')
          .values({ ...key, since: now, recorded: 1, counted: 0 })
          .execute();
        return;
      }
      const isRecorded = row.recorded < oneByOne;
      if (isRecorded) events.record(tx, draft);
      await tx.db
        .updateTable('repeatedEvents')
        .set(
          isRecorded
            ? { recorded: row.recorded + 1 }
            : {
                counted: row.counted + 1,
                firstCountedAt: row.firstCountedAt ?? now,
                lastCountedAt: now,
                draft: JSON.stringify(draft),
              },
        )
        .where('workstationId', '=', workstationId)
        .where('hash', '=', hash)
        .execute();
    },
    tell: async () => {
      while ((await tellSome()) === toldAtOnce) {
        // The next part: each is a transaction of its own, so that checks come in between.
      }
    },
  };
}

async function removeRow(tx: Transaction, { workstationId, hash }: Row): Promise<void> {
  await tx.db
    .deleteFrom('repeatedEvents')
    .where('workstationId', '=', workstationId)
    .where('hash', '=', hash)
    .execute();
}

function hashOf({ type, object, data = {} }: EventDraft): string {
  const { at } = data;
  const alike = typeof at === 'string' ? { ...data, at: at.slice(0, 'YYYY-MM-DDTHH:mm'.length) } : data;
  const said = JSON.parse(JSON.stringify({ type, object, data: alike })) as Parameters<typeof canonicalJson>[0];
  return createHash('sha256').update(canonicalJson(said)).digest('hex');
}
