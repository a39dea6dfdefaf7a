// Updates and their assignments, as the composition takes them.
import type { Clock } from '../../clock.ts';
import type { Database } from '../../database/database.ts';
import type { Feature } from '../../feature.ts';
import type { Random } from '../../ids.ts';
import { assignmentRoutes } from './assignment-routes.ts';
import type { ReportTools } from './report-moves.ts';
import { makeUpdatesService, type UpdatesService } from './service.ts';
import { updateRoutes } from './update-routes.ts';

/** The feature with what checks and the composition use of it. */
export interface UpdatesFeature extends Feature {
  readonly updates: UpdatesService;
}

/** Makes the feature. */
export function updatesFeature(
  tools: ReportTools & { readonly database: Database; readonly random: Random; readonly clock: Clock },
): UpdatesFeature {
  const { database, clock } = tools;
  const updates = makeUpdatesService(tools);
  return {
    name: 'updates',
    updates,
    routes: (app) => {
      updateRoutes(app, { updates, read: database.read, clock });
      assignmentRoutes(app, { updates, read: database.read });
    },
    jobs: [
      { name: 'updates.begin', at: '*/15 * * * * *', leaseFor: 120_000, run: () => updates.beginDue() },
      { name: 'updates.silence', at: '20 */5 * * * *', leaseFor: 240_000, run: () => updates.failSilent() },
    ],
  };
}
