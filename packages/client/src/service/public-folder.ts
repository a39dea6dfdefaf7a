// The part of a machine-wide state that every local user may read: where the engine is, how to know it, and the rules.
import type { CatalogueView } from '@usher/trust';
import { chmod, mkdir, open, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import * as z from 'zod';
import { ClientError, isDenied, systemCode } from '../client-error.ts';
import { catalogueOf } from '../engine/catalogue.ts';
import type { Engine } from '../engine/engine.ts';
import type { EngineAddress } from '../pipe/pipe-client.ts';
import { removeFile, renameDurably } from '../state/atomic-file.ts';
import { readDespiteMoment } from '../state/denied-for-a-moment.ts';
import { readTextIfThere } from '../state/state-file.ts';
import { placeOf } from '../state/product-place.ts';
import { StateFolder, type ProductState, type Settings } from '../state/state-folder.ts';

/** Its name in the state folder. */
const publicFolderName = 'public';

const markerSchema = z.object({
  format: z.literal(1),
  address: z.string().min(1),
  /** Ed25519, base64url: what the engine signs its answers with. */
  publicKey: z.string().min(1),
});

const onDiskName = 'on-disk.json';
const onDiskSchema = z.array(z.object({ sha256: z.string(), size: z.number() }));

/** Writes what users may read. Only the engine does. */
export class PublicFolder {
  readonly path: string;

  constructor(stateFolder: string) {
    this.path = join(stateFolder, publicFolderName);
  }

  /** Makes the folder, and says in it where the engine listens, and the secret of this run of it. */
  async announce(marker: { address: string; publicKey: string }, secret: Uint8Array): Promise<void> {
    await this.#folder(this.path);
    await this.#write('secret', Buffer.from(secret).toString('base64url'));
    await this.#write('engine.json', JSON.stringify({ format: 1, ...marker }));
  }

  /** Where the engine is removed: from then on there is none to ask. */
  async withdraw(): Promise<void> {
    await removeFile(join(this.path, 'engine.json'));
  }

  /** Copies the rules, as far as they have changed, so that a launcher can go by them where the engine is down. */
  async publish(engine: Engine): Promise<void> {
    const { state, product, settings } = engine;
    const place = relative(state.root, product.folder);
    await this.#folder(join(this.path, 'tuf'));
    await this.#folder(join(this.path, place));
    if (settings !== null) {
      const { workstationId, rootFingerprint, unpackInto, product: code } = settings;
      await this.#write('settings.json', JSON.stringify({ workstationId, rootFingerprint, unpackInto, product: code }));
    }
    await this.#copy(join(state.metadata, 'catalogue.json'), join('tuf', 'catalogue.json'));
    await this.#copy(state.installed.path, 'installed.json');
    // The clock last: with one that knows a newer policy than the one that lies there, that one would not be believed.
    for (const file of [product.known.path, product.pass.path, product.policyPath, product.clock.path]) {
      await this.#copy(file, relative(state.root, file));
    }
    await this.#forgetPlaces(state);
    const here = ((await state.cacheIndex.read())?.packages ?? []).map(({ sha256, size }) => ({ sha256, size }));
    await this.#write(onDiskName, JSON.stringify(here));
  }

  /** The places of products that are one with another now: nobody goes by what was copied from there. */
  async #forgetPlaces(state: StateFolder): Promise<void> {
    const copies = await new StateFolder(this.path, () => undefined).products();
    if (copies.length === 1) return;
    const places = new Set((await state.products()).map(({ folder }) => relative(state.root, folder)));
    for (const { folder } of copies) {
      if (!places.has(relative(this.path, folder))) await rm(folder, { recursive: true, force: true });
    }
  }

  async #copy(from: string, name: string): Promise<void> {
    const text = await readTextIfThere(from);
    if (text === null) await removeFile(join(this.path, name));
    else await this.#write(name, text);
  }

  /** Readable by all from the first moment; not touched where it says the same already. */
  async #write(name: string, text: string): Promise<void> {
    const path = join(this.path, name);
    if ((await readTextIfThere(path)) === text) return;
    const handle = await open(`${path}.tmp`, 'w', 0o644);
    try {
      await handle.chmod(0o644);
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await renameDurably(`${path}.tmp`, path);
  }

  async #folder(path: string): Promise<void> {
    await mkdir(path, { recursive: true });
    await chmod(path, 0o755);
  }
}

