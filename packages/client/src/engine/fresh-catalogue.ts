// When the catalogue is brought up to date: at least every hour, as its time-stamp is renewed, and never at the cost of a start.
import type { CheckRequest } from '@usher/protocol';
import { TrustError, type CatalogueView, type TrustedCatalogue } from '@usher/trust';
import { ifThereIsRoom } from '../state/room.ts';
import type { Engine } from './engine.ts';

/** How old what was last had may be, in milliseconds: the time-stamp is renewed as often. */
const freshForMs = 60 * 60 * 1000;
/** How long a start waits for all that it asks, in milliseconds, and how much of that for the catalogue at most. */
const budgetMs = 3_000;
const mostMs = 1_500;

/**
 * The catalogue as the server has it now; notes when that was.
 * @throws TrustError, and what the server's refusals are; see `TrustedCatalogue.refresh`
 */
export async function refreshCatalogue(
  { host, log, state }: Pick<Engine, 'host' | 'log' | 'state'>,
  catalogue: TrustedCatalogue,
  now: Date,
  signal?: AbortSignal,
): Promise<CatalogueView> {
  const view = await catalogue.refresh(now, signal);
  await ifThereIsRoom(log, () => state.refreshed.write({ at: host.clock.now() }));
  return view;
}

/**
 * Once a check was answered: asks whether the catalogue has changed, where that has not been known within the hour. A prohibition
 * that stands there holds whatever the policy says, from that start on. A start does not depend on it: what goes wrong is noted,
 * and it is asked for again by the next one.
 * @param startedAt when the check began, by the machine's count since it was started
 * @param now by the server: this machine's clock may be wrong, and what it took for expired would never be had
 */
export async function freshenCatalogue(
  engine: Engine,
  purpose: CheckRequest['purpose'],
  startedAt: number,
  now: Date,
): Promise<void> {
  const { catalogue, host, log } = engine;
  if (catalogue === null || (purpose !== 'background' && (await isFresh(engine, catalogue)))) return;
  const waitMs = purpose === 'background' ? budgetMs : Math.min(mostMs, timeLeft(host, startedAt));
  if (waitMs === 0) return;
  try {
    const signal = AbortSignal.timeout(waitMs);
    await refreshCatalogue(engine, catalogue, now, signal);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.warn(
      `the catalogue could not be brought up to date: ${error instanceof TrustError ? `${error.code}: ` : ''}${why}`,
    );
  }
}

/** How long a start that began to ask at `startedAt` will still wait for all that it asks, in milliseconds. */
export function timeLeft({ clock }: Engine['host'], startedAt: number): number {
  return Math.max(0, budgetMs - (clock.sinceBoot() - startedAt));
}

/** A clock that was set back says nothing of the time since. */
async function isFresh({ host, state }: Engine, catalogue: TrustedCatalogue): Promise<boolean> {
  const record = await state.refreshed.read();
  if (record === null) return false;
  const age = host.clock.now() - record.at;
  return age >= 0 && age <= freshForMs && (await catalogue.current()) !== null;
}
