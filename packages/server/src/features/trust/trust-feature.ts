// Keys and the catalogue, as the composition takes them.
import { Gauge } from 'prom-client';
import { describeRepository, tufRoles } from '@usher/trust';
import { isoNow } from '../../clock.ts';
import { isOutOfRoom } from '../../database/out-of-room.ts';
import type { Feature } from '../../feature.ts';
import type { Log } from '../../log.ts';
import type { Metrics } from '../../metrics.ts';
import type { Admission } from '../downloads/admission.ts';
import { catalogueRoutes } from './catalogue-routes.ts';
import { trustRoutes } from './routes.ts';
import { clockSentence, refuseBehind, timeAhead } from './server-clock.ts';
import type { TrustService, TrustTools } from './service.ts';
import { readCatalogue } from './store.ts';
import { makeTrustServices } from './trust-tools.ts';

/** The feature with what the others sign with. */
export interface TrustFeature extends Feature {
  readonly trust: TrustService;
}

/** Makes the feature. It starts before those that publish or sign. */
export function trustFeature(
  tools: TrustTools & {
    log: Log;
    metrics: Metrics;
    installerFile: (sha256: string) => string;
    admitDownload: Admission;
  },
): TrustFeature {
  const { database, clock, log, metrics, installerFile, admitDownload } = tools;
  const { trust, serverClock } = makeTrustServices(tools);

  /** On a full disk a server that can read is better than none: it says that it is not ready. */
  async function noteIfThereIsRoom(): Promise<void> {
    try {
      await serverClock.note();
    } catch (error) {
      if (!isOutOfRoom(error)) throw error;
      log.warn({ error }, 'the time that is signed with could not be noted');
    }
  }

  async function tellOfClock(): Promise<void> {
    const ahead = await timeAhead(database.read, clock);
    if (ahead !== null) log.error({ ahead, now: isoNow(clock) }, clockSentence(ahead));
  }

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
    start: async () => {
      await trust.start();
      await noteIfThereIsRoom();
      await tellOfClock();
    },
    ready: () => refuseBehind(database.read, clock),
    routes: (app) => {
      catalogueRoutes(app, { read: database.read, installerFile, admitDownload });
      trustRoutes(app, { read: database.read, clock });
    },
    jobs: [
      { name: 'trust.renew', at: '0 23 * * * *', leaseFor: 5 * 60_000, run: (lease) => trust.renew(lease) },
      { name: 'clock.note', at: '40 * * * * *', leaseFor: 60_000, run: () => serverClock.note() },
      { name: 'clock.tell', at: '50 7 * * * *', leaseFor: 60_000, run: tellOfClock },
    ],
  };
}
