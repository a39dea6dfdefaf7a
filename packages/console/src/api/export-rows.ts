// A list as a file: read from the server as it comes, so that a person sees how far it is and can stop it, and written in that person's words.
import { csvCell } from '@usher/protocol/csv-cell';
import { apiBase, type Query, queryString } from './client.ts';
import { ProblemError, readProblem } from './problem-error.ts';

/** CSV for people, JSON Lines for programs. */
export type ExportFormat = 'csv' | 'jsonl';

/** A column of a file: what the server calls it, what a person reads above it, and its values in that person's words. */
interface ExportColumn {
  readonly id: string;
  readonly label: string;
  readonly words?: (value: unknown, row: Readonly<Record<string, unknown>>) => string;
  /** Other columns that the words need. */
  readonly beside?: readonly string[];
  /** Holds buttons: it is left out. */
  readonly isAction?: boolean;
}

/** Which rows, and which columns of them in the order of the file. */
export interface ListExport {
  /** The list's path in the console API. */
  readonly path: string;
  /** Filters and order, as the list itself takes them. */
  readonly query: Query;
  readonly columns: readonly ExportColumn[];
  /** Only the rows with these ids. */
  readonly only?: ReadonlySet<string>;
  /** The server gives whole objects and has no choice of columns. */
  readonly isWhole?: boolean;
}

const shown = (list: ListExport): readonly ExportColumn[] => list.columns.filter(({ isAction }) => isAction !== true);

/** Where the server has the file; `more` are columns that are needed besides. */
export function exportAddress(list: ListExport, format: ExportFormat, more: readonly string[] = []): string {
  const names = [...shown(list).map(({ id }) => id), ...more];
  const columns = list.isWhole === true ? undefined : [...new Set(names)].join(',');
  return `${apiBase}${list.path}/export${queryString({ ...list.query, format, columns })}`;
}

/** The line of column names, after a byte-order mark so that spreadsheets read the file as UTF-8. */
export function headLine(labels: readonly string[]): string {
  return `\uFEFF${labels.map(csvCell).join(',')}\r\n`;
}

/** One row as a line of CSV, its values in words. */
export function csvLine(columns: readonly ExportColumn[], row: Readonly<Record<string, unknown>>): string {
  const cells = columns.map(({ id, words }) => {
    const value = row[id];
    const isThere = value !== null && value !== undefined;
    if (words !== undefined) return csvCell(words(value, row));
    // A number is none that a spreadsheet could take for a formula, also where it is below zero.
    return !isThere ? '' : typeof value === 'number' ? String(value) : csvCell(asText(value));
  });
  return `${cells.join(',')}\r\n`;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Takes JSON Lines that come in parts, wherever they are cut, and gives the lines that are whole. */
export function makeLineReader(): { readonly take: (part: Uint8Array) => string[]; readonly rest: () => string[] } {
  const decoder = new TextDecoder();
  let begun = '';
  return {
    take: (part) => {
      const lines = (begun + decoder.decode(part, { stream: true })).split('\n');
      begun = lines.pop() ?? '';
      return lines.filter((line) => line !== '');
    },
    rest: () => [begun + decoder.decode()].filter((line) => line !== ''),
  };
}

/**
 * The rows as a file.
 * @param onRows is told how many rows have come so far
 * @throws ProblemError where the server refuses, or the connection ends too early
 */
export async function exportRows(
  list: ListExport,
  format: ExportFormat,
  onRows: (rows: number) => void,
  signal: AbortSignal,
): Promise<{ readonly content: Blob; readonly rows: number }> {
  const columns = shown(list);
  const more = [
    ...(list.only === undefined ? [] : ['id']),
    ...(format === 'csv' ? columns.flatMap(({ beside = [] }) => beside) : []),
  ];
  const response = await send(exportAddress(list, 'jsonl', more), signal);
  const parts: BlobPart[] = format === 'csv' ? [headLine(columns.map(({ label }) => label))] : [];
  let read = 0;
  let rows = 0;
  const write = (lines: readonly string[]): void => {
    let text = '';
    for (const line of lines) {
      const row = JSON.parse(line) as Readonly<Record<string, unknown>>;
      read += 1;
      if (list.only !== undefined && !list.only.has(String(row.id))) continue;
      rows += 1;
      text += format === 'csv' ? csvLine(columns, row) : `${line}\n`;
    }
    parts.push(text);
    onRows(read);
  };
  const reader = makeLineReader();
  const stream = response.body?.getReader();
  for (;;) {
    const part = await stream?.read().catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw new ProblemError('client.unreachable', 0, null);
    });
    if (part?.value === undefined) break;
    write(reader.take(part.value));
  }
  write(reader.rest());
  const type = format === 'csv' ? 'text/csv;charset=utf-8' : 'application/jsonl;charset=utf-8';
  return { content: new Blob(parts, { type }), rows };
}

async function send(address: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(address, { credentials: 'same-origin', signal }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new ProblemError('client.unreachable', 0, null);
  });
  if (response.ok) return response;
  const problem = readProblem(await response.text());
  throw new ProblemError(problem?.code ?? 'client.unexpected', response.status, problem);
}
