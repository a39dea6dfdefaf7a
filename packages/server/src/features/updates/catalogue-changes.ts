// What a change of the catalogue does to updates: who can take part now, and which version each workstation should have.
import type { CatalogueHook } from '../products/catalogue-hook.ts';
import { installersOf } from '../installers/read-model.ts';
import type { Standing } from './standing.ts';
import { lockUpdates, type WorkstationIds } from './store.ts';

/** Makes the hook that runs after an approval, a disapproval, a prohibition or its lifting. */
export function makeCatalogueHook(standing: Standing): CatalogueHook {
  return async (tx, productId, by) => {
    const found = await tx.db
      .selectFrom('updates')
      .select('id')
      .where('productId', '=', productId)
      .where('state', 'in', ['running', 'completed'])
      .execute();
    if (found.length === 0) return;
    const updates = await lockUpdates(
      tx,
      found.map(({ id }) => id),
    );
    const installers = await installersOf(tx.db, productId);
    for (const update of updates) {
      const { closed, opened } = await standing.applicability(tx, update, installers);
      if (closed > 0) standing.record(tx, by, 'assignment.not-applicable', update, { workstations: closed });
      if (opened > 0) standing.record(tx, by, 'assignment.applicable-again', update, { workstations: opened });
      await standing.settle(tx, update, by);
    }
    const concerned = () =>
      tx.db
        .selectFrom('assignments')
        .innerJoin('updates', 'updates.id', 'assignments.updateId')
        .select('workstationId')
        .where('updates.productId', '=', productId)
        .where('updates.state', 'in', ['running', 'completed'])
        .distinct() as unknown as WorkstationIds;
    await standing.refreshDesired(tx, productId, concerned);
  };
}
