// Closes the application before its files are replaced, in every session, whoever started it; whoever has it open is told.
// The client itself is no such application: the engine and every launcher run it, no rule ends them, and a copy of it
// installs its next version.
import { ClientError } from '../client-error.ts';
import { askToClose, endByForce } from '../engine/ask-to-close.ts';
import type { Engine } from '../engine/engine.ts';
import { ownerOf, runningCopies, type FoundCopies } from '../engine/running-copies.ts';
import { isClientItself } from '../version.ts';
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
 * @throws ClientError `application.running`, `application.open-elsewhere`
 */
export async function closeCopies(engine: Engine, watchers: WatchersOfProduct, closing: Closing): Promise<void> {
  const { host } = engine;
  await requireNobodyElse(engine, watchers, closing.askedBy);
  if ((await isOpen(engine, watchers)) !== true) return;
  watchers.tell({ news: 'closing', because: 'update', version: closing.version, inSeconds: countdownSeconds });
  if (await untilClosed(engine, watchers, countdownSeconds * 1000)) return;
  // Somebody else may have opened it meanwhile, whom nobody told.
  await requireNobodyElse(engine, watchers, closing.askedBy);
  for (const { pid } of (await copiesOf(engine)).copies) await askToClose(host, pid);
  if (await untilClosed(engine, watchers, closingTimeMs)) return;
  throw new ClientError('application.running', 'The application is still open. Close it, then try again.');
}

/** Closes every copy now, whether or not it wants to: its version may not run. */
export async function endCopies(engine: Engine, watchers: WatchersOfProduct, version: string): Promise<void> {
  const { host } = engine;
  watchers.tell({ news: 'closing', because: 'prohibited', version, inSeconds: 0 });
  for (const { pid } of (await copiesOf(engine)).copies) await askToClose(host, pid);
  if (await untilClosed(engine, watchers, closingTimeMs)) return;
  for (const { pid } of (await copiesOf(engine)).copies) await endByForce(host, pid);
}

/**
 * Is the application open anywhere on this machine? Null where nobody is known to have it open, and not all can be seen.
 * The client itself never counts as open.
 */
export async function isOpen(engine: Engine, watchers: WatchersOfProduct): Promise<boolean | null> {
  if (await isAboutClient(engine)) return false;
  if (watchers.now().length > 0) return true;
  const { copies, unseenBecause } = await copiesOf(engine);
  return unseenBecause === null ? copies.length > 0 : null;
}

async function isAboutClient({ product }: Engine): Promise<boolean> {
  return (await product.known.read())?.upgradeCodes.some(isClientItself) ?? false;
}

/** The copies of what is installed that run, in all sessions. Where they can't be seen, administrators are told so. */
async function copiesOf({ host, state, product, driver, reports }: Engine): Promise<FoundCopies> {
  const known = await product.known.read();
  const found = await runningCopies(host, state.installed, await driver.installed(known?.upgradeCodes ?? []));
  if (found.unseenBecause !== null)
    await reports.addAlarm({ alarm: 'copies-unseen', detail: unseen(found.unseenBecause) });
  return found;
}

function unseen(because: string): string {
  return `Who has the application open cannot be seen, but for those who started it through Usher: ${because}.`;
}

/**
 * Looks whether somebody else than who asked has the application open; where that can't be seen, it goes on. A number that
 * no process has is nobody's.
 * @throws ClientError `application.open-elsewhere`
 */
export async function requireNobodyElse(
  engine: Engine,
  watchers: Pick<WatchersOfProduct, 'now'>,
  askedBy: number | null,
): Promise<void> {
  const { host, log } = engine;
  if (await isAboutClient(engine)) return;
  const { copies } = await copiesOf(engine);
  const watched = await Promise.all(watchers.now().map(({ pid }) => ownerOf(host, pid)));
  const owners = new Set([...watched.filter((owner) => owner !== null), ...copies.map(({ owner }) => owner)]);
  const asker = askedBy === null || owners.size === 0 ? null : await ownerOf(host, askedBy);
  if (asker !== null) owners.delete(asker);
  // Where the system does not say whose a process is that lives, one who has the application open is taken for who asks.
  const isUntold = asker === null && askedBy !== null && host.isAlive(askedBy);
  if (owners.size === 0 || (isUntold && owners.size === 1)) return;
  // People are told how many; who they are is for administrators.
  log.info(`the application is open elsewhere: ${[...owners].join(', ')}`);
  const others = owners.size === 1 ? 'one session of somebody else' : `${owners.size} sessions of other people`;
  throw new ClientError(
    'application.open-elsewhere',
    `The application is open in ${others} on this machine. It can be updated when it is closed there.`,
    { sessions: owners.size },
  );
}

/** True where everything was closed in time. */
async function untilClosed(engine: Engine, watchers: WatchersOfProduct, ms: number): Promise<boolean> {
  const { clock } = engine.host;
  const deadline = clock.sinceBoot() + ms;
  while ((await isOpen(engine, watchers)) === true) {
    if (clock.sinceBoot() >= deadline) return false;
    await engine.host.wait(pollMs);
  }
  return true;
}
