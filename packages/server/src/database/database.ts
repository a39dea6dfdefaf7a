// The database as the rest of the server sees it: reads, and transactions that carry what follows from them.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Kysely, PostgresAdapter, sql, type Transaction as KyselyTransaction } from 'kysely';
import type { DatabaseConfig } from '../config.ts';
import type { Log } from '../log.ts';
import { isOutOfRoom } from './out-of-room.ts';
import { postgresDialect, isRetryable } from './postgres-dialect.ts';
import type { Tables } from './schema.ts';
import { SqliteDialect } from './sqlite-dialect.ts';
import { insideTransaction, outsideTransaction, refuseInsideTransaction } from './transaction-scope.ts';

/** What a store needs to read: the database outside a transaction, or a transaction. It cannot write. */
export type Reader = Pick<
  Kysely<Tables>,
  'selectFrom' | 'selectNoFrom' | 'with' | 'withRecursive' | 'fn' | 'dynamic' | 'getExecutor'
>;

/** One unit of work: everything in it is written, or nothing. */
export interface Transaction {
  /** The handle that every query of this unit of work goes through, reads too. */
  readonly db: KyselyTransaction<Tables>;
  /** Runs as the last thing inside the transaction, after the work, in the order given. */
  beforeCommit(work: () => Promise<void>): void;
  /** Runs once it is written, and not at all when it is not. It must be quick; what it throws is logged. */
  afterCommit(work: () => void): void;
}

/** Which kind of database this is, for the few statements that differ. */
export type DialectName = 'sqlite' | 'postgres';

/** Which kind of database a reader reads, for the few queries whose plan has to be told to one of them. */
export function dialectOf(read: Reader): DialectName {
  return read.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
}

/** An open database. */
export interface Database {
  readonly dialect: DialectName;
  /** Queries outside a transaction. They see what is committed, and cannot write. */
  readonly read: Reader;
  /**
   * Runs one unit of work. On SQLite they come one after another; on PostgreSQL they run side by side (read committed),
   * so a row on which something is decided is read with `forUpdate()` first. After a deadlock or a serialization failure the work
   * runs again from its beginning: it must touch nothing but the transaction.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * SQLite: writes its log of changes into the file, and empties it, unless somebody else is reading just then. What was erased is
   * nowhere on the disk after that. Nothing to do on PostgreSQL, which keeps its own counsel.
   */
  settle(): Promise<void>;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** False from a write that failed for want of room until one, which this tries, succeeds. Costs nothing where none failed. */
  hasRoom(): Promise<boolean>;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly log: Log;
  /** SQLite only: `off` for tests, which never lose power. */
  readonly synchronous?: 'full' | 'off';
}

const attempts = 5;

/** What is written to see whether there is room again: more than lies about in pages that are taken already, mostly. */
const probe = { name: 'room.probe', value: ' '.repeat(64 * 1024) };

/** Opens the database, and makes the folder and the file of SQLite where they are missing. It is not migrated. */
export function openDatabase(config: DatabaseConfig, options: OpenOptions): Database {
  const { reader, writer } =
    config.kind === 'sqlite' ? openSqlite(config.file, options) : openPostgres(config.url, options);
  let wasFull = false;

  async function transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    refuseInsideTransaction();
    try {
      return await insideTransaction(() => runWithRetries(writer, work, options.log));
    } catch (error) {
      if (isOutOfRoom(error)) wasFull = true;
      throw error;
    }
  }

  return {
    dialect: config.kind,
    read: reader,
    transaction,
    hasRoom: async () => {
      if (!wasFull) return true;
      try {
        await transaction(({ db }) =>
          db
            .insertInto('settings')
            .values(probe)
            .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: probe.value }))
            .execute(),
        );
        await transaction(({ db }) => db.deleteFrom('settings').where('name', '=', probe.name).execute());
      } catch (error) {
        if (isOutOfRoom(error)) return false;
        throw error;
      }
      wasFull = false;
      return true;
    },
    settle: async () => {
      if (config.kind === 'sqlite') await sql`pragma wal_checkpoint(truncate)`.execute(writer);
    },
    ping: async () => {
      await sql`select 1`.execute(reader);
    },
    close: async () => {
      await reader.destroy();
      await writer.destroy();
    },
  };
}

interface Handles {
  readonly reader: Kysely<Tables>;
  readonly writer: Kysely<Tables>;
}

function openSqlite(file: string, options: OpenOptions): Handles {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const common = { file, busyTimeout: 10_000, synchronous: options.synchronous ?? 'full' } as const;
  return {
    writer: new Kysely({ dialect: new SqliteDialect({ ...common, readOnly: false }) }),
    reader: new Kysely({
      dialect: new SqliteDialect({ ...common, readOnly: true, onAcquire: refuseInsideTransaction }),
    }),
  };
}

function openPostgres(url: string, options: OpenOptions): Handles {
  return {
    writer: new Kysely({ dialect: postgresDialect({ url, readOnly: false, log: options.log }) }),
    reader: new Kysely({
      dialect: postgresDialect({ url, readOnly: true, log: options.log, onAcquire: refuseInsideTransaction }),
    }),
  };
}

async function runWithRetries<T>(writer: Kysely<Tables>, work: (tx: Transaction) => Promise<T>, log: Log): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const sealing: (() => Promise<void>)[] = [];
    const following: (() => void)[] = [];
    try {
      const result = await writer.transaction().execute(async (db) => {
        const answer = await work({
          db,
          beforeCommit: (last) => void sealing.push(last),
          afterCommit: (next) => void following.push(next),
        });
        for (const last of sealing) await last();
        return answer;
      });
      outsideTransaction(() => follow(following, log));
      return result;
    } catch (error) {
      if (attempt >= attempts || !isRetryable(error)) throw error;
      log.debug({ error, attempt }, 'the transaction runs again');
      await delay(5 * attempt);
    }
  }
}

function follow(following: readonly (() => void)[], log: Log): void {
  for (const next of following) {
    try {
      next();
    } catch (error) {
      // The unit of work is written: its caller must not be told that it failed.
      log.error({ error }, 'what follows a commit failed');
    }
  }
}
