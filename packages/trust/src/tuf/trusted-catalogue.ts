// The catalogue on a workstation: the last one verified, and a newer one when the server has it.
import { TrustError } from '../trust-error.ts';
import { consistentTargetName, documentPaths, sha256Of } from './catalogue-documents.ts';
import { CatalogueStore, type CatalogueStorage, type CompleteSet, type StoredCatalogue } from './catalogue-store.ts';
import { CatalogueView, matchOf, requireTarget, type TargetFiles, type TargetMatch } from './catalogue-view.ts';
import {
  followRoots,
  MetadataWorkflow,
  passes,
  type MetadataFetcher,
  type MetadataState,
} from './metadata-workflow.ts';
import type { TrustedMetadata } from './trusted-metadata.ts';

/** The longest first root, and the longest document, in bytes. */
const longest = { root: 512_000, document: 4_000_000 };

/** What a catalogue on a workstation stands on. */
export type CatalogueOptions = {
  /** The address of the metadata, without a slash at its end: `https://…/api/v1/workstation/tuf`. */
  url: string;
  /** From the installation key: SHA-256 of `1.root.json`, in hexadecimal. All trust in the catalogue begins here. */
  rootFingerprint: string;
  storage: CatalogueStorage;
  fetcher: MetadataFetcher;
  /**
   * The machine's own time, where there is one. What only the keys of root and targets can renew must hold by it too:
   * the time that a server gives is worth no more than the server.
   */
  machineClock?: () => Date;
  /** Told of each stored file that was damaged and set aside. */
  onDamage?: (name: string, error: TrustError) => void;
};

/** The catalogue on a workstation. One instance at a time works on the same storage. */
export class TrustedCatalogue {
  readonly #options: CatalogueOptions;
  readonly #store: CatalogueStore<CatalogueView | null>;

  constructor(options: CatalogueOptions) {
    this.#options = options;
    const verify = (stored: StoredCatalogue) => viewOf(stored, options);
    this.#store = new CatalogueStore(options.storage, verify, options.onDamage ?? (() => undefined));
  }

  /**
   * The last complete catalogue, verified anew from the stored files (signatures and hashes; not expiry, which the view
   * asks where it matters). No network. Null where nothing usable is stored: then only {@link refresh} helps.
   */
  async current(): Promise<CatalogueView | null> {
    const loaded = await this.#store.load();
    return loaded?.verified ?? null;
  }

