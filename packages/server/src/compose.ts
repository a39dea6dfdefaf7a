// The only place that builds the object graph: configuration in, a server out.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inspectInstaller } from '@usher/msi';
import type { KeyCost } from '@usher/trust';
import type { Config } from './config.ts';
import type { Clock } from './clock.ts';
import { openDatabase, type Database } from './database/database.ts';
import { lockDataFolder } from './database/data-folder-lock.ts';
import { makeLeases, type Leases } from './database/leases.ts';
import { migrate } from './database/migrate.ts';
import type { Feature } from './feature.ts';
import { accountsFeature, type AccountsFeature } from './features/accounts/accounts-feature.ts';
import { makePasswords, type PasswordCost } from './features/accounts/password.ts';
import { consoleFeature, type ConsoleFeature } from './features/console/console-feature.ts';
import { makeAdmission } from './features/downloads/admission.ts';
import { makeDownloadSlots } from './features/downloads/download-slots.ts';
import { makeEventLog, type EventLog } from './features/events/event-log.ts';
import { dashboardFeature } from './features/dashboard/dashboard-feature.ts';
import { eventsFeature } from './features/events/events-feature.ts';
import { makeRepeatedEvents, type RepeatedEvents } from './features/events/repeated-events.ts';
import { installersFeature } from './features/installers/installers-feature.ts';
import { makeInstallerStorage } from './features/installers/storage.ts';
import { groupsFeature } from './features/groups/groups-feature.ts';
import { installationKeysFeature } from './features/installation-keys/installation-keys-feature.ts';
import { passesFeature } from './features/passes/passes-feature.ts';
import type { CatalogueHook } from './features/products/catalogue-hook.ts';
import { productsFeature } from './features/products/products-feature.ts';
import type { TrustService } from './features/trust/service.ts';
import { checksFeature } from './features/checks/checks-feature.ts';
import { trustOverview } from './features/trust/overview.ts';
import { trustFeature } from './features/trust/trust-feature.ts';
import { makeTrustServices, type TrustServices } from './features/trust/trust-tools.ts';
import { updatesFeature } from './features/updates/updates-feature.ts';
import { makeSightings } from './features/workstations/sightings.ts';
import { workstationsFeature } from './features/workstations/workstations-feature.ts';
import type { App } from './http/app.ts';
import { buildApp } from './http/build-app.ts';
import { newSecret, type Random } from './ids.ts';
import { makeJobs, type Jobs } from './jobs.ts';
import type { Log } from './log.ts';
import { makeMetrics, type Metrics } from './metrics.ts';
import { noRoom, ProblemError } from './problem-error.ts';
import { refusePlainly } from './plain-refusals.ts';
import { certificateToTrust } from './server-certificate.ts';
import { serve, urlHost, type Listener } from './serve.ts';

/** What the outside hands in. */
export interface Surroundings {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Cheaper in tests. */
  readonly passwordCost?: PasswordCost;
  /** Cheaper in tests. */
  readonly keyCost?: KeyCost;
  /** How uploads are inspected: in a worker of their own, but for tests about something else. */
  readonly inspect?: typeof inspectInstaller;
  /** Where the built console is, if not where the build puts it. */
  readonly consoleFolder?: string | undefined;
  /** `off` in tests, which never lose power. */
  readonly synchronous?: 'full' | 'off';
  /** Resolves when decisions on an installer count as made at once no longer: at once in tests about something else. */
  readonly decisionPause?: () => Promise<void>;
  /** Memory, CPU and event loop of the process among the metrics: one server per process only. */
  readonly processMetrics?: boolean;
}

/** Longer than what lies between two requests that two people send at once, and too short to be noticed by one. */
const usualDecisionPause = (): Promise<void> => delay(50);

/** What every feature may use. */
export interface Foundation {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly database: Database;
  readonly leases: Leases;
  readonly events: EventLog;
  readonly repeats: RepeatedEvents;
  /** The address under which workstations and people reach the server, without a slash at its end; known once it listens. */
  readonly publicUrl: () => string;
}

/** A whole server. */
export interface System extends Foundation {
  readonly accounts: AccountsFeature;
  readonly trust: TrustService;
  readonly jobs: Jobs;
  readonly app: App;
  /** Migrates, makes the first account, starts what the features start. Nothing listens yet. */
  prepare(): Promise<void>;
  /** Listens, and begins the periodic work. Answers the address. */
  listen(): Promise<string>;
  /** Answers the address of a one-time link to the first account, where there is none. */
  setupLink(): Promise<string | null>;
  /** Ends everything in order: no new request, those under way finish (10 s at most), jobs, database. */
  stop(): Promise<void>;
}

/** Opens the database and builds what the commands need, without HTTP. Migrated by `prepare` of `compose`, or by the command. */
export function composeFoundation(surroundings: Surroundings): Foundation & { setPublicUrl(url: string): void } {
  const { config, clock, random, log } = surroundings;
  refusePlainly();
  const metrics = makeMetrics({ processMetrics: surroundings.processMetrics ?? false });
  const database = openDatabase(config.database, { log, synchronous: surroundings.synchronous ?? 'full' });
  const events = makeEventLog({ clock, random, log, metrics });
  let publicUrl =
    config.publicUrl ?? `${config.tls === null ? 'http' : 'https'}://${urlHost(config.host)}:${config.port}`;
  return {
    config,
    clock,
    random,
    log,
    metrics,
    database,
    leases: makeLeases(database, clock, newSecret(random)),
    events,
    repeats: makeRepeatedEvents({ database, events, clock }),
    publicUrl: () => publicUrl,
    setPublicUrl: (url) => (publicUrl = url),
  };
}

