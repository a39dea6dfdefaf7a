// Makes one state of those that a product has: a client of before kept one for each name that it was called by, and a name
// that is new here has a place of its own until the server has said what it means.
import { TrustError, verifyPolicy, type PolicyExpectation, type TrustedCatalogue } from '@usher/trust';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../state/atomic-file.ts';
import type { Log } from '../state/log.ts';
import { placeOf } from '../state/product-place.ts';
import { ifThereIsRoom } from '../state/room.ts';
import { readTextOrSetAside } from '../state/state-file.ts';
import type { ClockRecord, ProductState, Settings, StateFolder } from '../state/state-folder.ts';

/** What of an engine says where its product lies. */
interface Placed {
  readonly state: StateFolder;
  /** Another one, where it turned out to be known by another name. */
  product: ProductState;
  /** As it was asked for; null where the server is to know it. */
  readonly productReference: string | null;
  readonly settings: Settings | null;
  readonly catalogue: TrustedCatalogue | null;
  readonly log: Log;
}

/**
 * Makes one of all states of the same product, and has the engine work with the one of its own. It is called by whoever
 * holds the lock; interrupted at any point, it is done again from there. Where there is one product alone it costs a look
 * for others.
 */
export async function settleProduct(engine: Placed): Promise<void> {
  const { state, settings, productReference } = engine;
  const places = await state.products();
  if (places.length === 1 && engine.product.folder === state.root) return;
  await ifThereIsRoom(engine.log, () => uniteAll(engine, places));
  engine.product = await placeOf(state, productReference, settings);
  await engine.product.prepare();
}

async function uniteAll(engine: Placed, places: readonly ProductState[]): Promise<void> {
  const ids = await Promise.all(places.map(async ({ known }) => (await known.read())?.id ?? null));
  const known = ids.filter((id) => id !== null);
  const isUnknown = await Promise.all(
    places.map(async (place, index) => ids[index] === null && (await hasRules(place))),
  );
  if (new Set(known).size === known.length && !isUnknown.includes(true)) return;
  const { catalogue, settings } = engine;
  const view = (await catalogue?.current()) ?? null;
  // Without these nothing says which rules hold: that of several is chosen that was issued last.
  if (view === null || settings === null) return;
  const expected = { workstationId: settings.workstationId, keys: view.directorKeys };
  const seen = new Map<string, ProductState>();
  for (const [index, place] of places.entries()) {
    // Where what was learned is lost, the rules say whose they are.
    const id = ids[index] ?? (await rulesIn(place, expected))?.productId ?? null;
    if (id === null) continue;
    const first = seen.get(id);
    if (first === undefined) seen.set(id, place);
    else await unite(engine, { ...expected, productId: id }, first, place);
  }
}

async function hasRules({ policyPath, onDamage }: ProductState): Promise<boolean> {
  return (await readTextOrSetAside(policyPath, onDamage)) !== null;
}

/** Takes over what is newer or was not known, then removes the rest: until that is done, all of it is there. */
async function unite(
  { log }: Placed,
  expected: PolicyExpectation,
  into: ProductState,
  from: ProductState,
): Promise<void> {
  await takeRules(expected, into, from);
  await takePass(into, from);
  await takeKnown(into, from);
  await takeStarted(into, from);
  if (!(await takeJournal(into, from))) {
    log.warn(`two updates were interrupted: what is in ${from.folder} waits for that in ${into.folder}`);
    return;
  }
  for (const name of await readdir(from.folder)) {
    if (join(from.folder, name) !== from.known.path)
      await rm(join(from.folder, name), { recursive: true, force: true });
  }
  // What says whose it was goes last.
  await rm(from.folder, { recursive: true, force: true });
  log.info(`${from.folder} was the same product as ${into.folder}, and is one with it now`);
}

/** The rules that were issued last, with the time that they came at; in this order, as a check writes them. */
async function takeRules(expected: PolicyExpectation, into: ProductState, from: ProductState): Promise<void> {
  const [ours, theirs] = [await rulesIn(into, expected), await rulesIn(from, expected)];
  if (theirs === null) return;
  const [ourClock, theirClock] = [await into.clock.read(), await from.clock.read()];
  const areTheirsNewer = ours === null || Date.parse(theirs.issuedAt) > Date.parse(ours.issuedAt);
  if (areTheirsNewer) await writeAtomically(into.policyPath, theirs.text);
  const clock = areTheirsNewer ? withMore(theirClock, ourClock) : withMore(ourClock, theirClock);
  if (clock !== null && !isSame(clock, ourClock)) await into.clock.write(clock);
}

async function rulesIn(
  { policyPath, onDamage }: ProductState,
  expected: PolicyExpectation,
): Promise<{ readonly text: string; readonly issuedAt: string; readonly productId: string } | null> {
  const text = await readTextOrSetAside(policyPath, onDamage);
  if (text === null) return null;
  try {
    const { issuedAt, product } = verifyPolicy(text, expected);
    return { text, issuedAt, productId: product.id };
  } catch (error) {
    if (error instanceof TrustError) return null;
    throw error;
  }
}

/** The record of the rules that hold: with the newest event that either has seen, and the latest time since the same rules. */
function withMore(record: ClockRecord | null, other: ClockRecord | null): ClockRecord | null {
  if (record === null || other === null) return record;
  const log = (other.log?.seq ?? -1) > (record.log?.seq ?? -1) ? other.log : record.log;
  const isLater = other.issuedAt === record.issuedAt && Date.parse(other.latestNow) > Date.parse(record.latestNow);
  return { ...record, log, latestNow: isLater ? other.latestNow : record.latestNow };
}

async function takePass(into: ProductState, from: ProductState): Promise<void> {
  const [ours, theirs] = [await into.pass.read(), await from.pass.read()];
  if (theirs === null) return;
  if (ours === null || Date.parse(theirs.until) > Date.parse(ours.until)) await from.pass.moveTo(into.pass);
  else await from.pass.remove();
}

async function takeKnown(into: ProductState, from: ProductState): Promise<void> {
  const [ours, theirs] = [await into.known.read(), await from.known.read()];
  if (theirs === null) return;
  const known = {
    ...(ours ?? theirs),
    upgradeCodes: [...new Set([...(ours?.upgradeCodes ?? []), ...theirs.upgradeCodes])],
  };
  if (!isSame(known, ours)) await into.known.write(known);
}

async function takeStarted(into: ProductState, from: ProductState): Promise<void> {
  const ours = (await into.started.read())?.applications ?? [];
  const theirs = (await from.started.read())?.applications ?? [];
  const added = theirs.filter((each) => !ours.some((one) => isSame(one, each)));
  if (added.length > 0) await into.started.write({ applications: [...ours, ...added] });
}

/**
 * False where both have one: an interrupted update is finished before another one takes its place. It is moved, not
 * copied: a copy that a death leaves behind would be finished a second time, over whatever has been installed by then.
 */
async function takeJournal(into: ProductState, from: ProductState): Promise<boolean> {
  const [ours, theirs] = [await into.journal.read(), await from.journal.read()];
  if (theirs === null) return true;
  if (ours === null) await from.journal.moveTo(into.journal);
  else if (isSame(ours, theirs)) await from.journal.remove();
  else return false;
  return true;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
