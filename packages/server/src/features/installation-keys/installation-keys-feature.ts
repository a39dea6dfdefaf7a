// Installation keys, as the composition takes them.
import type { Feature } from '../../feature.ts';
import { installationKeyRoutes } from './routes.ts';
import { makeInstallationKeysService, type InstallationKeysService } from './service.ts';

/** Makes the feature. `keys` is what activation asks. */
export function installationKeysFeature(
  tools: Parameters<typeof makeInstallationKeysService>[0],
): Feature & { readonly keys: InstallationKeysService } {
  const keys = makeInstallationKeysService(tools);
  const { database, clock } = tools;
  return {
    name: 'installation-keys',
    keys,
    routes: (app) => installationKeyRoutes(app, { keys, read: database.read, clock }),
  };
}