/** Where the engine of a state folder is, or null where none is installed there. */
export async function engineIn(stateFolder: string): Promise<EngineAddress | null> {
  const folder = join(stateFolder, publicFolderName);
  try {
    return await readDespiteMoment(() => addressIn(folder));
  } catch (error) {
    // A folder that hides what is public in it may hide an engine: nobody gets past it by that.
    if (!isDenied(error)) throw error;
    throw new ClientError(
      'state.unusable',
      `The state folder ${stateFolder} cannot be read. Have an administrator install the engine: usher-client service install.`,
      { cause: error },
    );
  }
}

async function addressIn(folder: string): Promise<EngineAddress | null> {
  const text = await readTextIfThere(join(folder, 'engine.json'));
  if (text === null) return null;
  const marker = markerSchema.safeParse(jsonOf(text));
  const secret = (await readTextIfThere(join(folder, 'secret')))?.trim() ?? '';
  // One that can't be read still says that there is an engine: nobody gets past it by damaging a file.
  const { address, publicKey } = marker.success ? marker.data : { address: join(folder, 'unknown'), publicKey: '' };
  return { address, publicKey, secret: Buffer.from(secret, 'base64url') };
}

/** The workstation's id at the server; null where none is activated. */
export async function publicWorkstation(stateFolder: string): Promise<string | null> {
  const state = new StateFolder(join(stateFolder, publicFolderName), () => undefined);
  return await reading(async () => (await state.settings.read())?.workstationId ?? null, null);
}

/** A damaged file is set aside by whoever may; a launcher may not, and does without it. */
async function reading<Value>(read: () => Promise<Value>, without: Value): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '')) return without;
    throw error;
  }
}

/** The rules as users may read them. */
export interface PublicRules {
  readonly state: StateFolder;
  readonly product: ProductState;
  readonly settings: Settings;
  /** Verified from its root on. */
  readonly view: CatalogueView;
  /** Installers that the engine has in its cache. */
  readonly onDisk: readonly { readonly sha256: string; readonly size: number }[];
}

/**
 * Reads the rules of a machine-wide installation, without the right to change anything there.
 * @param product as `--product` names it; null for the one of the activation
 * @throws ClientError `policy.expired` where there are none, or they can't be read
 */
export async function readPublicRules(stateFolder: string, product: string | null): Promise<PublicRules> {
  const state = new StateFolder(join(stateFolder, publicFolderName), () => undefined);
  // The moment passes; what a damaged file can't be set aside for does not.
  await reading(() => readDespiteMoment(() => readTextIfThere(state.settings.path)), null);
  const rules = await reading(() => rulesIn(state, product), null);
  if (rules === null) throw noRules();
  return rules;
}

async function rulesIn(state: StateFolder, product: string | null): Promise<PublicRules | null> {
  const settings = await state.settings.read();
  const view = settings === null ? null : await catalogueOf(state, settings.rootFingerprint, null).current();
  if (settings === null || view === null) return null;
  const onDisk = onDiskSchema.safeParse(jsonOf((await readTextIfThere(join(state.root, onDiskName))) ?? ''));
  return {
    state,
    product: await placeOf(state, product, settings),
    settings,
    view,
    onDisk: onDisk.success ? onDisk.data : [],
  };
}

function noRules(): ClientError {
  return new ClientError(
    'policy.expired',
    'There are no rules on this workstation yet that could be gone by. Code 2031. Try again when its Usher engine runs.',
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Neither schema accepts undefined.
    return undefined;
  }
}
