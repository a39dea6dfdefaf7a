// The database inside an MSI: which tables and streams it has, from the streams of its compound file.
import type { CompoundFile } from './compound-file.ts';
import type { StreamEntry } from './compound-directory.ts';
import { malformed } from './installer-error.ts';
import { MAX_COLUMNS } from './limits.ts';
import { unpackStreamName } from './stream-name.ts';
import { assertPoolSize, StringPool } from './string-pool.ts';
import { columnOfType, Table, type Column } from './table.ts';

/** The database inside an MSI. Only the texts and the schemas stay in memory. */
export class Database {
  readonly pool: StringPool;
  readonly #file: CompoundFile;
  readonly #tableStreams = new Map<string, StreamEntry>();
  readonly #streams = new Map<string, StreamEntry>();
  readonly #schemas: ReadonlyMap<string, readonly Column[]>;

  /** Throws `installer.malformed` where the pool of texts or the schemas contradict themselves. */
  constructor(file: CompoundFile) {
    this.#file = file;
    for (const entry of file.root.children) {
      if (entry.kind !== 'stream') continue;
      const { name, isTable } = unpackStreamName(entry.name);
      const streams = isTable ? this.#tableStreams : this.#streams;
      if (streams.has(name)) throw malformed('Database', `two streams have the name ${JSON.stringify(name)}`);
      streams.set(name, entry);
    }
    const pool = this.#tableStreams.get('_StringPool');
    const data = this.#tableStreams.get('_StringData');
    if (pool === undefined || data === undefined) throw malformed('Database', 'it has no pool of texts');
    assertPoolSize(pool.size, data.size);
    this.pool = new StringPool(file.read(pool), file.read(data));
    this.#schemas = this.#readSchemas();
  }

  get tableNames(): string[] {
    return [...this.#schemas.keys()];
  }

  /** A stream that is not a table, by its unpacked name. */
  stream(name: string): StreamEntry | undefined {
    return this.#streams.get(name);
  }

  /** A table; one without rows when the database does not have it. */
  table(name: string): Table {
    return this.#table(name, this.#schemas.get(name) ?? [], this.#schemas.has(name));
  }

  #table(name: string, columns: readonly Column[], exists = true): Table {
    const stream = exists ? this.#tableStreams.get(name) : undefined;
    return new Table(name, columns, { file: this.#file, pool: this.pool, stream });
  }

  /** Reads `_Tables` and `_Columns`, the two that describe all others and themselves nowhere. */
  #readSchemas(): Map<string, readonly Column[]> {
    const reference = this.pool.referenceBytes;
    const text = (name: string): Column => ({ name, kind: 'text', width: reference });
    const short = (name: string): Column => ({ name, kind: 'int16', width: 2 });
    const tables = this.#table('_Tables', [text('Name')]);
    const columns = this.#table('_Columns', [text('Table'), short('Number'), text('Name'), short('Type')]);
    if (columns.rowCount > MAX_COLUMNS) throw malformed('Table _Columns', `${columns.rowCount} rows are too many`);

    const numbered = new Map<string, Map<number, Column>>();
    for (const [name] of tables.rows(['Name'])) {
      if (typeof name !== 'string') throw malformed('Table _Tables', 'a table has no name');
      numbered.set(name, new Map());
    }
    for (const [table, number, name, type] of columns.rows(['Table', 'Number', 'Name', 'Type'])) {
      if (
        typeof table !== 'string' ||
        typeof number !== 'number' ||
        typeof name !== 'string' ||
        typeof type !== 'number'
      ) {
        throw malformed('Table _Columns', 'a row is not complete');
      }
      const known = numbered.get(table);
      if (known?.has(number) === true) throw malformed('Table _Columns', `${table} has two columns ${number}`);
      known?.set(number, columnOfType(name, type, reference));
    }
    return new Map([...numbered].map(([table, known]) => [table, inOrder(table, known)]));
  }
}

function inOrder(table: string, numbered: ReadonlyMap<number, Column>): Column[] {
  return Array.from({ length: numbered.size }, (_, index) => {
    const column = numbered.get(index + 1);
    if (column === undefined) throw malformed('Table _Columns', `${table} has no column ${index + 1}`);
    return column;
  });
}
