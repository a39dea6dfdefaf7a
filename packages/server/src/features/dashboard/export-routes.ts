// Lists as files: exactly the rows that the filters show, in their order, with the columns that are asked for.
import * as z from 'zod';
import { isoNow, type Clock } from '../../clock.ts';
import type { Reader } from '../../database/database.ts';
import type { Access } from '../../http/access.ts';
import type { App } from '../../http/app.ts';
import { accountQuery, listAccounts, listTokens, tokenQuery } from '../accounts/read-model.ts';
import { groupQuery, listGroups } from '../groups/read-model.ts';
import { installationKeyQuery, listInstallationKeys } from '../installation-keys/read-model.ts';
import { installerQuery, listInstallers } from '../installers/installer-list.ts';
import { listProducts, productQuery } from '../products/product-list.ts';
import { assignmentQuery, listAssignments } from '../updates/assignment-list.ts';
import { listUpdates, updateQuery } from '../updates/read-model.ts';
import { everyWorkstation, workstationListQuery } from '../workstations/workstation-list.ts';
import * as shown from './export-columns.ts';
import { chosenColumns, everyPage, exportedFile, exportShape, type Columns, type ExportQuery } from './export-file.ts';

const paging = { page: true, pageSize: true } as const;

const file = {
  description: 'A file with a line of column names',
  content: { 'text/csv': { schema: z.unknown() }, 'application/jsonl': { schema: z.unknown() } },
};

/** What a list's query asks for, apart from paging. */
type Asked<Query extends z.ZodObject> = Omit<z.output<Query>, 'page' | 'pageSize'>;

/** A list that can be had as a file. */
interface ExportedList<Row, Query extends z.ZodObject> {
  /** The list's path; its export is below it. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Of the file. */
  readonly name: string;
  /** The same as the list itself has. */
  readonly access?: Access;
  readonly query: Query;
  readonly columns: Columns<Row>;
  readonly rows: (asked: Asked<Query>, id: string) => Promise<AsyncIterable<readonly Row[]>>;
}

const byId = ({ id }: { readonly id: string }): string => id;

/** Adds `/export` below each list. The first rows are read before the answer begins, so that a refusal can still be one. */
export function exportRoutes(app: App, { read, clock }: { readonly read: Reader; readonly clock: Clock }): void {
  function add<Row, Query extends z.ZodObject>(list: ExportedList<Row, Query>): void {
    const { path, tag, summary, name, access = 'read', columns } = list;
    const querystring: z.ZodObject = list.query.omit(paging).extend(exportShape);
    app.get(
      `${path}/export`,
      {
        config: { access },
        schema: {
          tags: [tag],
          summary,
          querystring,
          response: { 200: file },
          ...(path.includes(':id') && { params: z.object({ id: z.string().max(80) }) }),
        },
      },
      async (request, reply) => {
        const { format, columns: named, ...asked } = request.query as ExportQuery & Asked<Query>;
        const chosen = chosenColumns(columns, named);
        const { id = '' } = request.params as { id?: string };
        const rows = await list.rows(asked as unknown as Asked<Query>, id);
        const { headers, stream } = exportedFile(name, format, chosen, rows);
        return reply.headers(headers).send(stream);
      },
    );
  }

  add({
    path: '/installers',
    tag: 'Installers',
    summary: 'The list of installers as a file',
    name: 'installers',
    query: installerQuery,
    columns: shown.installerColumns,
    rows: (asked) => everyPage((page) => listInstallers(read, { ...asked, ...page }), byId),
  });
  add({
    path: '/updates',
    tag: 'Updates',
    summary: 'The list of updates as a file',
    name: 'updates',
    query: updateQuery,
    columns: shown.updateColumns,
    rows: (asked) => everyPage((page) => listUpdates(read, { ...asked, ...page }), byId),
  });
  add({
    path: '/updates/:id/workstations',
    tag: 'Updates',
    summary: 'The workstations of an update as a file',
    name: 'update-workstations',
    query: assignmentQuery,
    columns: shown.assignmentColumns,
    rows: (asked, id) =>
      everyPage(
        (page) => listAssignments(read, id, { ...asked, ...page }),
        ({ workstation }) => workstation.id,
      ),
  });
  add({
    path: '/workstations',
    tag: 'Workstations',
    summary: 'The list of workstations as a file',
    name: 'workstations',
    query: workstationListQuery,
    columns: shown.workstationColumns,
    rows: (asked) => everyWorkstation(read, asked),
  });
  add({
    path: '/groups',
    tag: 'Groups',
    summary: 'The list of groups as a file',
    name: 'groups',
    query: groupQuery,
    columns: shown.groupColumns,
    rows: (asked) => everyPage((page) => listGroups(read, { ...asked, ...page }), byId),
  });
  add({
    path: '/products',
    tag: 'Products',
    summary: 'The list of products as a file',
    name: 'products',
    query: productQuery,
    columns: shown.productColumns,
    rows: (asked) => everyPage((page) => listProducts(read, { ...asked, ...page }, isoNow(clock)), byId),
  });
  add({
    path: '/accounts',
    tag: 'Accounts',
    summary: 'The list of accounts as a file',
    name: 'accounts',
    access: 'accounts.manage',
    query: accountQuery,
    columns: shown.accountColumns,
    rows: (asked) => everyPage((page) => listAccounts(read, { ...asked, ...page }), byId),
  });
  add({
    path: '/tokens',
    tag: 'API tokens',
    summary: 'The list of API tokens as a file, without their secrets',
    name: 'tokens',
    access: 'tokens.manage',
    query: tokenQuery,
    columns: shown.tokenColumns,
    rows: (asked) => everyPage((page) => listTokens(read, { ...asked, ...page }, isoNow(clock)), byId),
  });
  add({
    path: '/installation-keys',
    tag: 'Installation keys',
    summary: 'The list of installation keys as a file, without their secrets',
    name: 'installation-keys',
    access: 'keys.manage',
    query: installationKeyQuery,
    columns: shown.installationKeyColumns,
    rows: (asked) => everyPage((page) => listInstallationKeys(read, { ...asked, ...page }, isoNow(clock)), byId),
  });
}
