// Groups, as the composition takes them.
import type { Feature } from '../../feature.ts';
import { groupRoutes } from './routes.ts';
import { makeGroupsService } from './service.ts';

/** Makes the feature. */
export function groupsFeature(tools: Parameters<typeof makeGroupsService>[0]): Feature {
  const groups = makeGroupsService(tools);
  return { name: 'groups', routes: (app) => groupRoutes(app, { groups, read: tools.database.read }) };
}
