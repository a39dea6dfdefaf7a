// Brings installers into the cache: the one that an update leads to, and those that lead back.
import { isProhibited, type Policy, type PolicyTarget } from '@usher/core';
import { TrustError, type CatalogueView } from '@usher/trust';
import { mkdir } from 'node:fs/promises';
import { asClientError, ClientError } from '../client-error.ts';
import type { InstallerPackage } from '../state/state-folder.ts';
import { agreedPackage, distrusted, packageFor } from './catalogue.ts';
import { DownloadTurn } from './download-turn.ts';
import { download } from './download.ts';
import { requireActivated, type Engine } from './engine.ts';
import { refreshCatalogue } from './fresh-catalogue.ts';
import { isSame } from './installation.ts';
import { verifyPackage } from './installer-cache.ts';

/** How a download is accompanied. */
export interface FetchWatch {
  /** Before, or in the background with, the first bytes; not called where the file is in the cache already. */
  readonly onBegin: (total: number) => Promise<void>;
  readonly onBytes: (bytes: number, total: number) => Promise<void>;
  /** Ends the download; what has come stays, and the next attempt goes on from there. */
  readonly signal?: AbortSignal;
  /** Nobody waits for it: it comes when it is this workstation's turn, and when the server has room. */
  readonly isBackground?: boolean;
}

/** The least urgent of RFC 9218, section 4.1: by this the server knows that nobody waits. */
const background = { priority: 'u=7' };

/** Beside twice the installer's size: for the journal, the log and what else grows meanwhile. */
const spareBytes = 16 * 1024 * 1024;

/**
 * The installer that a policy names, in the cache; policy and catalogue must agree on it.
 * @param now trusted time: an expired catalogue installs nothing
 * @throws ClientError `update.prohibited`, `verification.failed`, `disk.full`, `download.failed`, `server.…`, and in the
 *   background `download.postponed` with the time until the next attempt makes sense
 */
export async function fetchTarget(
  engine: Engine,
  policy: Policy,
  wanted: PolicyTarget,
  now: Date,
  watch: FetchWatch,
): Promise<InstallerPackage> {
  const view = await freshView(engine, now);
  const prohibited = [...policy.prohibited, ...view.prohibitedFor(policy.product.id)];
  if (isProhibited(prohibited, wanted.version)) {
    throw new ClientError('update.prohibited', `Version ${wanted.version} is prohibited and is not installed.`);
  }
  const target = agreedPackage(view, wanted, now);
  const cached = (await engine.cache.holds(target)) ? await verifiedOrForgotten(engine, target, now) : null;
  if (cached !== null) return cached;
  await requireSpace(engine, target);
  if (watch.isBackground === true) await turnOf(engine).require(target.sha256);
  else await watch.onBegin(target.size);
  try {
    const accompanied = watch.isBackground === true ? begunByFirstBytes(watch, target) : watch;
    return await fetchPackage(engine, target, now, accompanied);
  } catch (error) {
    const askedMs = asClientError(error, 'download.failed')?.facts.retryAfterMs;
    if (watch.isBackground === true && askedMs !== undefined) await turnOf(engine).postpone(target.sha256, askedMs);
    throw error;
  }
}

/** In the background the server may have no room: a download begins when something comes. */
function begunByFirstBytes(watch: FetchWatch, { size }: InstallerPackage): FetchWatch {
  let hasBegun = false;
  const onBytes = async (bytes: number, total: number) => {
    if (!hasBegun) await watch.onBegin(size);
    hasBegun = true;
    await watch.onBytes(bytes, total);
  };
  return { ...watch, onBytes };
}

function turnOf({ state, host }: Engine): DownloadTurn {
  return new DownloadTurn(state.turns, host);
}

/**
 * The installers of what is installed now, from the cache, else from the catalogue, each verified. Where one can't be had
 * (it was disapproved, or never approved), there is no way back to it, and the log says so.
 */
