// Updates and their assignments in SQL.
import { countAssignments, type AssignmentCounts, type AssignmentEvent, type AssignmentState } from '@usher/core';
import type { Expression, Insertable, Selectable, SelectQueryBuilder, SqlBool, Updateable } from 'kysely';
import { expressionBuilder } from 'kysely';
import type { Reader, Transaction } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';
import { massMove, openStates } from './moves.ts';

export type UpdateRow = Selectable<Tables['updates']>;
export type AssignmentRow = Selectable<Tables['assignments']>;

/** A query for ids of workstations. */
export type WorkstationIds = SelectQueryBuilder<Tables, 'assignments', { workstationId: string }>;

/** Most values of one statement, well below what either dialect takes. */
const atOnce = 2000;

export function findUpdate(read: Reader, id: string): Promise<UpdateRow | undefined> {
  return read.selectFrom('updates').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Locks updates until the transaction ends, always in the order of their ids. */
export function lockUpdates({ db }: Transaction, ids: readonly string[]): Promise<UpdateRow[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return db.selectFrom('updates').selectAll().where('id', 'in', ids).orderBy('id').forUpdate().execute();
}

/** The number of the newest update; 0 before the first. */
export async function newestNumber(read: Reader): Promise<number> {
  const row = await read
    .selectFrom('updates')
    .select((e) => e.fn.max('number').as('number'))
    .executeTakeFirst();
  return row?.number ?? 0;
}

export async function insertUpdate({ db }: Transaction, row: Insertable<Tables['updates']>): Promise<void> {
  await db.insertInto('updates').values(row).execute();
}

/** Writes columns of an update, and answers the row as it is then. */
export async function changeUpdate(
  { db }: Transaction,
  row: UpdateRow,
  changes: Updateable<Tables['updates']>,
): Promise<UpdateRow> {
  if (Object.keys(changes).length > 0) {
    await db.updateTable('updates').set(changes).where('id', '=', row.id).execute();
  }
  return { ...row, ...(changes as Partial<UpdateRow>) };
}

/** How many assignments of each update are in each state, from the counts that are kept. */
export async function countsOf(read: Reader, ids: readonly string[]): Promise<Map<string, AssignmentCounts>> {
  const counts = new Map(ids.map((id) => [id, { ...countAssignments([]) }]));
  if (ids.length === 0) return counts;
  const rows = await read
    .selectFrom('assignmentCounts')
    .select((e) => ['updateId', 'state', e.fn.sum<number>('number').as('number')])
    .where('updateId', 'in', ids)
    .groupBy(['updateId', 'state'])
    .execute();
  for (const { updateId, state, number } of rows) {
    const of = counts.get(updateId);
    if (of !== undefined) of[state as AssignmentState] = number;
  }
  return counts;
}

/** How many assignments of one update are in each state. */
export async function countsOfOne(read: Reader, id: string): Promise<AssignmentCounts> {
  return (await countsOf(read, [id])).get(id) ?? countAssignments([]);
}

/** Whether an update has assignments, and open ones. */
export async function standingOf(read: Reader, id: string): Promise<{ hasAny: boolean; hasOpen: boolean }> {
  const first = (states: readonly AssignmentState[] | null) =>
    read
      .selectFrom('assignments')
      .select('state')
      .where('updateId', '=', id)
      .$if(states !== null, (query) => query.where('state', 'in', states ?? []))
      .limit(1)
      .executeTakeFirst();
  const hasOpen = (await first(openStates)) !== undefined;
  return { hasOpen, hasAny: hasOpen || (await first(null)) !== undefined };
}

/** Narrows a statement to some of the assignments. */
export type Narrowing = () => Expression<SqlBool>;

/**
 * Moves assignments by one event, where it applies, and writes these columns of those that it moves.
 * Answers how many it moved.
 */
export async function moveMany(
  { db }: Transaction,
  event: AssignmentEvent,
  changes: Updateable<Tables['assignments']>,
  where: Narrowing,
): Promise<number> {
  const { from, to } = massMove(event);
  const { numUpdatedRows } = await db
    .updateTable('assignments')
    .set({ ...changes, state: to })
    .where('state', 'in', from)
    .where(where)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Builds conditions on assignments. */
export function onAssignments() {
  return expressionBuilder<Tables, 'assignments'>();
}

/** Writes columns of one assignment. */
export async function changeAssignment(
  { db }: Transaction,
  key: Pick<AssignmentRow, 'updateId' | 'workstationId'>,
  changes: Updateable<Tables['assignments']>,
): Promise<void> {
  if (Object.keys(changes).length === 0) return;
  await db
    .updateTable('assignments')
    .set(changes)
    .where('updateId', '=', key.updateId)
    .where('workstationId', '=', key.workstationId)
    .execute();
}

/** Asks for many values a part at a time. */
export async function inChunks<Value, Answer>(
  values: readonly Value[],
  ask: (chunk: readonly Value[]) => Promise<Answer[]>,
): Promise<Answer[]> {
  const answers: Answer[][] = [];
  for (let start = 0; start < values.length; start += atOnce) {
    answers.push(await ask(values.slice(start, start + atOnce)));
  }
  return answers.flat();
}
