// The connections to one server, kept open between requests. TLS is loaded where it is spoken.
import http from 'node:http';
import type { NetworkSettings } from './network.ts';
import type { SecureConnections } from './secure-connections.ts';

/** The agents of one client. */
export class Connections {
  readonly #network: NetworkSettings;
  readonly #certificate: string | undefined;
  readonly #plain = new http.Agent({ keepAlive: true });
  #secure: SecureConnections | undefined;

  /** @param certificate PEM: the server's own or its issuer's, then the only one that is trusted */
  constructor(network: NetworkSettings, certificate: string | undefined) {
    this.#network = network;
    this.#certificate = certificate;
  }

  /** What a request to this address goes by. Rejects with a ClientError `proxy.failed`. */
  async agentFor(url: URL): Promise<http.Agent> {
    if (url.protocol !== 'https:') return this.#plain;
    const { SecureConnections } = await import('./secure-connections.ts');
    this.#secure ??= new SecureConnections(this.#network, this.#certificate);
    return this.#secure.agentFor(url);
  }

  close(): void {
    this.#plain.destroy();
    this.#secure?.close();
  }
}
