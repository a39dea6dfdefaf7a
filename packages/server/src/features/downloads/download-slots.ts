// The cap on downloads that nobody waits for: so many at a time, in the order in which they were asked for.
import { isoInstant, type Clock } from '../../clock.ts';
import type { Database } from '../../database/database.ts';
import { countAhead, countGranted, deleteTurn, findTurn, lockTurns, putTurn } from './store.ts';

/** Grants downloads. */
export interface DownloadSlots {
  /**
   * Asks for a workstation's turn, or keeps the one that it has for another minute.
   * @param busy what else is being sent and counts too
   * @returns null where it may download, else after how many seconds it should ask again
   */
  take(workstationId: string, busy: number): Promise<number | null>;
  /** The download is done: the next one may come. */
  giveBack(workstationId: string): Promise<void>;
}

const second = 1000;
/** A turn whose download was cut is kept for so long: it goes on where it was, before others. */
export const keptFor = 60 * second;
/** How long those wait who come next, per round; the connection of few is so slow that it matters. */
const roundSeconds = 15;
/** Nobody is sent away for longer: a turn that came free meanwhile stands idle until its owner comes back. */
const longestSeconds = 60;
/** Whoever comes so much later than told keeps its place; after that it counts as gone, so that the others get in. */
const lateness = 30 * second;

/** @param most how many at a time; 0: as many as ask */
export function makeDownloadSlots(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  most: number,
): DownloadSlots {
  return {
    take: (workstationId, busy) =>
      most === 0
        ? Promise.resolve(null)
        : database.transaction(async (tx) => {
            const now = clock.now();
            await lockTurns(tx, isoInstant(now));
            const known = await findTurn(tx, workstationId);
            const asked = known ?? { workstationId, granted: 0, askedAt: isoInstant(now), until: '' };
            const ahead = await countAhead(tx, asked);
            const free = most - busy - (await countGranted(tx));
            if (asked.granted === 1 || ahead < free) {
              await putTurn(tx, { ...asked, granted: 1, until: isoInstant(now + keptFor) });
              return null;
            }
            const seconds = Math.min(longestSeconds, roundSeconds * Math.ceil((ahead + 1) / most));
            await putTurn(tx, { ...asked, until: isoInstant(now + seconds * second + lateness) });
            return seconds;
          }),
    giveBack: (workstationId) => database.transaction((tx) => deleteTurn(tx, workstationId)),
  };
}
