// Installers, as the composition takes them.
import { Gauge } from 'prom-client';
import type { Config } from '../../config.ts';
import type { Feature } from '../../feature.ts';
import type { Log } from '../../log.ts';
import type { Metrics } from '../../metrics.ts';
import { installerRoutes } from './routes.ts';
import { makeInstallersService, type InstallerTools } from './service.ts';
import { findBySha256 } from './store.ts';
import { makeUploadService } from './upload-service.ts';

/** With several processes on one folder, a younger file may belong to an upload that another one is taking in. */
const youngest = 60 * 60 * 1000;

/** Makes the feature. */
export function installersFeature(
  tools: InstallerTools & { config: Pick<Config, 'maxUploadBytes'>; metrics: Metrics; log: Log },
): Feature {
  const { database, storage, metrics, log, config } = tools;
  const uploads = makeUploadService(tools);
  const installers = makeInstallersService(tools);
  new Gauge({
    name: 'usher_installers',
    help: 'Installers by decision',
    labelNames: ['decision'],
    registers: [metrics.registry],
    async collect() {
      const rows = await database.read
        .selectFrom('installers')
        .select((e) => ['decision', e.fn.countAll<number>().as('count')])
        .groupBy('decision')
        .execute();
      this.reset();
      for (const { decision, count } of rows) this.set({ decision }, count);
    },
  });

  async function sweep(olderThan: number): Promise<void> {
    const isKnown = async (sha256: string) => (await findBySha256(database.read, sha256)) !== undefined;
    const removed = await storage.sweep(isKnown, olderThan);
    if (removed > 0) log.info({ removed }, 'removed files that unfinished uploads had left behind');
  }

  return {
    name: 'installers',
    routes: (app) =>
      installerRoutes(app, { installers, uploads, storage, mostBytes: config.maxUploadBytes, read: database.read }),
    // On the embedded database this process is the only one, so whatever is left is nobody's.
    start: () => sweep(database.dialect === 'sqlite' ? 0 : youngest),
    jobs: [{ name: 'installers.sweep', at: '15 41 3 * * *', leaseFor: 10 * 60_000, run: () => sweep(youngest) }],
  };
}
