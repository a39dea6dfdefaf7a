// TUF's client workflow: fetches what may have changed, in order, and hands each file to the rules.
// Steps: The Update Framework Specification 1.0.34, section 5, https://theupdateframework.github.io/specification/
import type { TargetFile } from '@tufjs/models';
import { TrustError } from '../trust-error.ts';
import type { KeyPolicy } from './metadata.ts';
import { TrustedMetadata } from './trusted-metadata.ts';

/** What a fetch found. `missing` stands for the statuses 403 and 404. */
export type FetchAnswer =
  { status: 'found'; bytes: Uint8Array; etag?: string | undefined } | { status: 'unchanged' } | { status: 'missing' };

/** How metadata are fetched. */
export type MetadataFetcher = {
  /**
   * Fetches a file whole. Stops, and throws a TrustError `metadata.too-large`, once more than `maxLength` bytes have
   * come. With `etag`, the server may answer that nothing has changed. Whatever else goes wrong is thrown as it is.
   * `signal` ends the fetch where whoever asked no longer waits.
   */
  fetch(
    url: string,
    options: { maxLength: number; etag?: string | undefined; signal?: AbortSignal | undefined },
  ): Promise<FetchAnswer>;
};

/** What is kept from one run to the next. */
export type MetadataState = {
  /** Every root from the first trusted one to the newest, without a gap. */
  roots: readonly Uint8Array[];
  timestamp: Uint8Array | null;
  /** The timestamp's ETag. */
  etag: string | null;
  snapshot: Uint8Array | null;
  /** By role: `targets`, and delegated ones. */
  targets: ReadonlyMap<string, Uint8Array>;
};

/** Bounds against endless data, in bytes, where nothing signed says how long a file is; none may be longer. */
const longest = { root: 512_000, timestamp: 16_384, snapshot: 2_000_000, targets: 5_000_000 };
/** 5.3.3: how many new roots one run takes at most. */
const mostRoots = 256;
/** 5.6.7.1: how many roles the search for one target visits at most. */
const mostRoles = 32;

/** One run of the workflow. */
export class MetadataWorkflow {
  readonly #url: string;
  readonly #fetcher: MetadataFetcher;
  readonly #save: (state: MetadataState) => Promise<void>;
  readonly #now: Date;
  readonly #keyPolicy: KeyPolicy;
  readonly #signal: AbortSignal | undefined;
  #state: MetadataState;
  #trusted: TrustedMetadata;

  /**
   * @param options.url the address of the metadata, without a slash at its end
   * @param options.state what the last run left; its first root is trusted, the others are verified along the chain
   * @param options.save keeps the state, atomically; called after each file that passed
   * @param options.keyPolicy which keys count; Ed25519 alone unless told otherwise
   * @param options.signal ends every fetch
   * @throws TrustError where the chain of roots does not hold
   */
  constructor(options: {
    url: string;
    fetcher: MetadataFetcher;
    state: MetadataState;
    save: (state: MetadataState) => Promise<void>;
    now: Date;
    keyPolicy?: KeyPolicy;
    signal?: AbortSignal | undefined;
  }) {
    this.#url = options.url;
    this.#fetcher = options.fetcher;
    this.#state = options.state;
    this.#save = options.save;
    this.#now = options.now;
    this.#keyPolicy = options.keyPolicy ?? 'ed25519';
    this.#signal = options.signal;
    this.#trusted = this.#followRoots();
  }

  get trusted(): TrustedMetadata {
    return this.#trusted;
  }

  /**
   * 5.3 to 5.6: brings everything up to date. Where an ETag tells that the timestamp has not changed, and all that it
   * stands for is here and fresh, nothing else is asked: a server publishes no root without a new timestamp, and what
   * an attacker could hide behind the same answer ends when the timestamp expires.
   * @throws TrustError `metadata.…`, and whatever the fetcher throws
   */
  async refresh(): Promise<TrustedMetadata> {
    const answer = await this.#fetchTimestampIfChanged();
    if (answer?.status === 'unchanged' && this.#recallAll()) return this.#trusted;
    this.#trusted = this.#followRoots();
    const isNewRoot = await this.#updateRoot();
    await this.#updateTimestamp(answer?.status === 'found' && !isNewRoot ? answer : null);
    await this.#updateSnapshot();
    await this.#updateTargets('targets', null);
    return this.#trusted;
  }

  /**
   * 5.6.7: looks for a target in the targets metadata and, in order, in the roles that they delegate its path to.
   * Only after {@link refresh}.
   * @returns null where no role answers for the path
   */
  async findTarget(path: string): Promise<TargetFile | null> {
    const visited = new Set<string>();
    const toVisit: { role: string; delegator: string | null }[] = [{ role: 'targets', delegator: null }];
    for (let next = toVisit.pop(); next && visited.size < mostRoles; next = toVisit.pop()) {
      // 5.6.7.1: no role twice, so that delegations in a circle end.
      if (visited.has(next.role)) continue;
      visited.add(next.role);
      const { targets, delegations } = await this.#updateTargets(next.role, next.delegator);
      if (Object.hasOwn(targets, path)) return targets[path] ?? null;
      // 5.6.7.2: depth first, in the order in which the roles are named; a terminating one ends the search elsewhere.
      const found: typeof toVisit = [];
      for (const { role, terminating } of delegations?.rolesForTarget(path) ?? []) {
        found.push({ role, delegator: next.role });
        if (!terminating) continue;
        toVisit.length = 0;
        break;
      }
      toVisit.push(...found.reverse());
    }
    return null;
  }

  #followRoots(): TrustedMetadata {
    return followRoots(this.#state.roots, this.#now, this.#keyPolicy);
  }

  async #fetchTimestampIfChanged(): Promise<FetchAnswer | null> {
    if (this.#state.timestamp === null || this.#state.etag === null) return null;
    return this.#fetch('timestamp.json', longest.timestamp, this.#state.etag);
  }

  /** 5.3: root by root, until there is no newer one. */
  async #updateRoot(): Promise<boolean> {
    let isNew = false;
    for (let taken = 0; taken < mostRoots; taken += 1) {
      const answer = await this.#fetch(`${this.#trusted.root.signed.version + 1}.root.json`, longest.root);
      if (answer.status !== 'found') break;
      this.#trusted.acceptRoot(answer.bytes);
      // 5.3.8
      await this.#keep({ roots: [...this.#state.roots, answer.bytes] });
      isNew = true;
    }
    this.#trusted.requireFreshRoot();
    return isNew;
  }

