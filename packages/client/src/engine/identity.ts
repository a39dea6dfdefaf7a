// Who this workstation is, as its disk says it, and whether the disk is still in the machine that it was said of.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFile } from '../state/atomic-file.ts';
import { unlessUnreadable } from '../windows/registry.ts';
import type { Log } from '../state/log.ts';
import { ifThereIsRoom } from '../state/room.ts';
import { setAside } from '../state/state-file.ts';
import type { Identity, ProductState, StateFolder } from '../state/state-folder.ts';
import type { Host } from './host.ts';

/**
 * The identity; where one of its two files was damaged, from the other. Null where there is none, or where it was made on
 * another machine (a cloned disk): then it is set aside, with all that was said to that one.
 */
export async function readIdentity(host: Host, state: StateFolder, log: Log): Promise<Identity | null> {
  const identity = (await state.identity.read()) ?? (await state.identityCopy.read());
  if (identity === null) return null;
  if (await isOfThisMachine(host, identity)) return identity;
  log.warn(`the identity of ${identity.workstationId} was made on another machine: it is set aside`);
  await state.moved.write({ workstationId: identity.workstationId });
  await setAside(state.identity.path, 'it was made on another machine', state.onDamage);
  await state.identityCopy.remove();
  await forgetWhatWasSaid(state);
  return null;
}

/** True also where the machine has no id of its own, or does not say it just now, or had none when the identity was made. */
export async function isOfThisMachine(host: Host, { boundTo }: Pick<Identity, 'boundTo'>): Promise<boolean> {
  if (boundTo === null) return true;
  const machineId = await unlessUnreadable(() => host.machineId());
  return machineId === null || machineId === boundTo;
}

/**
 * Makes whole what says who this workstation is: both files of the identity, of which one was damaged, or is older since a
 * client died between the two, and the settings, which are read where the identity is lost. It is called by whoever holds
 * the lock: nobody else removes an identity meanwhile, which must not come back.
 */
export async function healIdentity(state: StateFolder, log: Log): Promise<void> {
  const [first, copy] = [await state.identity.read(), await state.identityCopy.read()];
  const identity = first ?? copy;
  if (identity === null) return;
  await ifThereIsRoom(log, async () => {
    if (first === null) await state.identity.write(identity);
    else if (JSON.stringify(copy) !== JSON.stringify(first)) await state.identityCopy.write(first);
    const { product, unpackInto, rootFingerprint, workstationId } = identity;
    if ((await state.settings.read()) !== null) return;
    await state.settings.write({ product, unpackInto, rootFingerprint, workstationId });
  });
}

/** What a server said to this workstation and what waits to be said to it: none of it is another's business. */
async function forgetWhatWasSaid(state: StateFolder): Promise<void> {
  await state.pendingActivation.remove();
  await forgetTalk(state);
  for (const product of await state.products()) await forgetRules(product);
}

/**
 * The same where the workstation goes over to another server, or to none: also which products there are and by which
 * catalogue was installed. An update that was interrupted stays to be looked after.
 */
export async function forgetServer(state: StateFolder): Promise<void> {
  await forgetTalk(state);
  for (const product of await state.products()) {
    await forgetRules(product);
    await product.known.remove();
    const isDone = (await product.journal.read()) === null;
    if (isDone && product.folder !== state.root) await rm(product.folder, { recursive: true, force: true });
  }
  await rm(state.metadata, { recursive: true, force: true });
}

async function forgetTalk(state: StateFolder): Promise<void> {
  for (const file of [state.counters, state.pauses, state.turns]) await file.remove();
  for (const name of await readdir(state.queue)) await rm(join(state.queue, name), { recursive: true, force: true });
}

async function forgetRules({ clock, pass, policyPath }: ProductState): Promise<void> {
  for (const file of [clock, pass]) await file.remove();
  await removeFile(policyPath);
}
