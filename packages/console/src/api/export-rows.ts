// A list as a file from the server: read as it comes, so that a person sees how far it is and can stop it.
import { apiBase, type Query, queryString } from './client.ts';
import { ProblemError, readProblem } from './problem-error.ts';

/** Which rows, and which columns of them under which names. */
export interface ListExport {
  /** The list's path in the console API. */
  readonly path: string;
  /** Filters and order, as the list itself takes them. */
  readonly query: Query;
  /** In the order of the file: what the server calls a column, and what a person reads above it. */
  readonly columns: readonly { readonly id: string; readonly label: string }[];
}

const quote = 0x22;
const lineFeed = 0x0a;

/** Counts the lines of a CSV file that comes in parts, and takes its first line, the server's column names, away. */
export function makeRowReader(): { readonly take: (part: Uint8Array) => Uint8Array; readonly rows: () => number } {
  let lines = 0;
  let isQuoted = false;
  return {
    take: (part) => {
      let firstRow = lines > 0 ? 0 : part.length;
      for (const [at, byte] of part.entries()) {
        if (byte === quote) isQuoted = !isQuoted;
        // A line feed between quotes belongs to its cell (RFC 4180).
        if (byte !== lineFeed || isQuoted) continue;
        lines += 1;
        if (lines === 1) firstRow = at + 1;
      }
      return part.subarray(firstRow);
    },
    rows: () => Math.max(0, lines - 1),
  };
}

/** The line of column names, after a byte-order mark so that spreadsheets read the file as UTF-8. */
export function headLine(labels: readonly string[]): string {
  return `\uFEFF${labels.map((label) => (/[",\r\n]/.test(label) ? `"${label.replaceAll('"', '""')}"` : label)).join(',')}\r\n`;
}

/**
 * The rows as CSV.
 * @param onRows is told how many rows have come so far
 * @throws ProblemError where the server refuses, or the connection ends too early
 */
export async function exportRows(
  { path, query, columns }: ListExport,
  onRows: (rows: number) => void,
  signal: AbortSignal,
): Promise<{ readonly content: Blob; readonly rows: number }> {
  const asked = { ...query, format: 'csv', columns: columns.map(({ id }) => id).join(',') };
  const response = await send(`${apiBase}${path}/export${queryString(asked)}`, signal);
  const parts: BlobPart[] = [headLine(columns.map(({ label }) => label))];
  const reader = makeRowReader();
  const stream = response.body?.getReader();
  for (;;) {
    const part = await stream?.read().catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw new ProblemError('client.unreachable', 0, null);
    });
    if (part?.value === undefined) break;
    // A copy of its own: what is left of the part after the first line shares its memory.
    parts.push(reader.take(part.value).slice());
    onRows(reader.rows());
  }
  return { content: new Blob(parts, { type: 'text/csv;charset=utf-8' }), rows: reader.rows() };
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