export async function fetchWayBack(
  engine: Engine,
  productId: string,
  target: InstallerPackage,
  now: Date,
): Promise<readonly InstallerPackage[]> {
  const found: InstallerPackage[] = [];
  for (const product of await engine.driver.installed([target.upgradeCode])) {
    if (isSame(product, target)) continue;
    const cached = await engine.cache.packageOf(product);
    const verified = cached === null ? null : await verifiedOrForgotten(engine, cached, now);
    const fetched = verified ?? (await fromCatalogue(engine, productId, product, now));
    if (fetched !== null) found.push(fetched);
    else {
      engine.log.warn(`no way back to ${product.version}: its installer is neither in the cache nor in the catalogue`);
    }
  }
  return found;
}

/** The package in the cache, verified where it lies; null where it is not what it should be: then it goes, to come anew. */
async function verifiedOrForgotten(
  engine: Engine,
  cached: InstallerPackage,
  now: Date,
): Promise<InstallerPackage | null> {
  try {
    const found = await verified(engine, cached, now);
    await engine.cache.hide(found.hidden);
    return found;
  } catch (error) {
    const failure = asClientError(error, 'verification.failed');
    if (failure === null) throw error;
    engine.log.warn(`${cached.fileName} in the cache is thrown away: ${failure.message}`);
    await engine.cache.forget(cached);
    return null;
  }
}

/** The package with what only its own file says, which was found to be the one that was approved. */
async function verified(engine: Engine, target: InstallerPackage, now: Date): Promise<InstallerPackage> {
  const path = engine.cache.pathOf(target);
  await verifyPackage(path, target, now);
  const { InstallerError, readInstaller } = await import('@usher/msi');
  try {
    return { ...target, hidden: [...(await readInstaller(path)).hiddenProperties] };
  } catch (error) {
    if (error instanceof InstallerError) throw new ClientError('verification.failed', error.message, { cause: error });
    throw error;
  }
}

async function fetchPackage(
  engine: Engine,
  target: InstallerPackage,
  now: Date,
  { onBytes, signal, isBackground = false }: Omit<FetchWatch, 'onBegin'>,
): Promise<InstallerPackage> {
  const { api } = requireActivated(engine);
  const path = engine.cache.pathOf(target);
  const open = (headers: Readonly<Record<string, string>>, cancelled?: AbortSignal) =>
    api.openTarget(target, { ...headers, ...(isBackground ? background : {}) }, cancelled);
  const onProgress = (bytes: number) => onBytes(bytes, target.size);
  const given = { open, onProgress, isBackground, ...(signal === undefined ? {} : { signal }) };
  await engine.cache.expect(target);
  await download(path, target, engine.host, given);
  const fetched = await verified(engine, target, now);
  await engine.cache.add(fetched);
  return fetched;
}

async function requireSpace(engine: Engine, { size }: InstallerPackage): Promise<void> {
  await mkdir(engine.state.cache, { recursive: true });
  const needed = 2 * size + spareBytes;
  const free = await engine.host.freeBytes(engine.state.cache);
  if (free >= needed) return;
  const mb = (bytes: number) => Math.ceil(bytes / 1_000_000);
  throw new ClientError(
    'disk.full',
    `There is not enough disk space: ${mb(needed)} MB are needed, ${mb(free)} MB are free. Free some, then try again.`,
    { space: { needed, free } },
  );
}

async function fromCatalogue(
  engine: Engine,
  productId: string,
  product: { productCode: string; version: string },
  now: Date,
): Promise<InstallerPackage | null> {
  try {
    const view = await requireActivated(engine).catalogue.current();
    if (view === null) return null;
    const found = packageFor(view, productId, product, now);
    if (found === null) return null;
    await requireSpace(engine, found);
    return await fetchPackage(engine, found, now, { onBytes: () => Promise.resolve() });
  } catch (error) {
    if (asClientError(error, 'verification.failed', 'download.failed', 'disk.full') === null) throw error;
    engine.log.warn(`the installer of ${product.version} could not be fetched: ${String(error)}`);
    return null;
  }
}

/** The catalogue as the server has it now; where the server can't be reached, as it is here, if it has not expired. */
async function freshView(engine: Engine, now: Date): Promise<CatalogueView> {
  const { catalogue } = requireActivated(engine);
  try {
    return await refreshCatalogue(engine, catalogue, now);
  } catch (error) {
    if (error instanceof TrustError) throw distrusted(error);
    const stored = asClientError(error) === null ? null : await catalogue.current();
    if (stored === null) throw error;
    return stored;
  }
}
