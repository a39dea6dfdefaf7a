// Restores, as the log of events tells them: which numbers were given to events that are lost.
import type { Reader } from '../../database/database.ts';

/** Events that a restore lost. */
export interface LostEvents {
  /** The newest event that the backup held. */
  readonly after: number;
  /** The restore's own event: no number between the two is ever used again. */
  readonly before: number;
  readonly restoredAt: string;
  /** When the backup was made. */
  readonly madeAt: string;
}

/** What the event of a restore tells. */
export interface RestoredData {
  readonly after: number;
  readonly madeAt: string;
}

/** Every restore, oldest first. */
export async function lostEvents(read: Reader): Promise<LostEvents[]> {
  const rows = await read
    .selectFrom('events')
    .select(['seq', 'at', 'data'])
    .where('type', '=', 'trust.restored')
    .orderBy('seq')
    .execute();
  return rows.map(({ seq, at, data }) => {
    const { after, madeAt } = JSON.parse(data) as RestoredData;
    return { after, before: seq, restoredAt: at, madeAt };
  });
}

/** Whether that number was given to an event that a restore has lost. */
export async function isLostByRestore(read: Reader, seq: number): Promise<boolean> {
  return (await lostEvents(read)).some(({ after, before }) => seq > after && seq < before);
}
