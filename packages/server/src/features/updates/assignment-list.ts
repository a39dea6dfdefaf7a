// The assignments of one update as people see them.
import { assignmentStates, lastErrorSchema, type AssignmentItem } from '@usher/protocol';
import { z } from 'zod';
import type { Reader } from '../../database/database.ts';
import { containsLowerCase } from '../../database/text-search.ts';
import { listAnswer, listQuery, rowsOf } from '../../http/list-query.ts';
import { ProblemError } from '../../problem-error.ts';
import { cutoffThere } from './held.ts';
import { findUpdate, type AssignmentRow, type UpdateRow } from './store.ts';

const sortColumns = {
  hostname: 'workstations.nameKey',
  state: 'assignments.state',
  attempts: 'assignments.attempt',
  installedVersion: 'workstationProducts.versionKey',
  updatedAt: 'assignments.updatedAt',
} as const;

/** The query of `GET /updates/:id/workstations`. */
export const assignmentQuery = listQuery(
  ['hostname', 'state', 'attempts', 'installedVersion', 'updatedAt'],
  'hostname',
  { state: z.enum(assignmentStates).optional() },
);

/** One page of an update's assignments. @throws ProblemError `update.not-found` */
export async function listAssignments(read: Reader, id: string, query: z.output<typeof assignmentQuery>) {
  const update = await findUpdate(read, id);
  if (update === undefined) throw new ProblemError('update.not-found', `There is no update ${id}.`);
  const { q, state, sort } = query;
  const found = read
    .selectFrom('assignments')
    .innerJoin('workstations', 'workstations.id', 'assignments.workstationId')
    .leftJoin('workstationProducts', (join) =>
      join
        .onRef('workstationProducts.workstationId', '=', 'assignments.workstationId')
        .on('workstationProducts.productId', '=', update.productId),
    )
    .where('assignments.updateId', '=', id)
    .$if(state !== undefined, (list) => list.where('assignments.state', '=', state ?? ''))
    .$if(q !== undefined && q.trim() !== '', (list) =>
      list.where((e) =>
        e.or([
          e('workstations.id', '=', q?.trim() ?? ''),
          containsLowerCase(e.ref('workstations.searchText'), q?.trim() ?? ''),
        ]),
      ),
    );
  const { limit, offset } = rowsOf(query);
  const column = sortColumns[sort.field];
  const rows = await found
    .selectAll('assignments')
    .select(['workstations.hostname', 'workstations.timeZone as presentZone', 'workstationProducts.installedVersion'])
    .$if(sort.field === 'installedVersion', (list) => list.orderBy((e) => e(column, 'is', null)))
    .orderBy(column, sort.direction)
    .orderBy('assignments.workstationId')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await found.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return listAnswer(
    rows.map((row) => assignmentItem(row, update)),
    total,
    query,
  );
}

interface Row extends AssignmentRow {
  readonly hostname: string;
  /** The zone that the workstation reported last. */
  readonly presentZone: string;
  readonly installedVersion: string | null;
}

function assignmentItem(row: Row, update: UpdateRow): AssignmentItem {
  const { hostname, installedVersion, progressBytes, progressTotal, lastError } = row;
  const cutoff = { ...row, commonCutoffAt: update.cutoffAt, cutoffLocal: update.cutoffLocal };
  return {
    workstation: { id: row.workstationId, hostname },
    state: row.state as AssignmentItem['state'],
    progress: progressBytes === null ? null : { bytes: progressBytes, total: progressTotal ?? 0 },
    attempts: row.attempt,
    installedVersion,
    restartNeeded: row.restartNeeded === 1,
    cutoffAt: update.requirement === 'mandatory' ? null : cutoffThere(cutoff, row.presentZone),
    relaxedUntil: row.relaxedUntil,
    lastError: lastError === null ? null : lastErrorSchema.parse(JSON.parse(lastError)),
    why: row.why,
    updatedAt: row.updatedAt,
  };
}
