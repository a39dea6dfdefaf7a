// Closes the application before its files are replaced, in every session, whoever started it; whoever has it open is told.
import { ClientError } from '../client-error.ts';
import { askToClose, endByForce } from '../engine/ask-to-close.ts';
import type { Engine } from '../engine/engine.ts';
import { ownerOf, runningCopies, type RunningCopy } from '../engine/running-copies.ts';
import type { WatchersOfProduct } from './watchers.ts';

/** Why, and who wants it. */
export interface Closing {
  /** What is to be installed. */
  readonly version: string;
  /** A process of the person who asked for it; null where nobody did. */
  readonly askedBy: number | null;
}

/** How long people have to save their work, in seconds. */
export const countdownSeconds = 30;
/** How long the application has to close once it is asked to, in milliseconds. */
const closingTimeMs = 20_000;
const pollMs = 500;

/**
 * Asks every copy to close after a countdown, and waits for that. None is ended by force. Where somebody else than who
 * asked has it open, nothing is closed: it is not theirs to decide.
 * @throws ClientError `application.running`
 */
export async function closeCopies(engine: Engine, watchers: WatchersOfProduct, closing: Closing): Promise<void> {
  const { host } = engine;
  const copies = await copiesOf(engine);
  if (copies.length === 0 && watchers.now().length === 0) return;
  await requireNobodyElse(engine, watchers, copies, closing.askedBy);
  watchers.tell({ news: 'closing', version: closing.version, inSeconds: countdownSeconds });
  await untilClosed(engine, watchers, countdownSeconds * 1000);
  for (const { pid } of await copiesOf(engine)) await askToClose(host, pid);
  if (await untilClosed(engine, watchers, closingTimeMs)) return;
  throw new ClientError('application.running', 'The application is still open. Close it, then try again.');
}

/** Closes every copy now, whether or not it wants to: its version may not run. */
export async function endCopies(engine: Engine, watchers: WatchersOfProduct, version: string): Promise<void> {
  const { host } = engine;
  watchers.tell({ news: 'closing', version, inSeconds: 0 });
  for (const { pid } of await copiesOf(engine)) await askToClose(host, pid);
  if (await untilClosed(engine, watchers, closingTimeMs)) return;
  for (const { pid } of await copiesOf(engine)) await endByForce(host, pid);
}

/** Is the application open anywhere on this machine? */
export async function isOpen(engine: Engine, watchers: WatchersOfProduct): Promise<boolean> {
  return watchers.now().length > 0 || (await copiesOf(engine)).length > 0;
}

async function copiesOf({ host, state, product, driver }: Engine): Promise<readonly RunningCopy[]> {
  const known = await product.known.read();
  return await runningCopies(host, state.installed, await driver.installed(known?.upgradeCodes ?? []));
}

async function requireNobodyElse(
  { host }: Engine,
  watchers: WatchersOfProduct,
  copies: readonly RunningCopy[],
  askedBy: number | null,
): Promise<void> {
  const asker = askedBy === null ? null : await ownerOf(host, askedBy);
  const watched = await Promise.all(watchers.now().map(({ pid }) => ownerOf(host, pid)));
  const owners = new Set([...watched.filter((owner) => owner !== null), ...copies.map(({ owner }) => owner)]);
  if (asker !== null) owners.delete(asker);
  // Where the system does not say who is who, one who has it open is taken for the one who asks.
  if (owners.size === 0 || (askedBy !== null && asker === null && owners.size === 1)) return;
  throw new ClientError(
    'application.running',
    'Somebody else on this machine has the application open. It can be updated when they have closed it.',
  );
}

/** True where everything was closed in time. */
async function untilClosed(engine: Engine, watchers: WatchersOfProduct, ms: number): Promise<boolean> {
  const { clock } = engine.host;
  const deadline = clock.sinceBoot() + ms;
  while (await isOpen(engine, watchers)) {
    if (clock.sinceBoot() >= deadline) return false;
    await engine.host.wait(pollMs);
  }
  return true;
}