/** Accounts on a foundation; the commands need no more. */
export function composeAccounts(
  foundation: Foundation,
  passwordCost?: PasswordCost,
  consolePage: ConsoleFeature['sendPage'] = null,
): AccountsFeature {
  const passwords = makePasswords(foundation.random, passwordCost);
  const publicOrigin = () => new URL(foundation.publicUrl()).origin;
  return accountsFeature({ ...foundation, passwords, publicOrigin, consolePage });
}

/** Keys and the catalogue on a foundation; the commands need no more. */
export function composeTrust(foundation: Foundation): TrustServices {
  return makeTrustServices(foundation);
}

/** Builds a server. On the embedded database it takes the data folder for itself. @throws DataFolderInUseError */
export async function compose(surroundings: Surroundings): Promise<System> {
  const { config, log } = surroundings;
  const lock = config.database.kind === 'sqlite' ? lockDataFolder(config.dataFolder) : null;
  const foundation = composeFoundation(surroundings);
  const { database, metrics, leases, random } = foundation;
  const console = consoleFeature({ random, folder: surroundings.consoleFolder });
  const accounts = composeAccounts(foundation, surroundings.passwordCost, console.sendPage);
  const storage = makeInstallerStorage({
    ...foundation,
    folder: join(config.dataFolder, 'installers'),
    mostBytes: config.maxUploadBytes,
  });
  const { keyCost } = surroundings;
  const admitDownload = makeAdmission({ slots: makeDownloadSlots(foundation, config.maxDownloads), log });
  const installerFile = (sha256: string) => storage.pathOf(sha256);
  const trust = trustFeature({ ...foundation, keyCost, installerFile, admitDownload });
  const services = { ...foundation, trust: trust.trust };
  const onCatalogueChanged: CatalogueHook[] = [];
  const products = productsFeature({ ...services, onCatalogueChanged });
  const installers = installersFeature({
    ...services,
    storage,
    products: products.products,
    onCatalogueChanged,
    inspect: surroundings.inspect ?? inspectInstaller,
    pause: surroundings.decisionPause ?? usualDecisionPause,
  });
  const chain = config.tls === null ? null : readFileSync(config.tls.certFile, 'utf8');
  const keys = installationKeysFeature({
    ...services,
    certificateToTrust: () =>
      chain === null ? null : certificateToTrust(chain, new URL(foundation.publicUrl()).hostname),
  });
  const passes = passesFeature(services);
  const { updates, ...updatesPart } = updatesFeature({ ...foundation, sightings: makeSightings(foundation) });
  onCatalogueChanged.push(updates.onCatalogueChanged);
  const workstationHooks = { onRetired: [updates.onRetired], onReplaced: [updates.onReplaced] };
  const workstations = workstationsFeature({ ...services, keys: keys.keys, hooks: workstationHooks });
  const checks = checksFeature({ ...services, updates, passes: passes.passes, sightings: workstations.workstations });
  const features: readonly Feature[] = [
    accounts,
    eventsFeature({ ...foundation, isSignedIn: accounts.isSignedIn }),
    trust,
    products,
    installers,
    keys,
    passes,
    workstations,
    groupsFeature(foundation),
    updatesPart,
    checks,
    dashboardFeature({ ...foundation, trustOverview: () => trustOverview(database.read, foundation.clock) }),
    console,
  ];

  const jobs = makeJobs(
    features.flatMap((feature) => feature.jobs ?? []),
    { leases, log, metrics },
  );
  const app = await buildApp({
    config,
    log,
    metrics,
    random,
    features,
    identification: { person: accounts.identifyPerson, workstation: workstationIdentification(features) },
    publicOrigin: () => new URL(foundation.publicUrl()).origin,
    ready: async () => {
      await database.ping();
      if (!(await database.hasRoom())) throw new ProblemError('server.not-ready', noRoom);
      for (const feature of features) await feature.ready?.();
    },
  });
  let listener: Listener | undefined;
  let stopping: Promise<void> | undefined;

  async function stop(): Promise<void> {
    // First of all, so that no further run begins while the last requests finish.
    const jobsEnd = jobs.stop();
    await (listener?.stop() ?? app.close());
    await jobsEnd;
    await database.close();
    lock?.release();
  }

  return {
    ...foundation,
    accounts,
    trust: trust.trust,
    jobs,
    app,
    prepare: async () => {
      await migrate(database, foundation.clock);
      if (config.firstAccount !== null) await accounts.setup.ensureFirstAccount(config.firstAccount);
      for (const feature of features) await feature.start?.();
    },
    listen: async () => {
      listener = await serve(app, config);
      if (config.publicUrl === null) foundation.setPublicUrl(listener.url);
      jobs.start();
      return listener.url;
    },
    setupLink: async () => {
      const token = await accounts.setup.offerLink();
      return token === null ? null : `${foundation.publicUrl()}/setup?token=${token}`;
    },
    stop: () => (stopping ??= stop()),
  };
}

function workstationIdentification(features: readonly Feature[]) {
  const identify = features.find((feature) => feature.identifyWorkstation !== undefined)?.identifyWorkstation;
  return identify ?? (() => Promise.resolve(null));
}