  /**
   * Brings the catalogue up to date with the server, and gives it. What passed is kept even where a later part fails,
   * so that nothing older is accepted afterwards; {@link current} stays what it was until the new one is complete.
   * @throws TrustError `metadata.…`, `target.…`; and whatever the fetcher throws. Where `metadata.wrong-root`, the
   *   server is not the one of the installation key.
   * @param signal ends what is asked of the server: what has passed until then is kept
   */
  async refresh(now: Date, signal?: AbortSignal): Promise<CatalogueView> {
    const loaded = await this.#store.load();
    let state = loaded?.stored.state ?? (await this.#begin(signal));
    const complete = loaded?.stored.complete ?? null;
    const workflow = new MetadataWorkflow({
      url: this.#options.url,
      fetcher: this.#options.fetcher,
      state,
      save: (kept) => {
        state = kept;
        return this.#store.saveProgress({ state, complete });
      },
      now,
      signal,
    });
    const before = state;
    const trusted = await workflow.refresh();
    if (state === before && loaded?.verified && complete && isSame(complete, state)) return loaded.verified;

    const documents = await this.#documents(trusted, complete, signal);
    const view = new CatalogueView(trusted, documents, { machineClock: this.#options.machineClock });
    await this.#store.saveComplete({ state, complete: completeFrom(state, documents) });
    return view;
  }

  /** Begins with the root that the installation key's fingerprint names. */
  async #begin(signal: AbortSignal | undefined): Promise<MetadataState> {
    const url = `${this.#options.url}/1.root.json`;
    const answer = await this.#options.fetcher.fetch(url, { maxLength: longest.root, signal });
    if (answer.status !== 'found') throw new TrustError('metadata.missing', 'The server does not serve 1.root.json.');
    requireFingerprint(answer.bytes, this.#options.rootFingerprint);
    return { roots: [answer.bytes], timestamp: null, etag: null, snapshot: null, targets: new Map() };
  }

  async #documents(
    trusted: TrustedMetadata,
    kept: CompleteSet | null,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    const targets = trusted.targets()?.signed.targets ?? {};
    const documents = new Map<string, Uint8Array>();
    for (const path of documentPaths) {
      const match = matchOf(targets, path);
      const old = kept?.documents.get(path);
      const isOld = old !== undefined && sha256Of(old) === match.sha256;
      const bytes = isOld ? old : await this.#fetchDocument(path, match, signal);
      requireTarget(path, bytes, match);
      documents.set(path, bytes);
    }
    return documents;
  }

  async #fetchDocument(path: string, match: TargetMatch, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const { length, sha256 } = match;
    if (length > longest.document) throw new TrustError('metadata.too-large', `${path} has ${length} bytes.`);
    const url = `${this.#options.url}/targets/${consistentTargetName(path, sha256)}`;
    const answer = await this.#options.fetcher.fetch(url, { maxLength: length, signal });
    if (answer.status !== 'found') throw new TrustError('target.missing', `The server does not serve ${path}.`);
    return answer.bytes;
  }
}

/**
 * Verifies what was stored: the chain of roots from the fingerprint, and the complete set under its root. Where newer
 * roots have come since, and the set is not good under the last of them, its view installs nothing; where newer targets have
 * come whose documents are still missing, it installs nothing that they do not name.
 * @returns the view of the complete set; null where there is none yet
 */
function viewOf(
  { state, complete }: StoredCatalogue,
  { rootFingerprint, machineClock }: CatalogueOptions,
): CatalogueView | null {
  requireFingerprint(state.roots[0] ?? new Uint8Array(), rootFingerprint);
  const newest = followRoots(state.roots, null);
  if (!complete) return null;
  const trusted = followRoots(state.roots.slice(0, complete.rootCount), null);
  acceptSet(trusted, complete);
  const isSuperseded = complete.rootCount < state.roots.length && !passes(() => acceptSet(newest, complete));
  const newerTargets = targetsSince(state, complete);
  return new CatalogueView(trusted, complete.documents, { isSuperseded, machineClock, newerTargets });
}

/** What newer targets name that were verified since the set; null where there are none. */
function targetsSince(
  { roots, timestamp, snapshot, targets: ofRoles }: MetadataState,
  complete: CompleteSet,
): TargetFiles | null {
  const targets = ofRoles.get('targets');
  if (!timestamp || !snapshot || !targets || Buffer.from(targets).equals(complete.targets)) return null;
  const trusted = followRoots(roots, null);
  const isWhole = passes(() => acceptSet(trusted, { timestamp, snapshot, targets }));
  return isWhole ? (trusted.targets()?.signed.targets ?? null) : null;
}

type MetadataSet = Pick<CompleteSet, 'timestamp' | 'snapshot' | 'targets'>;

function acceptSet(trusted: TrustedMetadata, { timestamp, snapshot, targets }: MetadataSet): void {
  trusted.acceptTimestamp(timestamp);
  trusted.acceptSnapshot(snapshot);
  trusted.acceptTargets(targets);
}

function requireFingerprint(root: Uint8Array, fingerprint: string): void {
  if (sha256Of(root) !== fingerprint) {
    throw new TrustError('metadata.wrong-root', 'The root of the catalogue is not the one of the installation key.');
  }
}

function completeFrom(state: MetadataState, documents: ReadonlyMap<string, Uint8Array>): CompleteSet {
  const targets = state.targets.get('targets');
  if (!state.timestamp || !state.snapshot || !targets) {
    throw new TrustError('metadata.missing', 'The catalogue is not complete.');
  }
  const { timestamp, snapshot } = state;
  return { rootCount: state.roots.length, timestamp, snapshot, targets, documents };
}

function isSame(complete: CompleteSet, { timestamp }: MetadataState): boolean {
  return timestamp !== null && Buffer.from(timestamp).equals(complete.timestamp);
}