  /** 5.4. */
  async #updateTimestamp(fetched: FetchAnswer | null): Promise<void> {
    const local = this.#state.timestamp;
    if (local !== null) passes(() => this.#trusted.recallTimestamp(local));
    // 5.4.1
    const answer = fetched ?? (await this.#fetch('timestamp.json', longest.timestamp));
    const bytes = requireFound(answer, 'timestamp.json');
    const etag = answer.status === 'found' ? (answer.etag ?? null) : null;
    if (this.#trusted.acceptTimestamp(bytes))
      await this.#keep({ timestamp: bytes, etag }); // 5.4.5
    else if (etag !== this.#state.etag) await this.#keep({ etag });
    this.#trusted.requireFreshTimestamp();
  }

  /** 5.5. */
  async #updateSnapshot(): Promise<void> {
    const local = this.#state.snapshot;
    if (local !== null && passes(() => this.#trusted.acceptSnapshot(local))) return;
    if (local !== null) passes(() => this.#trusted.recallSnapshot(local));
    // 5.5.1
    const voucher = this.#trusted.timestamp?.signed.snapshotMeta;
    const bytes = await this.#fetchVouched('snapshot', voucher, longest.snapshot);
    this.#trusted.acceptSnapshot(bytes);
    await this.#keep({ snapshot: bytes }); // 5.5.7
  }

  /** 5.6.1 to 5.6.6, for the top role or a delegated one. */
  async #updateTargets(role: string, delegator: string | null) {
    const known = this.#trusted.targets(role, delegator) ?? this.#recallTargets(role, delegator);
    if (known) return known.signed;
    const bytes = await this.#fetchVouched(role, this.#trusted.targetsVoucher(role), longest.targets);
    this.#trusted.acceptTargets(bytes, role, delegator);
    await this.#keep({ targets: new Map([...this.#state.targets, [role, bytes]]) }); // 5.6.6
    const targets = this.#trusted.targets(role, delegator);
    if (!targets) throw new TrustError('metadata.missing', `The targets metadata of ${role} is not here.`);
    return targets.signed;
  }

  #recallTargets(role: string, delegator: string | null) {
    const local = this.#state.targets.get(role);
    if (local) passes(() => this.#trusted.acceptTargets(local, role, delegator));
    return this.#trusted.targets(role, delegator);
  }

  /** Is everything that the last run left still good, by the same checks? */
  #recallAll(): boolean {
    const { timestamp, snapshot, targets } = this.#state;
    const top = targets.get('targets');
    if (timestamp === null || snapshot === null || top === undefined) return false;
    return passes(() => {
      this.#trusted.requireFreshRoot();
      this.#trusted.acceptTimestamp(timestamp);
      this.#trusted.acceptSnapshot(snapshot);
      this.#trusted.acceptTargets(top);
    });
  }

  async #fetchVouched(
    role: string,
    voucher: { version: number; length?: number } | undefined,
    bound: number,
  ): Promise<Uint8Array> {
    const name = encodeURIComponent(role);
    const isConsistent = this.#trusted.root.signed.consistentSnapshot && voucher !== undefined;
    const file = isConsistent ? `${voucher.version}.${name}.json` : `${name}.json`;
    return requireFound(await this.#fetch(file, Math.min(voucher?.length ?? bound, bound)), file);
  }

  async #fetch(name: string, maxLength: number, etag?: string): Promise<FetchAnswer> {
    const answer = await this.#fetcher.fetch(`${this.#url}/${name}`, { maxLength, etag, signal: this.#signal });
    if (answer.status === 'found' && answer.bytes.length > maxLength) {
      throw new TrustError('metadata.too-large', `${name} is longer than ${maxLength} bytes.`);
    }
    return answer;
  }

  async #keep(change: Partial<MetadataState>): Promise<void> {
    this.#state = { ...this.#state, ...change };
    await this.#save(this.#state);
  }
}

/**
 * Follows a chain of roots from the first, which is trusted, to the last.
 * @throws TrustError where the chain does not hold
 */
export function followRoots(
  roots: readonly Uint8Array[],
  now: Date | null,
  keyPolicy: KeyPolicy = 'ed25519',
): TrustedMetadata {
  const [first, ...others] = roots;
  if (!first) throw new TrustError('metadata.missing', 'There is no trusted root metadata.');
  const trusted = new TrustedMetadata(first, now, keyPolicy);
  for (const root of others) trusted.acceptRoot(root);
  return trusted;
}

/**
 * Does it pass? Of what was kept from an earlier run it does not matter why not: it is fetched anew then, and what is
 * fetched must pass.
 */
export function passes(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof TrustError) return false;
    throw error;
  }
}

function requireFound(answer: FetchAnswer, name: string): Uint8Array {
  if (answer.status === 'found') return answer.bytes;
  throw new TrustError('metadata.missing', `The catalogue does not serve ${name}.`);
}
