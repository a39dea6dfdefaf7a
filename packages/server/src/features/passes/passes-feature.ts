// Passes, as the composition takes them.
import type { Feature } from '../../feature.ts';
import { passRoutes } from './routes.ts';
import { makePassesService, type PassesService } from './service.ts';

/** Makes the feature. `passes` is what checks tell of their use. */
export function passesFeature(
  tools: Parameters<typeof makePassesService>[0],
): Feature & { readonly passes: PassesService } {
  const passes = makePassesService(tools);
  return { name: 'passes', passes, routes: (app) => passRoutes(app, passes) };
}
