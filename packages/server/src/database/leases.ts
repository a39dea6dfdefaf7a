// Leases: which of several processes may do something now, and a rising number that unmasks one that lost it.
import { isoInstant, type Clock } from '../clock.ts';
import type { Database, Transaction } from './database.ts';

/** A lease that is held. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
  /** Rises each time the lease changes hands. */
  readonly fence: number;
}

/** A write came from a process that has lost its lease. */
export class LeaseLostError extends Error {
  readonly code = 'lease.lost';

  constructor(name: string) {
    super(`The lease "${name}" is held by another process now.`);
  }
}

/**
 * No lease lasts longer, in milliseconds. One that does was taken by a process whose clock is ahead: it would keep the others out for as
 * long as that clock is wrong, and counts as over. Should that process still run, its writes are refused by their fence.
 */
const longestLease = 15 * 60_000;

/** The leases of one process. */
export interface Leases {
  /**
   * Takes or prolongs a lease for so many milliseconds, at most a quarter of an hour; null where another process holds it.
   * @throws RangeError on more
   */
  take(name: string, milliseconds: number): Promise<Lease | null>;
  /** Gives a lease back before its time. */
  release(lease: Lease): Promise<void>;
  /**
   * Makes a write depend on the lease: the row stays locked until the transaction ends, so nobody else can take it in between.
   * @throws LeaseLostError
   */
  confirm(tx: Transaction, lease: Lease): Promise<void>;
}

/** @param holder names this process; two that run have different ones */
export function makeLeases(database: Database, clock: Clock, holder: string): Leases {
  return {
    take: async (name, milliseconds) => {
      if (milliseconds > longestLease) throw new RangeError(`a lease of ${milliseconds} ms is too long`);
      return database.transaction(async ({ db }) => {
        const now = clock.now();
        const until = isoInstant(now + milliseconds);
        await db
          .insertInto('leases')
          .values({ name, holder: '', until: isoInstant(0), fence: 0 })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .execute();
        const row = await db
          .selectFrom('leases')
          .selectAll()
          .where('name', '=', name)
          .forUpdate()
          .executeTakeFirstOrThrow();
        const isHeld = row.until > isoInstant(now) && row.until <= isoInstant(now + longestLease);
        if (row.holder !== holder && isHeld) return null;
        const fence = row.holder === holder ? row.fence : row.fence + 1;
        await db.updateTable('leases').set({ holder, until, fence }).where('name', '=', name).execute();
        return { name, holder, fence };
      });
    },
    release: async (lease) => {
      await database.transaction(({ db }) =>
        db
          .updateTable('leases')
          .set({ until: isoInstant(0), holder: '' })
          .where('name', '=', lease.name)
          .where('holder', '=', lease.holder)
          .where('fence', '=', lease.fence)
          .execute(),
      );
    },
    confirm: async ({ db }, lease) => {
      const row = await db
        .selectFrom('leases')
        .select(['holder', 'fence'])
        .where('name', '=', lease.name)
        .forUpdate()
        .executeTakeFirst();
      if (row?.holder !== lease.holder || row.fence !== lease.fence) throw new LeaseLostError(lease.name);
    },
  };
}
