// One workstation with everything about it: its passes, its place in updates, and who claims or took over its place.
import type { workstationDetailSchema } from '@usher/protocol';
import type * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import { ProblemError } from '../../problem-error.ts';
import { passesOf } from '../passes/read-model.ts';
import { shownProduct } from './read-model.ts';
import { workstationItems } from './workstation-items.ts';

/** Reads it, also when it is retired. @throws ProblemError `workstation.not-found` */
export async function workstationDetail(read: Reader, id: string): Promise<z.output<typeof workstationDetailSchema>> {
  const [item] = await workstationItems(read, [id], await shownProduct(read, undefined));
  if (item === undefined) throw new ProblemError('workstation.not-found');
  const assignments = await read
    .selectFrom('assignments')
    .innerJoin('updates', 'updates.id', 'assignments.updateId')
    .select([
      'updates.id',
      'updates.name',
      'updates.state as updateState',
      'updates.targetVersion as target',
      'assignments.state',
      'assignments.updatedAt',
    ])
    .where('assignments.workstationId', '=', id)
    .orderBy('updates.number', 'desc')
    .execute();
  const named = (column: 'claimsId' | 'replacedBy') =>
    read.selectFrom('workstations').select(['id', 'hostname']).where(column, '=', id).orderBy('activatedAt');
  return {
    ...item,
    claimedBy: await named('claimsId').where('retiredAt', 'is', null).execute(),
    replaces: await named('replacedBy').execute(),
    passes: await passesOf(read, id),
    assignments: assignments.map(({ id: updateId, name, updateState, ...assignment }) => ({
      update: { id: updateId, name, state: updateState },
      ...assignment,
    })),
  };
}
