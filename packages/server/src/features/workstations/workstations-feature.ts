// Workstations and their activation, as the composition takes them.
import type { Feature } from '../../feature.ts';
import { activationRoutes } from './activation-routes.ts';
import { makeActivationService } from './activation-service.ts';
import { workstationRoutes } from './routes.ts';
import { makeWorkstationsService, type WorkstationsService } from './service.ts';

/** Makes the feature. `workstations` is what checks and updates tell and ask. */
export function workstationsFeature(
  tools: Parameters<typeof makeActivationService>[0] & Parameters<typeof makeWorkstationsService>[0],
): Feature & { readonly workstations: WorkstationsService } {
  const workstations = makeWorkstationsService(tools);
  const activation = makeActivationService(tools);
  return {
    name: 'workstations',
    workstations,
    identifyWorkstation: (token) => workstations.identify(token),
    routes: (app) => {
      workstationRoutes(app, { workstations, read: tools.database.read });
      activationRoutes(app, activation);
    },
    jobs: [
      {
        name: 'workstations.silent',
        at: '45 */5 * * * *',
        leaseFor: 10 * 60_000,
        run: () => workstations.markSilent(),
      },
    ],
  };
}
