// What a verified catalogue says: which installers there are, what is prohibited, whose policies are valid.
import type { TargetFile } from '@tufjs/models';
import * as z from 'zod';
import { TrustError } from '../trust-error.ts';
import {
  directorPath,
  documentPaths,
  installerFactsSchema,
  logHeadSchema,
  prohibitedPath,
  readDirector,
  readProhibited,
  sha256Of,
  type CatalogueProhibition,
  type LogHead,
} from './catalogue-documents.ts';
import { expiryOf } from './metadata.ts';
import type { CatalogueInstaller } from './publication.ts';
import type { TufRole } from './roles.ts';
import type { TrustedMetadata } from './trusted-metadata.ts';

const customSchema = z.looseObject({ custom: z.looseObject({ log: logHeadSchema.nullish() }) });
const targetFileSchema = z.looseObject({
  length: z.int().nonnegative(),
  hashes: z.looseObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
});

/** What targets metadata name, by path. */
export type TargetFiles = Readonly<Record<string, TargetFile>>;

/** Length (bytes) and SHA-256 of a target. */
export type TargetMatch = { length: number; sha256: string };

/** A catalogue, verified as a whole. */
export class CatalogueView {
  /** The versions of the metadata, for support and logs. */
  readonly versions: Readonly<Record<TufRole, number>>;
  /** When the first of its parts expires. After that nothing may be installed by it; it still tells what is prohibited. */
  readonly expiresAt: Date;
  /** The director's public keys: what policies and passes are verified with. */
  readonly directorKeys: readonly string[];
  /** The newest event when the catalogue was published. */
  readonly log: LogHead | null;
  readonly #targets: TargetFiles;
  readonly #newerTargets: TargetFiles | null;
  readonly #isSuperseded: boolean;
  readonly #machineClock: () => Date;
  /** When the first of the two expires that only the approval keys can renew: root and targets. */
  readonly #approvedUntil: Date;
  readonly #prohibited: ReadonlyMap<string, readonly CatalogueProhibition[]>;

