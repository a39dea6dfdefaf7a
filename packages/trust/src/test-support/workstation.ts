// A workstation's side for tests: a fetcher that serves a test repository, and storage that can fail.
import { TrustError } from '../trust-error.ts';
import { sha256Of } from '../tuf/catalogue-documents.ts';
import type { CatalogueStorage } from '../tuf/catalogue-store.ts';
import type { FetchAnswer, MetadataFetcher } from '../tuf/metadata-workflow.ts';
import { TrustedCatalogue } from '../tuf/trusted-catalogue.ts';
import type { TestRepository } from './repository.ts';

const url = 'http://127.0.0.1/tuf';

/** Serves files by name, with ETags where wanted; remembers what was asked for. */
export class TestFetcher implements MetadataFetcher {
  readonly asked: string[] = [];
  readonly bounds = new Map<string, number>();
  readonly #files: ReadonlyMap<string, Uint8Array>;
  givesEtags = true;

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.#files = files;
  }

  fetch(address: string, { maxLength, etag }: { maxLength: number; etag?: string | undefined }): Promise<FetchAnswer> {
    const name = address.slice(url.length + 1);
    this.asked.push(name);
    this.bounds.set(name, maxLength);
    const bytes = this.#files.get(name);
    if (!bytes) return Promise.resolve({ status: 'missing' });
    const ownEtag = sha256Of(bytes);
    if (etag === ownEtag) return Promise.resolve({ status: 'unchanged' });
    if (bytes.length > maxLength) return Promise.reject(new TrustError('metadata.too-large', `${name} does not end.`));
    return Promise.resolve({ status: 'found', bytes, ...(this.givesEtags ? { etag: ownEtag } : {}) });
  }

  /** What was asked for since the last time. */
  takeAsked(): string[] {
    return this.asked.splice(0);
  }
}

/** Storage in memory. */
export class TestStorage implements CatalogueStorage {
  readonly files = new Map<string, Uint8Array>();
  readonly setAsideFiles: string[] = [];
  writes = 0;
  /** The write with this number fails, as if the power went. */
  failsAtWrite = Infinity;

  read(name: string): Promise<Uint8Array | null> {
    return Promise.resolve(this.files.get(name) ?? null);
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    this.writes += 1;
    if (this.writes === this.failsAtWrite) return Promise.reject(new Error('power failure'));
    this.files.set(name, bytes);
    return Promise.resolve();
  }

  setAside(name: string): Promise<void> {
    this.files.delete(name);
    this.setAsideFiles.push(name);
    return Promise.resolve();
  }
}

/** A workstation that trusts a repository's first root. */
export class TestWorkstation {
  readonly fetcher: TestFetcher;
  readonly storage = new TestStorage();
  readonly #repository: TestRepository;
  readonly rootFingerprint: string;

  constructor(repository: TestRepository) {
    this.#repository = repository;
    this.fetcher = new TestFetcher(repository.files);
    this.rootFingerprint = sha256Of(repository.files.get('1.root.json') ?? new Uint8Array());
  }

  /** As after a new start of the program. */
  get catalogue(): TrustedCatalogue {
    const { rootFingerprint, storage, fetcher } = this;
    return new TrustedCatalogue({ url, rootFingerprint, storage, fetcher });
  }

  refresh(now: Date = this.#repository.now) {
    return this.catalogue.refresh(now);
  }
}
