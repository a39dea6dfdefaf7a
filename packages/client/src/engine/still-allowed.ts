// Whether an installation that was interrupted may still be finished: much can have been decided since.
import { isProhibited } from '@usher/core';
import { TrustError, type CatalogueView } from '@usher/trust';
import { asClientError, ClientError } from '../client-error.ts';
import type { InstallerPackage } from '../state/state-folder.ts';
import { distrusted } from './catalogue.ts';
import { check, type CheckResult } from './check.ts';
import type { Engine } from './engine.ts';
import { refreshCatalogue } from './fresh-catalogue.ts';

/** How long the catalogue is waited for, in milliseconds. */
const patienceMs = 3_000;
/** Whether the catalogue names an installer, whatever its age: that it has expired says nothing of what it names. */
const atAnyAge = new Date(0);

/**
 * Why a target that was approved when its installation began may not be installed any more: it was prohibited, is in the
 * catalogue no longer, or was approved by keys alone that have been taken back since. Null where it may, also by a
 * catalogue that has expired: nobody has taken anything back, and the machine was off for a while. The server is asked;
 * where it does not answer, the last policy and the stored catalogue say it, and where there is neither, what was
 * approved then.
 */
export async function refusalOf(engine: Engine, target: InstallerPackage, now: Date): Promise<ClientError | null> {
  const checked = await checkOrNone(engine);
  const policy = checked?.policy ?? null;
  // The server's time where it answered: this machine's clock may be wrong.
  const view = await viewOf(engine, checked === null ? now : new Date(checked.facts.now));
  const productId = policy?.product.id ?? (await engine.product.known.read())?.id ?? '';
  const prohibited = [...(policy?.prohibited ?? []), ...(view?.prohibitedFor(productId) ?? [])];
  if (isProhibited(prohibited, target.version)) {
    return new ClientError(
      'update.prohibited',
      `Version ${target.version}, whose installation was interrupted, is prohibited by now and is not installed.`,
    );
  }
  return view === null ? null : refusalBy(view, target);
}

function refusalBy(view: CatalogueView, { path, sha256 }: InstallerPackage): ClientError | null {
  try {
    if (view.installer(path, atAnyAge).sha256 === sha256) return null;
    throw new TrustError('target.mismatch', `The catalogue names another installer at ${path} by now.`);
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    // Newer roots are here, under which the stored catalogue does not hold: TUF, 5.3.11.
    const isTakenBack = error.code.startsWith('target.') || error.code === 'metadata.bad-signature';
    return isTakenBack ? distrusted(error) : null;
  }
}

/** The server's answer, or the last policy. */
async function checkOrNone(engine: Engine): Promise<CheckResult | null> {
  try {
    return await check(engine, { ask: true, purpose: 'update' });
  } catch (error) {
    if (asClientError(error) === null) throw error;
    return null;
  }
}

async function viewOf(engine: Engine, now: Date): Promise<CatalogueView | null> {
  const { catalogue, log } = engine;
  if (catalogue === null) return null;
  try {
    return await refreshCatalogue(engine, catalogue, now, AbortSignal.timeout(patienceMs));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.warn(`the catalogue could not be asked whether the installation may go on: ${why}`);
    return await catalogue.current();
  }
}
