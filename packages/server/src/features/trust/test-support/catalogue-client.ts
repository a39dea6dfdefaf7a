// The catalogue as a workstation sees it: fetched over HTTP from the server of a test, and verified with the client's own code.
import { TrustedCatalogue, type CatalogueView, type FetchAnswer } from '@usher/trust';

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** The server, as much of it as is needed here. */
interface Server {
  readonly system: { readonly trust: { rootFingerprint(): string } };
  readonly clock: { now(): number };
  readonly anonymous: {
    request(method: 'GET', path: string, body?: undefined, headers?: Record<string, string>): Promise<Answer>;
  };
}

/** A workstation's copy of the catalogue, kept from one refresh to the next. */
export class CatalogueClient {
  readonly #server: Server;
  readonly #catalogue: TrustedCatalogue;

  constructor(server: Server, rootFingerprint = server.system.trust.rootFingerprint()) {
    this.#server = server;
    const files = new Map<string, Uint8Array>();
    this.#catalogue = new TrustedCatalogue({
      url: '/api/v1/workstation/tuf',
      rootFingerprint,
      fetcher: { fetch: (url, { etag }) => this.#fetch(url, etag) },
      storage: {
        read: (name) => Promise.resolve(files.get(name) ?? null),
        write: (name, bytes) => Promise.resolve(void files.set(name, bytes)),
        setAside: (name) => Promise.reject(new Error(`${name} is damaged`)),
      },
    });
  }

  /** Fetches what is new, and verifies everything. @throws TrustError */
  refresh(): Promise<CatalogueView> {
    return this.#catalogue.refresh(new Date(this.#server.clock.now()));
  }

  async #fetch(url: string, etag: string | undefined): Promise<FetchAnswer> {
    const answer = await this.#server.anonymous.request(
      'GET',
      url,
      undefined,
      etag === undefined ? {} : { 'if-none-match': etag },
    );
    if (answer.status === 304) return { status: 'unchanged' };
    if (answer.status === 404) return { status: 'missing' };
    if (answer.status !== 200) throw new Error(`GET ${url}: ${answer.status} ${answer.text}`);
    return { status: 'found', bytes: Buffer.from(answer.text), etag: String(answer.headers.etag) };
  }
}
