// kysely on PostgreSQL through pg, with the same values in and out as on SQLite.
import { CompiledQuery, PostgresDialect, type Driver, type PostgresDialectConfig } from 'kysely';
import pg from 'pg';
import type { Log } from '../log.ts';

/** How one pool of connections behaves. */
export interface PostgresOptions {
  readonly url: string;
  /** A pool that only reads refuses every statement that would write. */
  readonly readOnly: boolean;
  readonly log: Log;
  /** Called before each use of a connection; may throw to refuse it. */
  readonly onAcquire?: () => void;
}

const int8 = 20;
const numeric = 1700;
const connections = 10;

const parserOf = pg.types.getTypeParser as (oid: number, format?: string) => unknown;

/** Counts and sizes are numbers, as on SQLite; none of the schema's exceeds 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown =>
    oid === int8 || oid === numeric ? exactNumber : parserOf(oid, format),
};

function exactNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new RangeError(`${text} is too large a number`);
  return value;
}

/**
 * What lists are read with. Their tables lie in memory, whatever the server's own settings take for granted of its disks, so that following an
 * index is cheap; and none is so long to read that compiling the query would pay.
 */
const readerSettings = [
  'set session characteristics as transaction read only',
  'set random_page_cost = 1.1',
  `set work_mem = '16MB'`,
  'set jit = off',
] as const;

/** The dialect of one pool of connections to a PostgreSQL server. */
export function postgresDialect(options: PostgresOptions): PostgresDialect {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: connections,
    connectionTimeoutMillis: 10_000,
    idle_in_transaction_session_timeout: 60_000,
    application_name: 'usher',
    types,
  });
  // A connection that breaks while idle is replaced at its next use; without a listener it would end the process.
  pool.on('error', (error) => options.log.warn({ error }, 'an idle database connection broke'));
  return new GuardedDialect(options.onAcquire, {
    pool,
    onCreateConnection: async (connection) => {
      if (options.readOnly) {
        for (const setting of readerSettings) await connection.executeQuery(CompiledQuery.raw(setting));
      }
    },
  });
}

/** Asks before a connection is taken from the pool: kysely's own hook comes after, and would lose the connection. */
class GuardedDialect extends PostgresDialect {
  readonly #onAcquire: (() => void) | undefined;

  constructor(onAcquire: (() => void) | undefined, config: PostgresDialectConfig) {
    super(config);
    this.#onAcquire = onAcquire;
  }

  override createDriver(): Driver {
    const driver = super.createDriver();
    const acquire = driver.acquireConnection.bind(driver);
    driver.acquireConnection = async (options) => {
      this.#onAcquire?.();
      return acquire(options);
    };
    return driver;
  }
}

const serializationFailure = '40001';
const deadlockDetected = '40P01';

/** Whether a transaction that failed so can succeed when it runs again. */
export function isRetryable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === serializationFailure || code === deadlockDetected;
}

/** Whether PostgreSQL refused a text that it cannot hold: one with a NUL. SQLite takes it. */
export function isUnstorableText(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '22021';
}

/** Whether a statement failed because a row with the same unique values exists, on either dialect. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && error.code === '23505') return true;
  return 'errcode' in error && (error.errcode === 2067 || error.errcode === 1555);
}
