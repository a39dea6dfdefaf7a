// What starting an update would do, in numbers, before it is done.
import type { previewSchema } from '@usher/protocol';
import { sql, type Expression, type SqlBool } from 'kysely';
import type * as z from 'zod';
import { isoInstant, type Clock } from '../../clock.ts';
import type { Reader } from '../../database/database.ts';
import { ProblemError } from '../../problem-error.ts';
import { installersOf } from '../installers/read-model.ts';
import { openStates } from './moves.ts';
import { findUpdate, type UpdateRow } from './store.ts';
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
    silentFor30Days: 0,
    alsoIn: await alsoIn(read, id, update.productId),
  };
  for (const platform of await platformsOf(read, update, isoInstant(clock.now() - silence))) {
    preview.disabled += platform.disabled;
    preview.pending += platform.pending;
    preview.alreadyThere += platform.there;
    preview.silentFor30Days += platform.silent;
    const others = platform.all - platform.disabled - platform.pending - platform.there;
    if (targetThere(installers, update.targetVersion, platform).installer === null) preview.notApplicable += others;
    else {
      preview.eligible += others;
      preview.downgrades += platform.higher;
    }
  }
  return preview;
}

/** The workstations of an update in numbers for each platform, in one pass: whether one can take part depends on nothing else. */
function platformsOf(read: Reader, update: UpdateRow, before: string) {
  const { id, productId, targetVersionKey } = update;
  return read
    .selectFrom('assignments')
    .innerJoin('workstations', 'workstations.id', 'assignments.workstationId')
    .leftJoin('workstationProducts', (join) =>
      join
        .onRef('workstationProducts.workstationId', '=', 'assignments.workstationId')
        .on('workstationProducts.productId', '=', productId),
    )
    .select(['osArch', 'osLanguage'])
    .select((e) => {
      const isAuthorized = e('status', '=', 'authorized');
      const silent = e(e.fn.coalesce('lastSeenAt', 'activatedAt'), '<', before);
      return [
        e.fn.countAll<number>().as('all'),
        counted(e('status', '=', 'disabled')).as('disabled'),
        counted(e('status', '=', 'pending')).as('pending'),
        counted(e.and([isAuthorized, e('versionKey', '=', targetVersionKey)])).as('there'),
        counted(e.and([isAuthorized, e('versionKey', '>', targetVersionKey)])).as('higher'),
        counted(silent).as('silent'),
      ];
    })
    .where('assignments.updateId', '=', id)
    .where('workstations.retiredAt', 'is', null)
    .groupBy(['osArch', 'osLanguage'])
    .execute();
}

/** How many rows a condition holds for. */
function counted(condition: Expression<SqlBool>) {
  return sql<number>`count(case when ${condition} then 1 end)`;
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
