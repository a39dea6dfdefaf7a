// What the commands work with: identity, state, server, installer and catalogue of one workstation and product.
import type { TrustedCatalogue } from '@usher/trust';
import { join } from 'node:path';
import { notActivated } from '../client-error.ts';
import { UnpackingDriver } from '../linux/unpacking-driver.ts';
import { LogFile, type Log } from '../state/log.ts';
import { acquireLock, type HeldLock } from '../state/instance-lock.ts';
import { placeOf } from '../state/product-place.ts';
import { StateFolder, type Identity, type ProductState, type Settings } from '../state/state-folder.ts';
import { WindowsInstaller } from '../windows/msiexec.ts';
import { Registry } from '../windows/registry.ts';
import { catalogueOf } from './catalogue.ts';
import { lockEnvironment, type Host } from './host.ts';
import { HttpClient } from './http-client.ts';
import { healIdentity, readIdentity } from './identity.ts';
import { InstallerCache } from './installer-cache.ts';
import type { InstallerDriver } from './installer-driver.ts';
import { settleProduct } from './one-place.ts';
import { ReportQueue } from './reports.ts';
import { RequestPauses } from './retry-after.ts';
import { ServerApi } from './server-api.ts';
import type { UnkeptReports } from './unkept-reports.ts';

/** One workstation and product, opened. */
export interface Engine {
  readonly host: Host;
  readonly state: StateFolder;
  /** Another one where it turned out to be known by another name; see `settleProduct`. */
  product: ProductState;
  /** As it was asked for: an UpgradeCode or a product id; null where the server is to know it. */
  readonly productReference: string | null;
  /** Null where this workstation is not activated, or its identity was lost. */
  readonly identity: Identity | null;
  readonly settings: Settings | null;
  /** Null without an identity. */
  readonly api: ServerApi | null;
  /** Null where there never was an activation. */
  readonly catalogue: TrustedCatalogue | null;
  readonly driver: InstallerDriver;
  readonly cache: InstallerCache;
  readonly reports: ReportQueue;
  readonly log: Log;
  /** Ends connections; the engine can't be used after that. */
  close(): void;
}

/** What opens an engine. */
export interface EngineOptions {
  readonly host: Host;
  /** The state folder. */
  readonly folder: string;
  /** `--product`. */
  readonly product: string | null;
  /** For tests: in place of the machine's own installer. */
  readonly driver?: InstallerDriver;
  /** What this process has to tell that the disk has no room for; where it opens an engine once, that one's own. */
  readonly unkept?: UnkeptReports;
}

/**
 * Opens the state folder as it is: nothing is asked of the server, nothing but damaged files is changed. An
 * installation key that waits for its server is left to wait.
 */
export async function openEngine({ host, folder, product, driver, unkept }: EngineOptions): Promise<Engine> {
  const log = new LogFile(join(folder, 'logs', 'client.log'), host.clock);
  const state = new StateFolder(folder, ({ path, setAsideAs, why }) => {
    log.warn(`${path} was set aside as ${setAsideAs}: ${why}`);
  });
  await state.prepare();
  const identity = await readIdentity(host, state, log);
  const settings = identity ?? (await state.settings.read());
  unkept?.belongTo(settings?.workstationId ?? null);
  const productReference = product ?? settings?.product ?? null;
  const productState = await placeOf(state, product, settings);
  await productState.prepare();

  const http = new HttpClient(host.network, identity?.certificate ?? undefined);
  const api =
    identity === null
      ? null
      : new ServerApi(http, identity.server, identity.token, new RequestPauses(state.pauses, host, log));
  return {
    host,
    state,
    product: productState,
    productReference,
    identity,
    settings,
    api,
    catalogue: settings === null ? null : catalogueOf(state, settings.rootFingerprint, api, host),
    driver: driver ?? machineDriver(host, state, settings),
    cache: new InstallerCache(state),
    reports: new ReportQueue(state, host, log, unkept),
    log,
    close: () => http.close(),
  };
}

/** Takes the lock of the state folder; waits for another client up to `waitMs`. What that one changed is seen after it. */
export async function lockEngine(engine: Engine, waitMs: number): Promise<HeldLock> {
  const lock = await acquireLock(engine.state.lockPath, lockEnvironment(engine.host), waitMs);
  try {
    await healIdentity(engine.state, engine.log);
    await settleProduct(engine);
    return lock;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * The engine's parts that an activated workstation has.
 * @throws ClientError `workstation.not-activated`
 */
export function requireActivated(engine: Engine): { identity: Identity; api: ServerApi; catalogue: TrustedCatalogue } {
  const { identity, api, catalogue } = engine;
  if (identity !== null && api !== null && catalogue !== null) return { identity, api, catalogue };
  throw notActivated();
}

/** How things are installed on this kind of machine. */
export function machineDriver(host: Host, state: StateFolder, settings: Settings | null): InstallerDriver {
  if (host.systemRoot === null) return new UnpackingDriver(host.run, state, settings?.unpackInto ?? null);
  return new WindowsInstaller(host.run, new Registry(host.run, host.systemRoot), host.systemRoot);
}
