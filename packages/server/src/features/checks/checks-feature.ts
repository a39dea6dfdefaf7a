// Checks and reports, as the composition takes them.
import type { Feature } from '../../feature.ts';
import type { UpdatesService } from '../updates/service.ts';
import { makeCheckService, type CheckTools } from './check-service.ts';
import { makeFairUse } from './fair-use.ts';
import { refuseContradicted } from './log-witness.ts';
import type { OfflineStartTools } from './offline-starts.ts';
import { makeReportsService } from './reports-service.ts';
import { checkRoutes } from './routes.ts';

/** Makes the feature. */
export function checksFeature(tools: CheckTools & OfflineStartTools & { readonly updates: UpdatesService }): Feature {
  const checks = makeCheckService(tools);
  const reports = makeReportsService(tools);
  const fairUse = makeFairUse(tools);
  return {
    name: 'checks',
    routes: (app) => checkRoutes(app, { checks, reports, fairUse }),
    ready: () => refuseContradicted(tools.database.read),
  };
}
