// Making updates and changing their criteria.
import { isoNow } from '../../clock.ts';
import type { Database, Transaction } from '../../database/database.ts';
import { storableText } from '../../database/storable-text.ts';
import { isUniqueViolation } from '../../database/postgres-dialect.ts';
import { newId, type Random } from '../../ids.ts';
import type { Initiator } from '../../initiator.ts';
import { ProblemError } from '../../problem-error.ts';
import { resolveProduct } from '../products/read-model.ts';
import { changesOf, newCriteria, type UpdatePatch, type UpdateRequest } from './criteria.ts';
import type { Standing, UpdateTools } from './standing.ts';
import { changeUpdate, insertUpdate, lockUpdates, newestNumber, type UpdateRow } from './store.ts';
import { approvedTarget } from './target.ts';

/** Updates before and while they run, as their criteria go. */
export interface CriteriaService {
  /**
   * Makes an update in `draft`. Answers its id.
   * @throws ProblemError `product.not-found`, `product.ambiguous`, `update.target-not-approved`, `update.target-prohibited`,
   *   `update.cutoff-on-mandatory`, `update.cutoff-in-the-past`, `update.cutoff-before-start`,
   *   `request.invalid`
   */
  create(request: UpdateRequest, by: Initiator): Promise<string>;
  /** Changes criteria, as far as the state allows. @throws ProblemError as `create`, `update.not-found`, `update.wrong-state` */
  change(id: string, patch: UpdatePatch, by: Initiator): Promise<void>;
}

/** How often a number that another process took at the same moment is chosen anew. */
const mostTries = 20;

/** Locks one update. @throws ProblemError `update.not-found` */
export async function lockUpdate(tx: Transaction, id: string): Promise<UpdateRow> {
  const [update] = await lockUpdates(tx, [id]);
  if (update === undefined) throw new ProblemError('update.not-found', `There is no update ${id}.`);
  return update;
}

/** Makes the service. */
export function makeCriteriaService(
  tools: UpdateTools & { readonly database: Database; readonly random: Random; readonly standing: Standing },
): CriteriaService {
  const { database, clock, random, standing } = tools;

  async function createOnce(request: UpdateRequest, by: Initiator): Promise<string> {
    return database.transaction(async (tx) => {
      const now = isoNow(clock);
      const product = await resolveProduct(tx.db, request.product);
      const criteria = newCriteria(request, now);
      const target = await approvedTarget(tx.db, product.id, request.version);
      const row: UpdateRow = {
        id: newId('update', random),
        number: (await newestNumber(tx.db)) + 1,
        name: storableText(request.name ?? `${product.name} ${target.version}`),
        productId: product.id,
        targetVersion: target.version,
        targetVersionKey: target.versionKey,
        ...criteria,
        state: 'draft',
        pausedReason: null,
        createdBy: JSON.stringify(by.actor),
        createdAt: now,
        startedAt: null,
        endedAt: null,
      };
      await insertUpdate(tx, row);
      const data = { product: { id: product.id, name: product.name }, target: target.version, ...criteria };
      standing.record(tx, by, 'update.created', row, data);
      return row.id;
    });
  }

  return {
    create: async (request, by) => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await createOnce(request, by);
        } catch (error) {
          // Two at once wanted the same number: the later one takes the next.
          if (tries >= mostTries || !isUniqueViolation(error)) throw error;
        }
      }
    },
    change: (id, patch, by) =>
      database.transaction(async (tx) => {
        const update = await lockUpdate(tx, id);
        const changes = changesOf(update, patch, isoNow(clock));
        const target =
          changes.targetVersion === undefined
            ? null
            : await approvedTarget(tx.db, update.productId, changes.targetVersion);
        if (target !== null) changes.targetVersion = target.version;
        const names = Object.keys(changes) as (keyof typeof changes)[];
        if (names.length === 0) return;
        const from = Object.fromEntries(names.map((name) => [name, update[name]]));
        const changed = await changeUpdate(tx, update, {
          ...changes,
          ...(target === null ? {} : { targetVersionKey: target.versionKey }),
        });
        // Made an instant again at the next check, with the zone of when each was first told.
        if ('cutoffAt' in changes || 'cutoffLocal' in changes) {
          await tx.db.updateTable('assignments').set({ cutoffAt: null }).where('updateId', '=', id).execute();
        }
        standing.record(tx, by, 'update.changed', changed, { from, to: changes });
      }),
  };
}
