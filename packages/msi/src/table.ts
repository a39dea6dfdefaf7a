// One table of an MSI database, read column by column: tables are stored column-major.
import type { CompoundFile } from './compound-file.ts';
import type { StreamEntry } from './compound-directory.ts';
import { malformed } from './installer-error.ts';
import { MAX_CHARACTERS, MAX_ROWS, MAX_TEXT_ROWS } from './limits.ts';
import type { StringPool } from './string-pool.ts';

/** A cell: text, number, or nothing. The content of a binary cell is a stream of its own and is not read here. */
export type Cell = string | number | null;

export interface Column {
  readonly name: string;
  readonly kind: 'text' | 'int16' | 'int32' | 'binary';
  /** Bytes of a cell. */
  readonly width: number;
}

// Bits of a column's type, as the table `_Columns` holds it.
const TYPE_SIZE = 0x00ff;
const TYPE_VALID = 0x0100;
const TYPE_STRING = 0x0800;
const TYPE_NULLABLE = 0x1000;
const TYPE_PERSISTENT = 0x1fff;

/** The column that a type of `_Columns` describes. `referenceBytes` is what a reference to a text takes. */
export function columnOfType(name: string, type: number, referenceBytes: 2 | 3): Column {
  const bits = type & TYPE_PERSISTENT & ~TYPE_NULLABLE;
  if (bits === (TYPE_STRING | TYPE_VALID)) return { name, kind: 'binary', width: 2 };
  if ((bits & TYPE_STRING) !== 0) return { name, kind: 'text', width: referenceBytes };
  const size = bits & TYPE_SIZE;
  if (size === 4) return { name, kind: 'int32', width: 4 };
  if (size <= 2) return { name, kind: 'int16', width: 2 };
  throw malformed('Table _Columns', `column ${name} has a number of ${size} bytes`);
}

/** A table whose cells are read when asked for, in bounded memory. */
export class Table {
  readonly name: string;
  readonly rowCount: number;
  readonly #columns: readonly Column[];
  readonly #stream: StreamEntry | undefined;
  readonly #file: CompoundFile;
  readonly #pool: StringPool;

  /** Without a stream the table has no rows. Throws `installer.malformed` when the stream is not made of whole rows. */
  constructor(
    name: string,
    columns: readonly Column[],
    source: { file: CompoundFile; pool: StringPool; stream: StreamEntry | undefined },
  ) {
    this.name = name;
    this.#columns = columns;
    this.#stream = source.stream;
    this.#file = source.file;
    this.#pool = source.pool;
    const width = columns.reduce((sum, column) => sum + column.width, 0);
    const size = source.stream?.size ?? 0;
    this.rowCount = size === 0 ? 0 : size / width;
    if (!Number.isInteger(this.rowCount)) throw this.#malformed(`${size} bytes are no whole rows of ${width}`);
    if (this.rowCount > MAX_ROWS) throw this.#malformed(`${this.rowCount} rows are too many`);
  }

  /** The named columns of all rows, in the order of `names`. Throws where there are more than `limit` rows. */
  rows(names: readonly string[], limit = MAX_TEXT_ROWS): Cell[][] {
    if (this.rowCount > limit) throw this.#malformed(`${this.rowCount} rows are too many`);
    const rows: Cell[][] = Array.from({ length: this.rowCount }, () => []);
    for (const name of names) {
      let row = 0;
      for (const cell of this.column(name)) rows[row++]?.push(cell);
    }
    return rows;
  }

  /** One cell. */
  at(row: number, name: string): Cell {
    const { column, offset } = this.#locate(name);
    if (this.#stream === undefined || row >= this.rowCount) throw this.#malformed(`it has no row ${row + 1}`);
    return this.#cell(column, this.#file.read(this.#stream, offset + row * column.width, column.width), 0);
  }

  /** One column, cell by cell. Throws `installer.malformed` where the table does not have it, or it is without measure. */
  *column(name: string): Generator<Cell> {
    if (this.#stream === undefined || this.rowCount === 0) return;
    const { column, offset } = this.#locate(name);
    if (column.kind === 'text' && this.rowCount > MAX_TEXT_ROWS) {
      throw this.#malformed(`${this.rowCount} rows of texts are too many`);
    }
    let characters = 0;
    let rest: Buffer = Buffer.alloc(0);
    for (const piece of this.#file.pieces(this.#stream, offset, column.width * this.rowCount)) {
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      let position = 0;
      for (; position + column.width <= bytes.length; position += column.width) {
        const cell = this.#cell(column, bytes, position);
        if (typeof cell === 'string') characters += cell.length;
        if (characters > MAX_CHARACTERS) throw this.#malformed('it has too much text');
        yield cell;
      }
      rest = bytes.subarray(position);
    }
  }

  /** Where a column begins: behind all rows of the columns before it. */
  #locate(name: string): { column: Column; offset: number } {
    const index = this.#columns.findIndex((candidate) => candidate.name === name);
    const column = this.#columns[index];
    if (column === undefined) throw this.#malformed(`it has no column ${name}`);
    const before = this.#columns.slice(0, index).reduce((sum, { width }) => sum + width, 0);
    return { column, offset: before * this.rowCount };
  }

  #cell(column: Column, bytes: Buffer, position: number): Cell {
    switch (column.kind) {
      case 'text':
        return this.#pool.text(bytes.readUIntLE(position, column.width));
      case 'int16': {
        const raw = bytes.readUInt16LE(position);
        return raw === 0 ? null : raw - 0x8000;
      }
      case 'int32': {
        const raw = bytes.readUInt32LE(position);
        return raw === 0 ? null : raw - 0x80000000;
      }
      case 'binary':
        return null;
    }
  }

  #malformed(what: string): Error {
    return malformed(`Table ${this.name}`, what);
  }
}
