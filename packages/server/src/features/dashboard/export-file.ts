// A list as a file: lines of CSV or JSON as the rows come, with the columns that are asked for.
import { Readable } from 'node:stream';
import { csvCell } from '@usher/protocol';
import * as z from 'zod';
import { invalidInput } from '../../problem-error.ts';

/** Columns by name: what each says of a row. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => string | number | null>>;

type Chosen<Row> = readonly (readonly [string, Columns<Row>[string]])[];

/** What every export takes beside the list's own query. */
export const exportShape = {
  format: z.enum(['csv', 'jsonl']).default('csv'),
  columns: z
    .string()
    .max(2000)
    .optional()
    .meta({ description: 'Names with commas between them, in the order of the file; all where it is left out' }),
};

/** The same, parsed. */
export interface ExportQuery {
  readonly format: 'csv' | 'jsonl';
  readonly columns?: string | undefined;
}

/** The columns that are asked for. @throws ProblemError `request.invalid` where there is none of such a name */
export function chosenColumns<Row>(columns: Columns<Row>, asked: string | undefined): Chosen<Row> {
  if (asked === undefined) return Object.entries(columns);
  return asked.split(',').map((name) => {
    const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
    if (column === undefined) throw invalidInput('columns', `there is no column "${name}"`);
    return [name, column] as const;
  });
}

/** The file and what its answer says of it. */
export function exportedFile<Row>(
  name: string,
  format: ExportQuery['format'],
  columns: Chosen<Row>,
  parts: AsyncIterable<readonly Row[]>,
): { readonly headers: Record<string, string>; readonly stream: Readable } {
  const isCsv = format === 'csv';
  return {
    headers: {
      'content-type': isCsv ? 'text/csv; charset=utf-8; header=present' : 'application/jsonl; charset=utf-8',
      'content-disposition': `attachment; filename="usher-${name}.${format}"`,
      'cache-control': 'no-store',
    },
    stream: Readable.from(isCsv ? csvLines(parts, columns) : jsonLines(parts, columns), { objectMode: false }),
  };
}

async function* csvLines<Row>(parts: AsyncIterable<readonly Row[]>, columns: Chosen<Row>): AsyncGenerator<string> {
  yield `${columns.map(([name]) => name).join(',')}\r\n`;
  for await (const rows of parts) {
    yield rows.map((row) => `${columns.map(([, value]) => cell(value(row))).join(',')}\r\n`).join('');
  }
}

/** A number is none that a spreadsheet could take for a formula, also where it is below zero. */
function cell(value: string | number | null): string {
  return typeof value === 'number' ? String(value) : csvCell(value ?? '');
}

async function* jsonLines<Row>(parts: AsyncIterable<readonly Row[]>, columns: Chosen<Row>): AsyncGenerator<string> {
  for await (const rows of parts) {
    yield rows
      .map((row) => `${JSON.stringify(Object.fromEntries(columns.map(([name, value]) => [name, value(row)])))}\n`)
      .join('');
  }
}

/** Rows of lists that are read page by page. Large: a page of a long list costs as much as its order does. */
const pageSize = 5000;

/** One page of a list. */
interface Page<Row> {
  readonly items: readonly Row[];
  readonly total: number;
}

/** Reads a list page by page, each row once. The first page is read at once, so that a refusal can still be one. */
export async function everyPage<Row>(
  list: (paging: { readonly page: number; readonly pageSize: number }) => Promise<Page<Row>>,
  idOf: (row: Row) => string,
): Promise<AsyncGenerator<readonly Row[]>> {
  const first = await list({ page: 1, pageSize });
  return (async function* () {
    const seen = new Set<string>();
    for (let page = 1, present = first; ;) {
      const fresh = present.items.filter((row) => !seen.has(idOf(row)));
      for (const row of fresh) seen.add(idOf(row));
      yield fresh;
      if (page * pageSize >= present.total || present.items.length === 0) return;
      page += 1;
      present = await list({ page, pageSize });
    }
  })();
}
