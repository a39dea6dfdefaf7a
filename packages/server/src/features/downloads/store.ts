// The downloads that were granted or asked for, in the database: so that several processes count together.
import type { Transaction } from '../../database/database.ts';

/** One workstation's turn. */
export interface Turn {
  readonly workstationId: string;
  /** 1: it may download; 0: it was told to come again. */
  readonly granted: number;
  /** When it asked first: the order of those who wait. */
  readonly askedAt: string;
  /** When it is forgotten, unless it shows up before. */
  readonly until: string;
}

/** The row that stands for all of them: whoever decides holds it, until the transaction ends. No workstation has this id. */
const gate = 'everybody';

/** Lets one decide at a time, and forgets those who were not seen again. */
export async function lockTurns({ db }: Transaction, now: string): Promise<void> {
  await db
    .insertInto('downloadTurns')
    .values({ workstationId: gate, granted: 0, askedAt: '', until: '9999' })
    .onConflict((conflict) => conflict.column('workstationId').doNothing())
    .execute();
  await db.selectFrom('downloadTurns').select('until').where('workstationId', '=', gate).forUpdate().execute();
  await db.deleteFrom('downloadTurns').where('until', '<=', now).execute();
}

export async function findTurn({ db }: Transaction, workstationId: string): Promise<Turn | undefined> {
  return db.selectFrom('downloadTurns').selectAll().where('workstationId', '=', workstationId).executeTakeFirst();
}

export async function countGranted({ db }: Transaction): Promise<number> {
  const { number } = await db
    .selectFrom('downloadTurns')
    .select((count) => count.fn.countAll().as('number'))
    .where('granted', '=', 1)
    .executeTakeFirstOrThrow();
  return Number(number);
}

/** How many wait who asked before; where two asked in the same moment, by their ids. */
export async function countAhead({ db }: Transaction, { askedAt, workstationId }: Turn): Promise<number> {
  const { number } = await db
    .selectFrom('downloadTurns')
    .select((count) => count.fn.countAll().as('number'))
    .where('granted', '=', 0)
    .where('workstationId', '!=', gate)
    .where((where) =>
      where.or([
        where('askedAt', '<', askedAt),
        where.and([where('askedAt', '=', askedAt), where('workstationId', '<', workstationId)]),
      ]),
    )
    .executeTakeFirstOrThrow();
  return Number(number);
}

export async function putTurn({ db }: Transaction, turn: Turn): Promise<void> {
  const { granted, askedAt, until } = turn;
  await db
    .insertInto('downloadTurns')
    .values(turn)
    .onConflict((conflict) => conflict.column('workstationId').doUpdateSet({ granted, askedAt, until }))
    .execute();
}

export async function deleteTurn({ db }: Transaction, workstationId: string): Promise<void> {
  await db.deleteFrom('downloadTurns').where('workstationId', '=', workstationId).execute();
}
