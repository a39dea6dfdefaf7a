// The installers on this machine's disk: the present and the previous one, each checked again whenever it is used.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sameVersion } from '@usher/core';
import type { Publisher } from '@usher/msi';
import { asClientError, ClientError, systemCode } from '../client-error.ts';
import type { CachedPackage, CacheIndex, InstallerPackage, StateFolder } from '../state/state-folder.ts';

/** The cache of one state folder. Each file lies in a folder of its own, under its own name. */
export class InstallerCache {
  readonly #state: StateFolder;

  constructor(state: StateFolder) {
    this.#state = state;
  }

  /** Where a package's file lies, or will lie. */
  pathOf({ sha256, fileName }: InstallerPackage): string {
    return join(this.#state.cache, sha256.slice(0, 32), fileName);
  }

  /**
   * Is the package's file here, whole, and was it verified when it came? One that was not written to since is not read
   * again; whoever uses it verifies it again.
   * @param keeps false where another client may be at work on the state: then nothing is noted
   */
  async holds(target: { readonly sha256: string; readonly size: number }, keeps = true): Promise<boolean> {
    const found = (await this.#packages()).find(({ sha256 }) => sha256 === target.sha256);
    return found?.size === target.size && (await this.#isWhole(found, keeps));
  }

  /** The package in the cache that an installed product came from; null where there is none. */
  async packageOf(product: { productCode: string; version: string }): Promise<InstallerPackage | null> {
    const wanted = product.productCode.toUpperCase();
    for (const each of await this.#packages()) {
      const isIt = each.productCode.toUpperCase() === wanted && sameVersion(each.version, product.version);
      if (isIt && (await this.#isWhole(each, true))) return each;
    }
    return null;
  }

  /** Notes whose the file is that begins to come: until it is whole nothing else says so. */
  async expect({ sha256, upgradeCode }: InstallerPackage): Promise<void> {
    const { coming } = await this.#index();
    if (!coming.some((each) => each.sha256 === sha256))
      await this.#write({ coming: [...coming, { sha256, upgradeCode }] });
  }

  /** Notes that a package's file came, whole and verified. */
  async add(added: InstallerPackage): Promise<void> {
    const { packages, hidden, coming } = await this.#index();
    const others = packages.filter(({ sha256 }) => sha256 !== added.sha256);
    const mark = (await lookAt(this.pathOf(added)))?.mark ?? null;
    await this.#state.cacheIndex.write({
      packages: [...others, { ...added, mark }],
      hidden: [...new Set([...hidden, ...added.hidden])],
      coming: coming.filter(({ sha256 }) => sha256 !== added.sha256),
    });
  }

  /** Lets go of a package's file, which turned out not to be what it should be. */
  async forget(target: InstallerPackage): Promise<void> {
    const packages = (await this.#packages()).filter(({ sha256 }) => sha256 !== target.sha256);
    await this.#write({ packages });
    await rm(this.pathOf(target), { recursive: true, force: true });
  }

  /** Keeps the names of hidden properties that are not known yet: from a client of before. */
  async hide(names: readonly string[]): Promise<void> {
    const { hidden } = await this.#index();
    const all = new Set([...hidden, ...names]);
    if (all.size > hidden.length) await this.#write({ hidden: [...all] });
  }

  /** The hidden properties of every package that was here: what is in the logs may be theirs. */
  async hiddenProperties(): Promise<readonly string[]> {
    return (await this.#index()).hidden;
  }

  /**
   * Lets go of everything of these packages' product but them, and of what a download left behind. What other products have
   * here, or are about to have, stays, and so does what an interrupted update may have to go on or back with.
   */
  async keepOnly(kept: readonly InstallerPackage[]): Promise<void> {
    const products = new Set(kept.map(({ upgradeCode }) => upgradeCode.toUpperCase()));
    const isOther = ({ upgradeCode }: { readonly upgradeCode: string }) => !products.has(upgradeCode.toUpperCase());
    const index = await this.#index();
    const others = [...index.packages, ...index.coming].filter(isOther);
    const hashes = new Set([...kept, ...others, ...(await this.#journalled())].map(({ sha256 }) => sha256));
    const folders = new Set([...hashes].map((hash) => hash.slice(0, 32)));
    for (const entry of await readdir(this.#state.cache, { withFileTypes: true })) {
      if (!entry.isDirectory() || folders.has(entry.name)) continue;
      await rm(join(this.#state.cache, entry.name), { recursive: true, force: true });
    }
    // After the files: what a full disk was full of is gone then, and a file that is listed and not there is not held.
    const packages = index.packages.filter(({ sha256 }) => hashes.has(sha256));
    await this.#write({ packages, coming: index.coming.filter(isOther) });
  }

  async #journalled(): Promise<readonly InstallerPackage[]> {
    const journals = await Promise.all((await this.#state.products()).map(({ journal }) => journal.read()));
    return journals.flatMap((journal) => (journal === null ? [] : [journal.target, ...journal.wayBack]));
  }

  async #packages(): Promise<readonly CachedPackage[]> {
    return (await this.#index()).packages;
  }

  async #index(): Promise<CacheIndex> {
    return (await this.#state.cacheIndex.read()) ?? { packages: [], hidden: [], coming: [] };
  }

  async #write(change: Partial<CacheIndex>): Promise<void> {
    await this.#state.cacheIndex.write({ ...(await this.#index()), ...change });
  }

  async #isWhole(found: CachedPackage, keeps: boolean): Promise<boolean> {
    const path = this.pathOf(found);
    const file = await lookAt(path);
    if (file?.size !== found.size) return false;
    if (file.mark === found.mark) return true;
    if ((await sha256OfFile(path)) !== found.sha256) return false;
    // Of one that was written to meanwhile nobody knows whether all of it was read before or after.
    if (keeps && (await lookAt(path))?.mark === file.mark) await this.#mark(found, file.mark);
    return true;
  }

  /** Notes that a file is whole as it lies there, so that the next start need not read it. Without room it reads it again. */
  async #mark({ sha256 }: CachedPackage, mark: string): Promise<void> {
    const packages = (await this.#packages()).map((each) => (each.sha256 === sha256 ? { ...each, mark } : each));
    try {
      await this.#write({ packages });
    } catch (error) {
      if (asClientError(error, 'disk.full') === null) throw error;
    }
  }
}

/**
 * Checks an installer's file where it lies: size, SHA-256, and who signed it, all by the signed metadata.
 * @param now what a signature without a time stamp is judged by where the metadata do not say when the server verified it
 * @throws ClientError `verification.failed`
 */
export async function verifyPackage(path: string, expected: InstallerPackage, now: Date): Promise<void> {
  const size = (await lookAt(path))?.size ?? -1;
  if (size !== expected.size) throw refused(`it has ${size} bytes, not ${expected.size}`);
  if ((await sha256OfFile(path)) !== expected.sha256) throw refused('its hash is another');
  if (expected.publisher === null) return;
  // Loaded where an installer is looked at: a start that installs nothing does without it.
  const { InstallerError, verifySignature } = await import('@usher/msi');
  try {
    const verifiedAt = new Date(expected.verifiedAt ?? now);
    const { publisher } = await verifySignature(path, { now: verifiedAt });
    if (!isSamePublisher(publisher, expected.publisher))
      throw refused(`it was signed by ${publisher?.subject ?? 'nobody'}`);
  } catch (error) {
    if (error instanceof InstallerError) throw refused(error.message, error);
    throw error;
  }
}

function isSamePublisher(actual: Publisher | null, expected: NonNullable<InstallerPackage['publisher']>): boolean {
  if (actual === null) return false;
  const isSameName = actual.subject === expected.subject && actual.issuer === expected.issuer;
  return isSameName && (expected.authorityKey === undefined || actual.authorityKey === expected.authorityKey);
}

function refused(why: string, cause?: unknown): ClientError {
  return new ClientError(
    'verification.failed',
    `The installer is not the one that was approved (${why.replace(/\.$/, '')}). Tell your administrator.`,
    { cause },
  );
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    hash.update(bytes);
  }
  return hash.digest('hex');
}

/** A file's length in bytes, and what a later write would change; null where there is no such file. */
async function lookAt(path: string): Promise<{ readonly size: number; readonly mark: string } | null> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { size, mark: String(mtimeMs) };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
