// Groups as people see them: each with how many workstations it means now.
import { groupSchema, type groupFilterSchema } from '@usher/protocol';
import type * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import { contains } from '../../database/text-search.ts';
import { listAnswer, listQuery, rowsOf } from '../../http/list-query.ts';
import { ProblemError } from '../../problem-error.ts';
import { countWorkstations } from '../workstations/read-model.ts';
import { findGroup, type GroupRow } from './store.ts';

/** A group as it is shown. */
export type Group = z.output<typeof groupSchema>;

/** The query of `GET /groups`. */
export const groupQuery = listQuery(['name', 'createdAt'], 'name', {});

/** The groups that a filter of their list means. */
export function groupsMeant(read: Reader, { q }: z.output<typeof groupFilterSchema>) {
  return read.selectFrom('groups').$if(q !== undefined, (list) => list.where((e) => contains(e.ref('name'), q ?? '')));
}

/** One page of the groups. Each is counted by itself: filters differ. */
export async function listGroups(read: Reader, query: z.output<typeof groupQuery>) {
  const { sort } = query;
  const found = groupsMeant(read, query);
  const { limit, offset } = rowsOf(query);
  const rows = await found
    .selectAll()
    .orderBy(sort.field, sort.direction)
    .orderBy('id')
    .limit(limit)
    .offset(offset)
    .execute();
  const items: Group[] = [];
  for (const row of rows) items.push(await groupOf(read, row));
  const { total } = await found.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return listAnswer(items, total, query);
}

/** One group. @throws ProblemError `group.not-found` */
export async function readGroup(read: Reader, id: string): Promise<Group> {
  const row = await findGroup(read, id);
  if (row === undefined) throw new ProblemError('group.not-found');
  return groupOf(read, row);
}

async function groupOf(read: Reader, row: GroupRow): Promise<Group> {
  const filter = groupSchema.shape.filter.parse(JSON.parse(row.filter));
  const workstations = await countWorkstations(read, filter);
  const createdBy = JSON.parse(row.createdBy) as Group['createdBy'];
  return { id: row.id, name: row.name, filter, workstations, createdBy, createdAt: row.createdAt };
}
