// TLS connections to one server: by the right authorities, through a proxy where there is one.
import http from 'node:http';
import https from 'node:https';
import { connect as connectPlainly } from 'node:net';
import { connect, createSecureContext, type ConnectionOptions, type SecureContext, type TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';
import { ClientError, systemCode } from '../client-error.ts';
import type { NetworkSettings } from './network.ts';
import type { ProxyServer } from './proxy.ts';

/** The agents for TLS of one client. */
export class SecureConnections {
  readonly #network: NetworkSettings;
  readonly #certificate: string | undefined;
  readonly #agents = new Map<string, https.Agent>();
  #context: Promise<SecureContext> | undefined;
  #machinesOwn: Promise<SecureContext> | undefined;

  /** @param certificate PEM: the server's own or its issuer's, then the only one that is trusted */
  constructor(network: NetworkSettings, certificate: string | undefined) {
    this.#network = network;
    this.#certificate = certificate;
  }

  /** What a request to this address goes by. @throws ClientError `proxy.failed` */
  agentFor(url: URL): https.Agent {
    const proxy = this.#network.proxyFor(url);
    const name = proxy === null ? '' : `${proxy.host}:${proxy.port}`;
    let agent = this.#agents.get(name);
    if (agent === undefined) {
      const way = proxy === null ? directly : throughProxy(proxy, () => this.#ofTheMachine());
      agent = new LateAgent(way, () => (this.#context ??= this.#trusted()));
      this.#agents.set(name, agent);
    }
    return agent;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  async #trusted(): Promise<SecureContext> {
    if (this.#certificate === undefined) return await this.#ofTheMachine();
    return createSecureContext({ ca: this.#certificate, allowPartialTrustChain: true });
  }

  /** Also a proxy's own certificate is the machine's business: what the key pins is the server's alone. */
  #ofTheMachine(): Promise<SecureContext> {
    return (this.#machinesOwn ??= this.#network.authorities().then((ca) => createSecureContext({ ca: [...ca] })));
  }
}

/** Opens the connection that TLS is spoken over. */
type Way = (options: https.RequestOptions) => Promise<Duplex>;

/**
 * Whom to trust is found out once there is somebody to be trusted: reading all the authorities of a machine takes half as
 * long as a start, which a start without a server can do without.
 */
class LateAgent extends https.Agent {
  readonly #way: Way;
  readonly #trusted: () => Promise<SecureContext>;

  constructor(way: Way, trusted: () => Promise<SecureContext>) {
    super({ keepAlive: true, rejectUnauthorized: true });
    this.#way = way;
    this.#trusted = trusted;
  }

  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const done = callback as (error: Error | null, stream?: Duplex) => void;
    this.#secured(options).then((stream) => done(null, stream), done);
    return undefined;
  }

  async #secured(options: https.RequestOptions): Promise<TLSSocket> {
    const socket = await this.#way(options);
    // One that breaks before TLS listens to it is found broken by TLS.
    socket.on('error', () => undefined);
    try {
      const secureContext = await this.#trusted();
      // An https.Agent's options are those of tls.connect; `path` would be taken for a pipe's.
      const secured = { ...(options as ConnectionOptions), host: options.host ?? '', socket, secureContext };
      delete secured.path;
      return connect(secured);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }
}

/** To the server itself, within the time that the request has for an answer. */
function directly({ host, port, timeout }: https.RequestOptions): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connectPlainly({ host: host ?? '', port: Number(port ?? 443) });
    const onTimeout = () => socket.destroy(Object.assign(new Error('it does not answer'), { code: 'ETIMEDOUT' }));
    socket.setTimeout(timeout ?? 0, onTimeout).once('error', reject);
    socket.once('connect', () => {
      socket.setTimeout(0).off('timeout', onTimeout).off('error', reject);
      resolve(socket);
    });
  });
}

/** A connection that a proxy hands on unread (CONNECT, RFC 9110, section 9.3.6). */
function throughProxy(proxy: ProxyServer, trusted: () => Promise<SecureContext>): Way {
  const { host, port, authorization, isSecure } = proxy;
  return async (options) => {
    const name = options.host ?? '';
    const target = `${name.includes(':') ? `[${name}]` : name}:${options.port ?? 443}`;
    const secure = isSecure ? { secureContext: await trusted(), rejectUnauthorized: true } : {};
    const tunnel = (isSecure ? https : http).request({
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
      ...secure,
    });
    return await new Promise((resolve, reject) => {
      tunnel.once('connect', (answer, socket) => {
        const status = answer.statusCode ?? 0;
        if (status >= 200 && status < 300) {
          resolve(socket);
          return;
        }
        socket.destroy();
        reject(refusedBy(proxy, status));
      });
      // A server that is no proxy answers as if nothing had been special about the request.
      tunnel.once('response', (answer) => {
        answer.destroy();
        reject(refusedBy(proxy, answer.statusCode ?? 0));
      });
      tunnel.once('timeout', () => tunnel.destroy(withoutAnswer(proxy, 'it does not answer')));
      tunnel.once('error', (error) => {
        reject(error instanceof ClientError ? error : withoutAnswer(proxy, systemCode(error) ?? error.message, error));
      });
      tunnel.end();
    });
  };
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
