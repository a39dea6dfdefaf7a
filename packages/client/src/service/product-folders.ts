// Which products the engine keeps rules for: those that its server knows. A caller can't make it keep others.
import { readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../client-error.ts';
import { isThere } from '../state/presence.ts';
import { placeOf } from '../state/product-place.ts';
import { StateFolder, type ProductState } from '../state/state-folder.ts';

/** An UpgradeCode as a folder's name. */
const guidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The products of one state folder. */
export class ProductFolders {
  readonly #state: StateFolder;
  readonly #own: readonly string[];

  /** @param own products that are looked after even if nobody ever named them: the client's own */
  constructor(folder: string, own: readonly string[] = []) {
    this.#state = new StateFolder(folder, () => undefined);
    this.#own = own;
  }

  /** The id at the server of a product that a caller names; null where nothing has been learned of it. */
  async idOf(product: string | null): Promise<string | null> {
    const known = await (await this.#of(product)).known.read();
    return known?.id ?? null;
  }

  /** Every product that rules are kept for, as it is to be named; null is the one of the activation. */
  async all(): Promise<readonly (string | null)[]> {
    const folders = await readdir(join(this.#state.root, 'products')).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return [];
      throw error;
    });
    const others = await Promise.all(folders.sort().map((name) => this.#nameOf(name)));
    return [null, ...new Set([...others.flatMap((name) => name ?? []), ...this.#own])];
  }

  /** A product is named as it was when its folder was made, so that it keeps that folder. */
  async #nameOf(folder: string): Promise<string | null> {
    if (guidPattern.test(folder)) return `{${folder.toUpperCase()}}`;
    return (await this.#state.product(folder).known.read())?.id ?? null;
  }

  /**
   * Lets go of the folder of a product of which nothing was ever learned: its server does not know it. A policy that was
   * lost leaves what else is known of a product, and what is under way there.
   */
  async forgetUnknown(product: string | null): Promise<void> {
    const { folder, policyPath, known, clock, journal } = await this.#of(product);
    if (folder === this.#state.root) return;
    for (const path of [policyPath, known.path, clock.path, journal.path]) if (await isThere(path)) return;
    try {
      for (const name of await readdir(folder)) await unlink(join(folder, name));
      await rmdir(folder);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }

  async #of(product: string | null): Promise<ProductState> {
    const settings = (await this.#state.identity.read()) ?? (await this.#state.settings.read());
    return await placeOf(this.#state, product, settings);
  }
}
