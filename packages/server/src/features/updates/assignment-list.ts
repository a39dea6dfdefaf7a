// The assignments of one update as people see them.
import type { AssignmentCounts } from '@usher/core';
import { assignmentStates, lastErrorSchema, type assignmentFilterSchema, type AssignmentItem } from '@usher/protocol';
import { expressionBuilder, sql, type Expression, type SelectQueryBuilder, type SqlBool } from 'kysely';
import * as z from 'zod';
import { dialectOf, type Reader } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';
import { nullLowest } from '../../database/null-order.ts';
import { containsLowerCase } from '../../database/text-search.ts';
import { listAnswer, listQuery, rowsOf } from '../../http/list-query.ts';
import { ProblemError } from '../../problem-error.ts';
import { cutoffThere } from './held.ts';
import { countsOfOne, findUpdate, inChunks, type AssignmentRow, type UpdateRow } from './store.ts';
import { toldWhy } from './why.ts';

/** Columns of the assignment itself. */
const sortColumns = {
  state: 'assignments.state',
  attempts: 'assignments.attempt',
  updatedAt: 'assignments.updatedAt',
} as const;

/** The query of `GET /updates/:id/workstations`. */
export const assignmentQuery = listQuery(
  ['hostname', 'state', 'attempts', 'installedVersion', 'updatedAt'],
  'hostname',
  { state: z.enum(assignmentStates).optional() },
);

/**
 * One page of an update's assignments.
 * @param few so many are sorted, more are read along an index; the answer is the same
 * @throws ProblemError `update.not-found`
 */
export async function listAssignments(
  read: Reader,
  id: string,
  query: z.output<typeof assignmentQuery>,
  few = fewEnough,
) {
  const update = await findUpdate(read, id);
  if (update === undefined) throw new ProblemError('update.not-found', `There is no update ${id}.`);
  const total = await totalOf(read, id, query);
  const { limit, offset } = rowsOf(query);
  const ids = offset < total ? await pageOf(read, update, query, total <= few, { limit, offset }) : [];
  const byId = new Map((await rowsOfThese(read, update, ids)).map((row) => [row.workstationId, row]));
  const rows = ids.map((workstationId) => byId.get(workstationId)).filter((row) => row !== undefined);
  return listAnswer(
    rows.map((row) => assignmentItem(row, update)),
    total,
    query,
  );
}

type Query = z.output<typeof assignmentQuery>;

/** Some of an update's workstations: these, or all that a filter shows. */
export interface WhichAssignments {
  readonly ids?: readonly string[] | undefined;
  readonly filter?: z.output<typeof assignmentFilterSchema> | undefined;
}

/** The workstations that are meant, each once, in the order of their ids; null where neither ids nor a filter says which. */
export async function idsMeant(read: Reader, updateId: string, which: WhichAssignments): Promise<string[] | null> {
  if (which.ids !== undefined) return [...new Set(which.ids)].sort();
  if (which.filter === undefined) return null;
  const rows = await read
    .selectFrom('assignments')
    .select('assignments.workstationId')
    .where(meant(updateId, which.filter))
    .orderBy('assignments.workstationId')
    .execute();
  return rows.map(({ workstationId }) => workstationId);
}

/** How many assignments are meant: as it is kept, or counted where a text is searched. */
async function totalOf(read: Reader, id: string, query: Query): Promise<number> {
  if ((query.q?.trim() ?? '') === '') {
    const counts = await countsOfOne(read, id);
    return query.state === undefined ? sumOf(counts) : counts[query.state];
  }
  const { total } = await read
    .selectFrom('assignments')
    .select((e) => e.fn.countAll<number>().as('total'))
    .where(meant(id, query))
    .executeTakeFirstOrThrow();
  return total;
}

function sumOf(counts: AssignmentCounts): number {
  return Object.values(counts).reduce((sum, each) => sum + each, 0);
}

/** The condition on assignments that an update and the filters make. */
function meant(updateId: string, { q, state }: z.output<typeof assignmentFilterSchema>) {
  const e = expressionBuilder<Tables, 'assignments'>();
  const text = q?.trim() ?? '';
  const conditions: Expression<SqlBool>[] = [e('assignments.updateId', '=', updateId)];
  if (state !== undefined) conditions.push(e('assignments.state', '=', state));
  if (text !== '') {
    const named = e
      .selectFrom('workstations')
      .select('workstations.id')
      .where((of) =>
        of.or([of('workstations.id', '=', text), containsLowerCase(of.ref('workstations.searchText'), text)]),
      );
    conditions.push(e('assignments.workstationId', 'in', named));
  }
  return e.and(conditions);
}

/** So few that sorting them is quicker than following the names of all workstations. */
const fewEnough = 5000;

/** A query for a part of the list, whatever tables it goes along. */
type Ordered = SelectQueryBuilder<Tables, never, { workstationId: string }>;

/** The workstations of one page. Nothing else is read of those that it does not show. */
async function pageOf(
  read: Reader,
  update: UpdateRow,
  query: Query,
  isFew: boolean,
  { limit, offset }: ReturnType<typeof rowsOf>,
): Promise<string[]> {
  const part = async (ordered: Ordered) => {
    const rows = await ordered.limit(limit).offset(offset).execute();
    return rows.map(({ workstationId }) => workstationId);
  };
  if (query.sort.field === 'installedVersion' && !isFew && dialectOf(read) === 'postgres') {
    const ids = await part(alongVersions(read, update, query));
    // Else the page reaches those without a version, which come last.
    if (ids.length === limit) return ids;
  }
  return part(inOrder(read, update, query, isFew));
}

