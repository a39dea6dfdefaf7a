// Lists as files: exactly the rows that the filters show, in their order, with the columns that are asked for.
import { Readable } from 'node:stream';
import * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import type { App } from '../../http/app.ts';
import { invalidInput } from '../../problem-error.ts';
import { csvCell } from '../events/export-events.ts';
import { installerQuery, listInstallers } from '../installers/installer-list.ts';
import { assignmentQuery, listAssignments } from '../updates/assignment-list.ts';
import { listUpdates, updateQuery } from '../updates/read-model.ts';
import { everyWorkstation, workstationListQuery } from '../workstations/workstation-list.ts';
import {
  assignmentColumns,
  installerColumns,
  updateColumns,
  workstationColumns,
  type Columns,
} from './export-columns.ts';

const access = 'read' as const;
const paging = { page: true, pageSize: true } as const;
const params = z.object({ id: z.string().max(80) });

/** Rows of lists that are read page by page. Large: a page of a long list costs as much as its order does. */
const pageSize = 5000;

const file = {
  description: 'A file with a line of column names',
  content: { 'text/csv': { schema: z.unknown() }, 'application/jsonl': { schema: z.unknown() } },
};

/** What every export takes beside the list's own query. */
const exportShape = {
  format: z.enum(['csv', 'jsonl']).default('csv'),
  columns: z
    .string()
    .max(2000)
    .optional()
    .meta({ description: 'Names with commas between them, in the order of the file; all where it is left out' }),
};

interface ExportQuery {
  readonly format: 'csv' | 'jsonl';
  readonly columns?: string | undefined;
}

/** The columns that are asked for. @throws ProblemError `request.invalid` where there is none of such a name */
function chosen<Row>(columns: Columns<Row>, asked: string | undefined): [string, Columns<Row>[string]][] {
  if (asked === undefined) return Object.entries(columns);
  return asked.split(',').map((name) => {
    const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
    if (column === undefined) throw invalidInput('columns', `there is no column "${name}"`);
    return [name, column];
  });
}

type Chosen<Row> = readonly (readonly [string, Columns<Row>[string]])[];

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

/** Reads a list page by page, each row once. */
async function* pages<Row>(
  list: (page: number) => Promise<{ readonly items: readonly Row[]; readonly total: number }>,
  first: { readonly items: readonly Row[]; readonly total: number },
  idOf: (row: Row) => string,
): AsyncGenerator<readonly Row[]> {
  const seen = new Set<string>();
  for (let page = 1, present = first; ;) {
    const fresh = present.items.filter((row) => !seen.has(idOf(row)));
    for (const row of fresh) seen.add(idOf(row));
    yield fresh;
    if (page * pageSize >= present.total || present.items.length === 0) return;
    page += 1;
    present = await list(page);
  }
}

/** Adds `/export` below each list. The first page is read before the answer begins, so that a refusal can still be one. */
export function exportRoutes(app: App, { read }: { readonly read: Reader }): void {
  const schemaOf = <Query extends z.ZodType>(tag: string, summary: string, querystring: Query) => ({
    tags: [tag],
    summary,
    querystring,
    response: { 200: file },
  });

  function answer<Row>(
    name: string,
    query: ExportQuery,
    columns: Chosen<Row>,
    parts: AsyncIterable<readonly Row[]>,
  ): { readonly headers: Record<string, string>; readonly stream: Readable } {
    const isCsv = query.format === 'csv';
    return {
      headers: {
        'content-type': isCsv ? 'text/csv; charset=utf-8; header=present' : 'application/jsonl; charset=utf-8',
        'content-disposition': `attachment; filename="usher-${name}.${query.format}"`,
        'cache-control': 'no-store',
      },
      stream: Readable.from(isCsv ? csvLines(parts, columns) : jsonLines(parts, columns), { objectMode: false }),
    };
  }

  app.get(
    '/installers/export',
    {
      config: { access },
      schema: schemaOf(
        'Installers',
        'The list of installers as a file',
        installerQuery.omit(paging).extend(exportShape),
      ),
    },
    async (request, reply) => {
      const { format, columns, ...query } = request.query;
      const shown = chosen(installerColumns, columns);
      const list = (page: number) => listInstallers(read, { ...query, page, pageSize });
      const { headers, stream } = answer(
        'installers',
        { format },
        shown,
        pages(list, await list(1), ({ id }) => id),
      );
      return reply.headers(headers).send(stream);
    },
  );

  app.get(
    '/updates/export',
    {
      config: { access },
      schema: schemaOf('Updates', 'The list of updates as a file', updateQuery.omit(paging).extend(exportShape)),
    },
    async (request, reply) => {
      const { format, columns, ...query } = request.query;
      const shown = chosen(updateColumns, columns);
      const list = (page: number) => listUpdates(read, { ...query, page, pageSize });
      const { headers, stream } = answer(
        'updates',
        { format },
        shown,
        pages(list, await list(1), ({ id }) => id),
      );
      return reply.headers(headers).send(stream);
    },
  );

  app.get(
    '/workstations/export',
    {
      config: { access },
      schema: schemaOf(
        'Workstations',
        'The list of workstations as a file',
        workstationListQuery.omit(paging).extend(exportShape),
      ),
    },
    async (request, reply) => {
      const { format, columns, ...query } = request.query;
      const shown = chosen(workstationColumns, columns);
      const { headers, stream } = answer('workstations', { format }, shown, await everyWorkstation(read, query));
      return reply.headers(headers).send(stream);
    },
  );

  app.get(
    '/updates/:id/workstations/export',
    {
      config: { access },
      schema: {
        ...schemaOf(
          'Updates',
          'The workstations of an update as a file',
          assignmentQuery.omit(paging).extend(exportShape),
        ),
        params,
      },
    },
    async (request, reply) => {
      const { format, columns, ...query } = request.query;
      const shown = chosen(assignmentColumns, columns);
      const list = (page: number) => listAssignments(read, request.params.id, { ...query, page, pageSize });
      const parts = pages(list, await list(1), ({ workstation }) => workstation.id);
      const { headers, stream } = answer('update-workstations', { format }, shown, parts);
      return reply.headers(headers).send(stream);
    },
  );
}
