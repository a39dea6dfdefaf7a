// kysely on Node's own SQLite: one connection that statements and transactions take in turn.
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type OperatorNode,
  type QueryCompiler,
  type QueryResult,
  type SelectModifierNode,
} from 'kysely';

/** How one connection to the file behaves. */
export interface SqliteOptions {
  readonly file: string;
  /** A connection that only reads refuses every statement that would write. */
  readonly readOnly: boolean;
  /** Milliseconds that a transaction waits for another process that is writing. */
  readonly busyTimeout: number;
  /** `full` survives a loss of power; `off` is for tests. */
  readonly synchronous: 'full' | 'off';
  /** Called before each use of the connection; may throw to refuse it. */
  readonly onAcquire?: () => void;
}

const cachedStatements = 500;

/**
 * Milliseconds that SQLite itself waits for another process, with all of this one standing still; and that this one then
 * goes on with other work before it asks again.
 */
const blockedFor = 10;
const pause = 10;

const sqliteBusy = 5;

const locks = new Set(['ForUpdate', 'ForNoKeyUpdate', 'ForShare', 'ForKeyShare', 'NoWait', 'SkipLocked']);

/** The dialect of one SQLite file. */
export class SqliteDialect implements Dialect {
  readonly #options: SqliteOptions;

  constructor(options: SqliteOptions) {
    this.#options = options;
  }

  createDriver(): Driver {
    return new SqliteDriver(this.#options);
  }

  createQueryCompiler(): QueryCompiler {
    return new LocalQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new TakingTurnsAdapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

/**
 * So that queries are the same for both dialects: `FOR UPDATE` is left out, since it has no meaning where only one transaction writes, and
 * `ILIKE` is `LIKE`, which looks away from the case of ASCII letters by itself.
 */
class LocalQueryCompiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (node.modifier === undefined || !locks.has(node.modifier)) super.visitSelectModifier(node);
  }

  protected override visitOperator(node: OperatorNode): void {
    this.append(node.operator === 'ilike' ? 'like' : node.operator);
  }
}

/** The driver takes turns itself; kysely's own lock would stay taken when a connection is refused. */
class TakingTurnsAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class SqliteDriver implements Driver {
  readonly #options: SqliteOptions;
  #connection: SqliteConnection | undefined;
  /** Resolves when the connection is free; every taker puts its own release behind it. */
  #free: Promise<void> = Promise.resolve();
  #release: (() => void) | undefined;

  constructor(options: SqliteOptions) {
    this.#options = options;
  }

  init(): Promise<void> {
    this.#connection = new SqliteConnection(openSqlite(this.#options));
    return Promise.resolve();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    this.#options.onAcquire?.();
    const before = this.#free;
    let release = (): void => undefined;
    this.#free = new Promise((resolve) => (release = resolve));
    await before;
    this.#release = release;
    if (this.#connection === undefined) {
      release();
      throw new Error('The database is closed.');
    }
    return this.#connection;
  }

  releaseConnection(): Promise<void> {
    this.#release?.();
    return Promise.resolve();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // Immediate: a transaction that would turn from reading to writing later could fail half-way.
    for (let waited = 0; ; waited += blockedFor + pause) {
      try {
        await connection.executeQuery(CompiledQuery.raw('begin immediate'));
        return;
      } catch (error) {
        if (!isBusy(error) || waited >= this.#options.busyTimeout) throw error;
        await delay(pause);
      }
    }
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // A full disk and their like make SQLite roll back by itself (https://sqlite.org/lang_transaction.html): a second time
    // would fail, and hide why.
    if (this.#connection?.isInTransaction === false) return;
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async destroy(): Promise<void> {
    await this.#free;
    this.#connection?.close();
    this.#connection = undefined;
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  // Asynchronous, so that what SQLite throws becomes a rejection.
  // eslint-disable-next-line @typescript-eslint/require-await
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.#prepare(query.sql);
    const parameters = query.parameters.map(toSqlite);
    if (statement.columns().length > 0) {
      const rows = statement.all(...parameters);
      const isWrite = query.query.kind !== 'SelectQueryNode' && query.query.kind !== 'RawNode';
      return { rows: rows as R[], ...(isWrite ? { numAffectedRows: BigInt(rows.length) } : {}) };
    }
    const { changes } = statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  get isInTransaction(): boolean {
    return this.#db.isTransaction;
  }

  streamQuery(): never {
    throw new Error('A long list is read page by page.');
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    if (this.#statements.size >= cachedStatements) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }
}

/**
 * Whether another process stood in the way. SQLite tells kinds of it apart (one recovers the log of a server that was
 * killed, say) above the lowest byte: https://sqlite.org/rescode.html
 */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  return (error.errcode & 0xff) === sqliteBusy;
}

/**
 * A parameter as SQLite takes it: booleans are 0 and 1. A `Date`, an object or `undefined` is refused: as the first
 * parameter SQLite would take it for named parameters, and silently bind nothing.
 */
function toSqlite(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value;
  if (value instanceof Uint8Array) return value;
  const what = value instanceof Date ? 'a Date (store it as ISO 8601 text)' : typeof value;
  throw new TypeError(`${what} cannot be a parameter of a query`);
}

/** Opens the file as every connection to it must be: WAL, foreign keys, waiting for other writers. */
function openSqlite(options: SqliteOptions): DatabaseSync {
  const db = new DatabaseSync(options.file, {
    readOnly: options.readOnly,
    timeout: blockedFor,
    enableForeignKeyConstraints: true,
    enableDoubleQuotedStringLiterals: false,
  });
  try {
    // SQLite's own knows ASCII alone; PostgreSQL's knows every alphabet.
    db.function('lower', { deterministic: true }, (text) => (typeof text === 'string' ? text.toLowerCase() : text));
    if (!options.readOnly) {
      db.exec('pragma journal_mode = wal');
      // A key that was erased must not lie on in the page that it stood in.
      db.exec('pragma secure_delete = fast');
      db.exec(`pragma synchronous = ${options.synchronous}`);
    }
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}
