// The overview, the history behind its plots, the exports and what the server says of itself, as the composition takes them.
import { isoNow, type Clock } from '../../clock.ts';
import type { Database } from '../../database/database.ts';
import type { Leases } from '../../database/leases.ts';
import type { Feature } from '../../feature.ts';
import { aboutRoutes, type AboutTools } from './about.ts';
import { exportRoutes } from './export-routes.ts';
import { makeHistoryService } from './history-service.ts';
import { overviewRoutes } from './routes.ts';

/** Makes the feature. */
export function dashboardFeature(
  tools: Omit<AboutTools, 'startedAt'> & {
    readonly database: Database;
    readonly leases: Leases;
    readonly clock: Clock;
  },
): Feature {
  const { database, clock } = tools;
  const startedAt = isoNow(clock);
  const history = makeHistoryService(tools);
  return {
    name: 'dashboard',
    routes: (app) => {
      overviewRoutes(app, { read: database.read, clock });
      exportRoutes(app, { read: database.read, clock });
      aboutRoutes(app, { ...tools, startedAt });
    },
    jobs: [
      { name: 'history.record', at: '5-59/15 * * * * *', leaseFor: 120_000, run: (lease) => history.record(lease) },
      { name: 'history.thin', at: '30 40 3-23/4 * * *', leaseFor: 600_000, run: (lease) => history.thinOut(lease) },
    ],
  };
}
