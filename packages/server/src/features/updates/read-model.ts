// Updates as people see them: lists and one alone, each with its counts.
import { countAssignments, isVersion, versionSortKey, type AssignmentCounts } from '@usher/core';
import { actorSchema, updateStates, type Update } from '@usher/protocol';
import { sql, type SqlBool } from 'kysely';
import * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import { contains } from '../../database/text-search.ts';
import { listAnswer, listQuery, rowsOf } from '../../http/list-query.ts';
import { ProblemError } from '../../problem-error.ts';
import { findProduct } from '../products/read-model.ts';
import { countsOf } from './store.ts';
import { impedimentsOf } from './target.ts';

const sortColumns = {
  number: 'updates.number',
  name: 'updates.name',
  product: 'products.name',
  target: 'updates.targetVersionKey',
  requirement: 'updates.requirement',
  cutoffAt: 'updates.cutoffAt',
  startsAt: 'updates.startsAt',
  startedAt: 'updates.startedAt',
  endedAt: 'updates.endedAt',
  state: 'updates.state',
  createdAt: 'updates.number',
} as const;

/** The query of `GET /updates`. */
export const updateQuery = listQuery(
  [
    'createdAt',
    'number',
    'name',
    'product',
    'target',
    'requirement',
    'cutoffAt',
    'startsAt',
    'startedAt',
    'endedAt',
    'state',
  ],
  '-createdAt',
  {
    state: z.enum(updateStates).optional(),
    product: z.string().max(80).optional(),
    version: z.string().max(64).optional(),
  },
);

function withProducts(read: Reader) {
  return read.selectFrom('updates').innerJoin('products', 'products.id', 'updates.productId');
}

type Row = Awaited<ReturnType<ReturnType<typeof rowsQuery>['execute']>>[number];

function rowsQuery(read: Reader) {
  return withProducts(read).selectAll('updates').select('products.name as productName');
}

/** One page of the updates. */
export async function listUpdates(read: Reader, query: z.output<typeof updateQuery>) {
  const { q, state, product, version, sort } = query;
  const of = product === undefined ? undefined : ((await findProduct(read, product))?.id ?? '');
  const key = version !== undefined && isVersion(version) ? versionSortKey(version) : version;
  const found = withProducts(read)
    .$if(state !== undefined, (list) => list.where('updates.state', '=', state ?? ''))
    .$if(of !== undefined, (list) => list.where('updates.productId', '=', of ?? ''))
    .$if(key !== undefined, (list) => list.where('updates.targetVersionKey', '=', key ?? ''))
    .$if(q !== undefined, (list) =>
      list.where((e) =>
        e.or([
          contains(e.ref('updates.name'), q ?? ''),
          contains(e.ref('updates.targetVersion'), q ?? ''),
          e('updates.id', '=', q ?? ''),
        ]),
      ),
    );
  const { limit, offset } = rowsOf(query);
  const column = sortColumns[sort.field];
  const rows = await found
    .selectAll('updates')
    .select('products.name as productName')
    // What is not set comes last either way: the dialects differ in where they put it.
    .orderBy((e) => e(column, 'is', null))
    .orderBy(column, sort.direction)
    .orderBy('updates.number', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await found.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return listAnswer(await withCounts(read, rows), total, query);
}

/** One update. @throws ProblemError `update.not-found` */
export async function updateOf(read: Reader, id: string): Promise<Update> {
  const row = await rowsQuery(read).where('updates.id', '=', id).executeTakeFirst();
  const [update] = row === undefined ? [] : await withCounts(read, [row]);
  if (update === undefined) throw new ProblemError('update.not-found', `There is no update ${id}.`);
  return update;
}

async function withCounts(read: Reader, rows: readonly Row[]): Promise<Update[]> {
  const counts = await countsOf(
    read,
    rows.map(({ id }) => id),
  );
  const impediments = await impedimentsOf(read, rows);
  return rows.map((row) => updateItem(row, counts.get(row.id) ?? countAssignments([]), impediments.get(row) ?? null));
}

/** States in which a target that cannot be had matters. */
const concerned: readonly string[] = ['scheduled', 'running', 'paused', 'completed'];

function updateItem(row: Row, counts: AssignmentCounts, suspended: string | null): Update {
  const { id, number, name, cutoffAt, cutoffLocal, startsAt, pausedReason, createdAt, startedAt, endedAt } = row;
  return {
    id,
    number,
    name,
    product: { id: row.productId, name: row.productName },
    target: { version: row.targetVersion },
    requirement: row.requirement as Update['requirement'],
    cutoffAt,
    cutoffLocal,
    startsAt,
    onFailure: row.onFailure as Update['onFailure'],
    background: row.background as Update['background'],
    state: row.state as Update['state'],
    suspended: concerned.includes(row.state) ? suspended : null,
    pausedReason,
    counts,
    total: Object.values(counts).reduce((sum, each) => sum + each, 0),
    createdBy: actorSchema.parse(JSON.parse(row.createdBy)),
    createdAt,
    startedAt,
    endedAt,
  };
}

/** A workstation that was seen since and only waits for somebody to restart it: that may take a weekend, and is no failure. */
export const waitsForRestart = (since: string) =>
  sql<SqlBool>`(${sql.ref('assignments.restartNeeded')} = 1 and exists (
    select 1 from ${sql.table('workstations')} as ${sql.id('seen')}
    where ${sql.ref('seen.id')} = ${sql.ref('assignments.workstationId')} and ${sql.ref('seen.lastSeenAt')} >= ${since}))`;
