// Keys and the catalogue, as the composition takes them.
import { Gauge } from 'prom-client';
import { describeRepository, tufRoles } from '@usher/trust';
import type { Feature } from '../../feature.ts';
import type { Metrics } from '../../metrics.ts';
import type { Admission } from '../downloads/admission.ts';
import { catalogueRoutes } from './catalogue-routes.ts';
import { trustRoutes } from './routes.ts';
import type { TrustService, TrustTools } from './service.ts';
import { readCatalogue } from './store.ts';
import { makeTrustServices } from './trust-tools.ts';

/** The feature with what the others sign with. */
export interface TrustFeature extends Feature {
  readonly trust: TrustService;
}

/** Makes the feature. It starts before those that publish or sign. */
export function trustFeature(
  tools: TrustTools & { metrics: Metrics; installerFile: (sha256: string) => string; admitDownload: Admission },
): TrustFeature {
  const { database, clock, metrics, installerFile, admitDownload } = tools;
  const { trust } = makeTrustServices(tools);
  new Gauge({
    name: 'usher_catalogue_expires_seconds',
    help: 'When the newest metadata of a role of the catalogue expires, in seconds since 1970',
    labelNames: ['role'],
    registers: [metrics.registry],
    async collect() {
      const catalogue = await readCatalogue(database.read);
      if (catalogue === null) return;
      const described = describeRepository(catalogue.repository);
      for (const role of tufRoles) this.set({ role }, described[role].expiresAt.getTime() / 1000);
    },
  });
  return {
    name: 'trust',
    trust,
    start: () => trust.start(),
    routes: (app) => {
      catalogueRoutes(app, { read: database.read, installerFile, admitDownload });
      trustRoutes(app, { read: database.read, clock });
    },
    jobs: [{ name: 'trust.renew', at: '0 23 * * * *', leaseFor: 5 * 60_000, run: (lease) => trust.renew(lease) }],
  };
}
