// Serves simulated TUF repositories over HTTP on this machine, and remembers what was asked for.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TufSimulator } from './tuf-simulator.ts';

/** One repository as served. */
export class ServedRepository {
  readonly simulator: TufSimulator;
  readonly metadataUrl: string;
  readonly targetsUrl: string;
  /** The metadata asked for, in order, as the addresses say it. */
  readonly askedMetadata: string[] = [];
  /** The artifacts asked for, in order, decoded. */
  readonly askedArtifacts: string[] = [];
  /** Answers of a test's own, by the end of the address. */
  readonly answers = new Map<string, (response: ServerResponse) => void>();

  constructor(simulator: TufSimulator, url: string) {
    this.simulator = simulator;
    this.metadataUrl = `${url}/metadata/`;
    this.targetsUrl = `${url}/targets/`;
  }

  /** What was asked for of metadata since the last time. */
  takeAsked(): string[] {
    return this.askedMetadata.splice(0);
  }

  answer(path: string, response: ServerResponse): void {
    const [folder, rest] = [path.slice(0, path.indexOf('/')), path.slice(path.indexOf('/') + 1)];
    if (folder === 'metadata') this.askedMetadata.push(rest);
    else this.askedArtifacts.push(decodeURIComponent(rest));
    const own = this.answers.get(rest);
    if (own !== undefined) {
      own(response);
      return;
    }
    const bytes = folder === 'metadata' ? this.#metadata(rest) : this.#artifact(decodeURIComponent(rest));
    if (bytes === null) response.writeHead(404).end();
    else response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  }

  #metadata(name: string): Buffer | null {
    const { root, newest, published } = this.simulator;
    const [, version, role] = /^(?:(\d+)\.)?(.+)\.json$/.exec(name) ?? [];
    if (role === undefined) return null;
    const decoded = decodeURIComponent(role);
    const isVersioned = decoded === 'root' || (root.consistent_snapshot && decoded !== 'timestamp');
    if (isVersioned !== (version !== undefined)) return null;
    const found = isVersioned ? published.get(decoded)?.get(Number(version)) : newest.get(decoded);
    return found ?? null;
  }

  /** By its name alone: what stands before it as hash is the client's to check. */
  #artifact(path: string): Buffer | null {
    const { root, artifacts } = this.simulator;
    const name = root.consistent_snapshot ? path.replace(/(^|\/)[0-9a-f]{64}\.([^/]*)$/, '$1$2') : path;
    return artifacts.get(name) ?? null;
  }
}

/** A web server for any number of repositories. */
export class TufServer {
  readonly #server: Server;
  readonly #repositories: ServedRepository[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<TufServer> {
    const server = createServer();
    const made = new TufServer(server);
    server.on('request', (request, response) => {
      const [, number, path] = /^\/(\d+)\/(.*)$/.exec(request.url ?? '') ?? [];
      const repository = made.#repositories[Number(number)];
      if (repository === undefined || path === undefined) response.writeHead(404).end();
      else repository.answer(path, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  /** Serves one more repository. */
  serve(simulator: TufSimulator): ServedRepository {
    const { port } = this.#server.address() as AddressInfo;
    const repository = new ServedRepository(simulator, `http://127.0.0.1:${port}/${this.#repositories.length}`);
    this.#repositories.push(repository);
    return repository;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
