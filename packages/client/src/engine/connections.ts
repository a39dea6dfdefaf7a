// The connections to one server: kept open between requests, TLS by the right authorities, through a proxy where there is one.
import http from 'node:http';
import https from 'node:https';
import { connect, createSecureContext, type ConnectionOptions, type SecureContext } from 'node:tls';
import type { Duplex } from 'node:stream';
import { ClientError, systemCode } from '../client-error.ts';
import type { NetworkSettings } from './network.ts';
import type { ProxyServer } from './proxy.ts';

/** The agents of one client. */
export class Connections {
  readonly #network: NetworkSettings;
  readonly #certificate: string | undefined;
  readonly #plain = new http.Agent({ keepAlive: true });
  readonly #secure = new Map<string, https.Agent>();
  #context: SecureContext | undefined;

  /** @param certificate PEM: the server's own or its issuer's, then the only one that is trusted */
  constructor(network: NetworkSettings, certificate: string | undefined) {
    this.#network = network;
    this.#certificate = certificate;
  }

  /** What a request to this address goes by. @throws ClientError `proxy.failed` */
  agentFor(url: URL): http.Agent {
    if (url.protocol !== 'https:') return this.#plain;
    const proxy = this.#network.proxyFor(url);
    const name = proxy === null ? '' : `${proxy.host}:${proxy.port}`;
    let agent = this.#secure.get(name);
    if (agent === undefined) {
      const options = { keepAlive: true, secureContext: this.#trusted(), rejectUnauthorized: true };
      agent = proxy === null ? new https.Agent(options) : new TunnelAgent(options, proxy, this.#proxyContext(proxy));
      this.#secure.set(name, agent);
    }
    return agent;
  }

  close(): void {
    this.#plain.destroy();
    for (const agent of this.#secure.values()) agent.destroy();
  }

  #trusted(): SecureContext {
    this.#context ??=
      this.#certificate === undefined
        ? createSecureContext({ ca: [...this.#network.authorities()] })
        : createSecureContext({ ca: this.#certificate, allowPartialTrustChain: true });
    return this.#context;
  }

  /** A proxy's own certificate is the machine's business: what the key pins is the server's alone. */
  #proxyContext({ isSecure }: ProxyServer): SecureContext | undefined {
    return isSecure ? createSecureContext({ ca: [...this.#network.authorities()] }) : undefined;
  }
}

/** Connections that a proxy hands on unread (CONNECT, RFC 9110, section 9.3.6). */
class TunnelAgent extends https.Agent {
  readonly #proxy: ProxyServer;
  readonly #context: SecureContext | undefined;

  constructor(options: https.AgentOptions, proxy: ProxyServer, context: SecureContext | undefined) {
    super(options);
    this.#proxy = proxy;
    this.#context = context;
  }

  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const done = callback as (error: Error | null, stream?: Duplex) => void;
    const { host, port, authorization } = this.#proxy;
    const name = options.host ?? '';
    const target = `${name.includes(':') ? `[${name}]` : name}:${options.port ?? 443}`;
    const tunnel = (this.#proxy.isSecure ? https : http).request({
      host,
      port,
      method: 'CONNECT',
      path: target,
      agent: false,
      headers: {
        host: target,
        'user-agent': 'usher-client',
        ...(authorization === null ? {} : { 'proxy-authorization': authorization }),
      },
      ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
      ...(this.#context === undefined ? {} : { secureContext: this.#context, rejectUnauthorized: true }),
    });
    tunnel.once('connect', (answer, socket) => {
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300) {
        // An https.Agent's options are those of tls.connect; `path` would be taken for a pipe's.
        const secured = { ...(options as ConnectionOptions), host: name, socket };
        delete secured.path;
        done(null, connect(secured));
        return;
      }
      socket.destroy();
      done(refusedBy(this.#proxy, status));
    });
    // A server that is no proxy answers as if nothing had been special about the request.
    tunnel.once('response', (answer) => {
      answer.destroy();
      done(refusedBy(this.#proxy, answer.statusCode ?? 0));
    });
    tunnel.once('timeout', () => tunnel.destroy(withoutAnswer(this.#proxy, 'it does not answer')));
    tunnel.once('error', (error) => {
      done(
        error instanceof ClientError ? error : withoutAnswer(this.#proxy, systemCode(error) ?? error.message, error),
      );
    });
    tunnel.end();
    return undefined;
  }
}

function refusedBy({ host, port }: ProxyServer, status: number): ClientError {
  const why = status === 407 ? 'it wants another name and password' : `it answered ${status}`;
  return new ClientError(
    'proxy.failed',
    `The proxy ${host}:${port} does not connect to the server (${why}). Ask your administrator.`,
  );
}

function withoutAnswer({ host, port }: ProxyServer, why: string, cause?: unknown): ClientError {
  return new ClientError(
    'proxy.failed',
    `The proxy ${host}:${port} cannot be reached (${why}). Check the network and the proxy's address, then try again.`,
    { cause },
  );
}
