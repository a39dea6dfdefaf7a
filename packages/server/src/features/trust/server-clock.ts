// Whether this server's clock is behind a time that it has signed: workstations that were told that time believe no older policy.
import { isoInstant, isoNow, type Clock } from '../../clock.ts';
import type { Database, Reader, Transaction } from '../../database/database.ts';
import { ProblemError } from '../../problem-error.ts';
import type { Keyring } from './keyring.ts';
import * as store from './store.ts';

/** What keeps note of the time. */
export interface ServerClock {
  /** Notes the present time as one that policies are signed with, unless a later one is noted that still counts. */
  note(): Promise<void>;
}

/**
 * The greatest time that was noted, with the director that signed then. Once no workstation trusts that key any more, what it has
 * said about the time counts no longer: that is what `usher key rotate director --at-once` does.
 */
interface NotedTime {
  readonly at: string;
  /** Raw public key, base64url. */
  readonly director: string;
}

const setting = 'clock.noted';

/** Up to this many milliseconds a clock may be behind: workstations make that up sooner than anybody has read of it. */
const tolerated = 5 * 60_000;

/** Makes what notes the time. */
export function makeServerClock({
  database,
  clock,
  keyring,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly keyring: Keyring;
}): ServerClock {
  return {
    note: () =>
      database.transaction(async (tx) => {
        const noted = await readNoted(tx.db);
        const now = isoNow(clock);
        if (noted !== null && noted.at >= now && (await stillCounts(tx.db, noted))) return;
        const { director } = await keyring.current(tx.db);
        const at = latest([now, ...(await recordedTimes(tx.db))]);
        await write(tx, { at, director: director.publicKey });
      }),
  };
}

/** The time that this server has recorded or signed and that is more than five minutes ahead of its clock; null where none is. */
export async function timeAhead(read: Reader, clock: Clock): Promise<string | null> {
  const limit = isoInstant(clock.now() + tolerated);
  const noted = await readNoted(read);
  const counts = noted !== null && noted.at > limit && (await stillCounts(read, noted));
  const newest = latest([...(counts ? [noted.at] : []), ...(await recordedTimes(read))]);
  return newest > limit ? newest : null;
}

/** What is wrong, and what to do about it. */
export function clockSentence(ahead: string): string {
  return (
    `The clock of this server is behind a time that it has signed itself (${ahead}): until then no policy is taken by workstations ` +
    'that were told of it. Is the clock wrong now? Set it right. Did it run ahead before? "usher key rotate director --at-once".'
  );
}

/** @throws ProblemError `server.not-ready` while the clock is behind: the workstations would not believe this server */
export async function refuseBehind(read: Reader, clock: Clock): Promise<void> {
  const ahead = await timeAhead(read, clock);
  if (ahead !== null) throw new ProblemError('server.not-ready', clockSentence(ahead));
}

/** When the newest event was recorded, and when the newest timestamp metadata were signed. */
async function recordedTimes(read: Reader): Promise<string[]> {
  const event = await read.selectFrom('events').select('at').orderBy('seq', 'desc').limit(1).executeTakeFirst();
  return [event?.at, await store.timestampPublishedAt(read)].filter((at) => at !== undefined);
}

async function stillCounts(read: Reader, { director }: NotedTime): Promise<boolean> {
  return (await store.publishedDirectorKeys(read)).includes(director);
}

async function readNoted(read: Reader): Promise<NotedTime | null> {
  const row = await read.selectFrom('settings').select('value').where('name', '=', setting).executeTakeFirst();
  return row === undefined ? null : (JSON.parse(row.value) as NotedTime);
}

async function write({ db }: Transaction, noted: NotedTime): Promise<void> {
  const value = JSON.stringify(noted);
  await db
    .insertInto('settings')
    .values({ name: setting, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

/** Instants as they are stored sort as times do. */
function latest(instants: readonly string[]): string {
  return instants.reduce((greatest, at) => (at > greatest ? at : greatest), '');
}