/** The workstations in the order of the list. */
function inOrder(read: Reader, update: UpdateRow, query: Query, isFew: boolean): Ordered {
  const { field, direction } = query.sort;
  const found = read.selectFrom('assignments').select('assignments.workstationId').where(meant(update.id, query));
  if (field === 'hostname') {
    if (!isFew) return alongNames(read, found, update, query);
    return found
      .innerJoin('workstations', 'workstations.id', 'assignments.workstationId')
      .orderBy('workstations.nameKey', direction)
      .orderBy('workstations.id', direction);
  }
  if (field === 'installedVersion') {
    return found
      .leftJoin('workstationProducts', (join) =>
        join
          .onRef('workstationProducts.workstationId', '=', 'assignments.workstationId')
          .on('workstationProducts.productId', '=', update.productId),
      )
      .orderBy((e) => e('workstationProducts.versionKey', 'is', null))
      .orderBy('workstationProducts.versionKey', direction)
      .orderBy('assignments.workstationId');
  }
  return found.orderBy(sortColumns[field], direction).orderBy('assignments.workstationId');
}

/**
 * Many workstations along the index of names. On SQLite by a cross join, since it takes those in the order in which they are written; on PostgreSQL
 * by a table of all that are meant, which it would otherwise join and sort.
 */
function alongNames(
  read: Reader,
  found: SelectQueryBuilder<Tables, 'assignments', { workstationId: string }>,
  update: UpdateRow,
  query: Query,
): Ordered {
  const { direction } = query.sort;
  if (dialectOf(read) === 'postgres') {
    return read
      .selectFrom('workstations')
      .select('workstations.id as workstationId')
      .where((e) => sql<SqlBool>`(${e.ref('workstations.id')} in (${found})) is true`)
      .orderBy('workstations.nameKey', direction)
      .orderBy('workstations.id', direction);
  }
  return read
    .selectFrom('workstations')
    .crossJoin('assignments')
    .select('assignments.workstationId')
    .whereRef('assignments.workstationId', '=', 'workstations.id')
    .where(meant(update.id, query))
    .orderBy('workstations.nameKey', direction)
    .orderBy('workstations.id', direction);
}

/** Those of many workstations that have a version, along the index of versions; SQLite is as quick with all of them joined. */
function alongVersions(read: Reader, update: UpdateRow, query: Query): Ordered {
  const found = read.selectFrom('assignments').select('assignments.workstationId').where(meant(update.id, query));
  return read
    .selectFrom('workstationProducts')
    .select('workstationProducts.workstationId')
    .where('workstationProducts.productId', '=', update.productId)
    .where('workstationProducts.versionKey', 'is not', null)
    .where((e) => sql<SqlBool>`(${e.ref('workstationProducts.workstationId')} in (${found})) is true`)
    .orderBy('workstationProducts.versionKey', nullLowest(query.sort.direction))
    .orderBy('workstationProducts.workstationId');
}

/** Some of an update's assignments, with what is shown of their workstations; in no order. */
async function rowsOfThese(read: Reader, update: UpdateRow, ids: readonly string[]): Promise<Row[]> {
  return inChunks(ids, (chunk) =>
    read
      .selectFrom('assignments')
      .innerJoin('workstations', 'workstations.id', 'assignments.workstationId')
      .leftJoin('workstationProducts', (join) =>
        join
          .onRef('workstationProducts.workstationId', '=', 'assignments.workstationId')
          .on('workstationProducts.productId', '=', update.productId),
      )
      .selectAll('assignments')
      .select(['workstations.hostname', 'workstations.timeZone as presentZone', 'workstationProducts.installedVersion'])
      .where('assignments.updateId', '=', update.id)
      .where('assignments.workstationId', 'in', chunk)
      .execute(),
  );
}

interface Row extends AssignmentRow {
  readonly hostname: string;
  /** The zone that the workstation reported last. */
  readonly presentZone: string;
  readonly installedVersion: string | null;
}

/** A choice that was reported belongs to the attempt that would come next, and is none. */
function attemptsMade({ state, attempt }: Pick<Row, 'state' | 'attempt'>): number {
  return state === 'offered' || state === 'deferred' ? Math.max(0, attempt - 1) : attempt;
}

function assignmentItem(row: Row, update: UpdateRow): AssignmentItem {
  const { hostname, installedVersion, progressBytes, progressTotal, lastError } = row;
  const cutoff = { ...row, commonCutoffAt: update.cutoffAt, cutoffLocal: update.cutoffLocal };
  return {
    workstation: { id: row.workstationId, hostname },
    state: row.state as AssignmentItem['state'],
    progress: progressBytes === null ? null : { bytes: progressBytes, total: progressTotal ?? 0 },
    attempts: attemptsMade(row),
    installedVersion,
    restartNeeded: row.restartNeeded === 1,
    cutoffAt: update.requirement === 'mandatory' ? null : cutoffThere(cutoff, row.presentZone),
    relaxedUntil: row.relaxedUntil,
    lastError: lastError === null ? null : lastErrorSchema.parse(JSON.parse(lastError)),
    ...toldWhy(row.why),
    updatedAt: row.updatedAt,
  };
}
