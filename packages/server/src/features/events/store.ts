// Events in SQL: appended under the lock of the chain's head, never changed.
import type { Insertable, Selectable } from 'kysely';
import type { Reader, Transaction } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';

/** An event as it is stored. */
export type EventRow = Selectable<Tables['events']>;

/** The newest event's number and hash. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

const rowsPerInsert = 1000;

/** Locks the head until the transaction ends: nothing else may be locked after it. */
export async function lockHead({ db }: Transaction): Promise<ChainHead> {
  return db.selectFrom('eventHead').select(['seq', 'hash']).where('id', '=', 1).forUpdate().executeTakeFirstOrThrow();
}

/** Appends sealed events with the workstations that they name, and moves the head to the last of them. */
export async function append(
  { db }: Transaction,
  rows: readonly Insertable<Tables['events']>[],
  mentions: readonly Insertable<Tables['eventMentions']>[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsPerInsert) {
    await db
      .insertInto('events')
      .values(rows.slice(start, start + rowsPerInsert))
      .execute();
  }
  for (let start = 0; start < mentions.length; start += rowsPerInsert) {
    await db
      .insertInto('eventMentions')
      .values(mentions.slice(start, start + rowsPerInsert))
      .execute();
  }
  const last = rows.at(-1);
  if (last === undefined) return;
  await db.updateTable('eventHead').set({ seq: last.seq, hash: last.hash }).where('id', '=', 1).execute();
}

/** The head as it is committed, with the highest number that a stored event has. */
export async function readHead(read: Reader): Promise<ChainHead & { readonly highest: number }> {
  const row = await read
    .selectFrom('eventHead')
    .select((e) => [
      'seq',
      'hash',
      e
        .selectFrom('events')
        .select((i) => i.fn.max('seq').as('highest'))
        .as('highest'),
    ])
    .where('id', '=', 1)
    .executeTakeFirst();
  return row === undefined
    ? { seq: 0, hash: '', highest: 0 }
    : { seq: row.seq, hash: row.hash, highest: row.highest ?? 0 };
}

/** Events after a number, oldest first. */
export function readAfter(read: Reader, seq: number, limit: number): Promise<EventRow[]> {
  return read.selectFrom('events').selectAll().where('seq', '>', seq).orderBy('seq').limit(limit).execute();
}
