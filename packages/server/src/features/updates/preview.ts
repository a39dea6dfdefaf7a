// What starting an update would do, in numbers, before it is done.
import type { previewSchema } from '@usher/protocol';
import type * as z from 'zod';
import { isoInstant, type Clock } from '../../clock.ts';
import type { Reader } from '../../database/database.ts';
import { ProblemError } from '../../problem-error.ts';
import { installersOf } from '../installers/read-model.ts';
import { openStates } from './moves.ts';
import { findUpdate } from './store.ts';
import { targetThere } from './target.ts';

/** The answer of `GET /updates/:id/preview`. */
type Preview = z.output<typeof previewSchema>;

const silence = 30 * 24 * 60 * 60 * 1000;

/** States in which another update competes for a workstation. */
const competing = ['scheduled', 'running', 'paused'] as const;

/**
 * The workstations of an update by what it means for them. Each is counted once among `disabled`, `pending`, `alreadyThere`,
 * `notApplicable` and `eligible`; `downgrades` are those of the eligible that have a higher version now, and `silentFor30Days` are
 * counted whatever else they are.
 * @throws ProblemError `update.not-found`
 */
export async function previewOf(read: Reader, clock: Clock, id: string): Promise<Preview> {
  const update = await findUpdate(read, id);
  if (update === undefined) throw new ProblemError('update.not-found', `There is no update ${id}.`);
  const installers = await installersOf(read, update.productId);
  const preview: Preview = {
    eligible: 0,
    alreadyThere: 0,
    downgrades: 0,
    notApplicable: 0,
    disabled: 0,
    pending: 0,
    silentFor30Days: await silentOf(read, clock, id),
    alsoIn: await alsoIn(read, id, update.productId),
  };
  const rows = await read
    .selectFrom('assignments')
    .innerJoin('workstations', 'workstations.id', 'assignments.workstationId')
    .leftJoin('workstationProducts', (join) =>
      join
        .onRef('workstationProducts.workstationId', '=', 'assignments.workstationId')
        .on('workstationProducts.productId', '=', update.productId),
    )
    .select((e) => ['status', 'osArch', 'osLanguage', 'versionKey', e.fn.countAll<number>().as('number')])
    .where('assignments.updateId', '=', id)
    .where('workstations.retiredAt', 'is', null)
    .groupBy(['status', 'osArch', 'osLanguage', 'versionKey'])
    .execute();
  for (const row of rows) {
    const { number } = row;
    if (row.status === 'disabled') preview.disabled += number;
    else if (row.status === 'pending') preview.pending += number;
    else if (row.versionKey === update.targetVersionKey) preview.alreadyThere += number;
    else if (targetThere(installers, update.targetVersion, row).installer === null) preview.notApplicable += number;
    else {
      preview.eligible += number;
      if (row.versionKey !== null && row.versionKey > update.targetVersionKey) preview.downgrades += number;
    }
  }
  return preview;
}

async function silentOf(read: Reader, clock: Clock, id: string): Promise<number> {
  const { number } = await read
    .selectFrom('assignments')
    .innerJoin('workstations', 'workstations.id', 'assignments.workstationId')
    .select((e) => e.fn.countAll<number>().as('number'))
    .where('assignments.updateId', '=', id)
    .where('workstations.retiredAt', 'is', null)
    .where((e) => e(e.fn.coalesce('lastSeenAt', 'activatedAt'), '<', isoInstant(clock.now() - silence)))
    .executeTakeFirstOrThrow();
  return number;
}

async function alsoIn(read: Reader, id: string, productId: string): Promise<Preview['alsoIn']> {
  const rows = await read
    .selectFrom('assignments as mine')
    .innerJoin('assignments as other', 'other.workstationId', 'mine.workstationId')
    .innerJoin('updates', 'updates.id', 'other.updateId')
    .select((e) => ['updates.id', 'updates.name', 'updates.number', e.fn.countAll<number>().as('workstations')])
    .where('mine.updateId', '=', id)
    .where('updates.id', '!=', id)
    .where('updates.productId', '=', productId)
    .where('updates.state', 'in', competing)
    .where('other.state', 'in', openStates)
    .groupBy(['updates.id', 'updates.name', 'updates.number'])
    .orderBy('updates.number')
    .execute();
  return rows.map(({ id: otherId, name, workstations }) => ({ id: otherId, name, workstations }));
}