  /**
   * @param documents the bytes of `director.json` and `prohibited.json`
   * @param options.isSuperseded the keys that signed it have been changed since: it still tells what is prohibited and
   *   whose policies are valid, but nothing is installed by it (5.3.11)
   * @param options.machineClock see `CatalogueOptions`
   * @param options.newerTargets what newer targets name, of which not every document is here: what they name no longer, or
   *   otherwise, was taken back
   * @throws TrustError `metadata.missing`, `target.unknown`, `target.missing`, `target.mismatch`, `target.malformed`
   */
  constructor(
    trusted: TrustedMetadata,
    documents: ReadonlyMap<string, Uint8Array>,
    options: {
      isSuperseded?: boolean;
      machineClock?: (() => Date) | undefined;
      newerTargets?: TargetFiles | null;
    } = {},
  ) {
    const { isSuperseded = false, machineClock = () => new Date(0), newerTargets = null } = options;
    this.#newerTargets = newerTargets;
    this.#isSuperseded = isSuperseded;
    this.#machineClock = machineClock;
    const { root, timestamp, snapshot } = trusted;
    const targets = trusted.targets();
    if (!timestamp || !snapshot || !targets) throw new TrustError('metadata.missing', 'The catalogue is not complete.');
    this.versions = {
      root: root.signed.version,
      timestamp: timestamp.signed.version,
      snapshot: snapshot.signed.version,
      targets: targets.signed.version,
    };
    this.expiresAt = earliest([root, timestamp, snapshot, targets].map(expiryOf));
    this.#approvedUntil = earliest([root, targets].map(expiryOf));
    const custom = customSchema.safeParse(timestamp.signed.unrecognizedFields);
    this.log = custom.success ? (custom.data.custom.log ?? null) : null;
    this.#targets = targets.signed.targets;
    this.directorKeys = readDirector(this.#document(directorPath, documents));
    this.#prohibited = readProhibited(this.#document(prohibitedPath, documents));
  }

  /** What the catalogue prohibits of a product. It adds to what the policy prohibits. */
  prohibitedFor(productId: string): readonly CatalogueProhibition[] {
    return this.#prohibited.get(productId) ?? [];
  }

  /**
   * The installer at a path, for an installation now.
   * @throws TrustError `metadata.expired`, `metadata.bad-signature` (its keys have been changed since),
   *   `target.unknown`, `target.malformed`, `target.mismatch` (newer targets are here that name another one)
   */
  installer(path: string, now: Date): CatalogueInstaller {
    if (this.#isSuperseded) {
      throw new TrustError('metadata.bad-signature', 'The keys that signed this catalogue have been changed since.');
    }
    if (!(this.expiresAt > now)) {
      throw new TrustError('metadata.expired', `The catalogue expired at ${this.expiresAt.toISOString()}.`);
    }
    const machineTime = this.#machineClock();
    if (!(this.#approvedUntil > machineTime)) {
      throw new TrustError(
        'metadata.expired',
        `This machine's clock says ${machineTime.toISOString()}, and by it the approvals of the catalogue expired at ` +
          `${this.#approvedUntil.toISOString()}. Is it right?`,
      );
    }
    const { length, sha256 } = matchOf(this.#targets, path);
    if (this.#newerTargets !== null && matchOf(this.#newerTargets, path).sha256 !== sha256) {
      throw new TrustError('target.mismatch', `Newer targets metadata name another ${path}.`);
    }
    const facts = installerFactsSchema.safeParse(this.#targets[path]?.custom);
    if (!facts.success) {
      throw new TrustError('target.malformed', `The catalogue does not say what ${path} is.`, { cause: facts.error });
    }
    return { path, size: length, sha256, facts: facts.data };
  }

  /**
   * Every installer of a product, for an installation now. One whose facts can't be read is left out.
   * @throws TrustError `metadata.expired`
   */
  installersOf(productId: string, now: Date): readonly CatalogueInstaller[] {
    const paths = Object.keys(this.#targets).filter((path) => !isDocument(path));
    const readable = paths.flatMap((path) => {
      try {
        return [this.installer(path, now)];
      } catch (error) {
        if (error instanceof TrustError && error.code.startsWith('target.')) return [];
        throw error;
      }
    });
    return readable.filter(({ facts }) => facts.product === productId);
  }

  #document(path: string, documents: ReadonlyMap<string, Uint8Array>): Uint8Array {
    const bytes = documents.get(path);
    if (!bytes) throw new TrustError('target.missing', `${path} of the catalogue is not here.`);
    requireTarget(path, bytes, matchOf(this.#targets, path));
    return bytes;
  }
}

const earliest = (instants: readonly Date[]) => new Date(Math.min(...instants.map((instant) => instant.getTime())));

const isDocument = (path: string) => documentPaths.some((each) => each === path);

/**
 * Length and hash of a target, as the targets metadata give them.
 * @throws TrustError `target.unknown`, `target.malformed`
 */
export function matchOf(targets: TargetFiles, path: string): TargetMatch {
  const target = Object.hasOwn(targets, path) ? targets[path] : undefined;
  if (!target) throw new TrustError('target.unknown', `The catalogue holds no ${path}.`);
  const checked = targetFileSchema.safeParse(target);
  if (!checked.success) {
    throw new TrustError('target.malformed', `The catalogue gives no usable length and SHA-256 of ${path}.`);
  }
  return { length: checked.data.length, sha256: checked.data.hashes.sha256 };
}

/**
 * Requires that bytes are a target's.
 * @throws TrustError `target.mismatch`
 */
export function requireTarget(path: string, bytes: Uint8Array, match: TargetMatch): void {
  if (bytes.length !== match.length || sha256Of(bytes) !== match.sha256) {
    throw new TrustError('target.mismatch', `${path} is not the file that the catalogue names.`);
  }
}
