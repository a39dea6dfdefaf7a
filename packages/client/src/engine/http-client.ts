// HTTP as the client speaks it: over Node's own client, bounded in time and size, in the clear to loopback alone.
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { ClientError, systemCode } from '../client-error.ts';
import { Connections } from './connections.ts';
import type { NetworkSettings } from './network.ts';
import { isLoopback } from './proxy.ts';

/** OpenSSL's and Node's codes for a certificate that does not hold, or not for this server. */
const distrusted =
  /SELF_SIGNED|UNABLE_TO_|^CERT_|CERT_ALTNAME|INVALID_CA|HOSTNAME_MISMATCH|^ERR_TLS_CERT|PATH_LENGTH|INVALID_PURPOSE/;

/** One request. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body?: string;
  /** For the whole of `request`; for `open`, until the head of the answer and between any two parts of its body. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** An answer with its body. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An answer whose body is still to be read. */
export interface HttpStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: IncomingMessage;
}

/**
 * A client for one server. Redirects are not followed: the address in the installation key is the server's, and a
 * token sent after a redirect would be a token given away.
 */
export class HttpClient {
  readonly #connections: Connections;
  readonly #isPinned: boolean;

  /** @param certificate PEM: the server's own or its issuer's, then the only one that is trusted */
  constructor(network: NetworkSettings, certificate?: string) {
    this.#connections = new Connections(network, certificate);
    this.#isPinned = certificate !== undefined;
  }

  /** Asks and reads the whole answer, at most `maxBytes`. Rejects with a `ClientError` of a `server.…` code. */
  async request(request: HttpRequest & { readonly maxBytes: number }): Promise<HttpAnswer> {
    const deadline = AbortSignal.timeout(request.timeoutMs);
    const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
    try {
      const { status, headers, body } = await this.#send(request, signal);
      return { status, headers, body: await readBounded(body, request.maxBytes) };
    } catch (error) {
      throw deadline.aborted ? timedOut(request, error) : this.#explained(request, error);
    }
  }

  /** Asks and hands over the answer once its head is there; the caller reads, or destroys, the body. */
  async open(request: HttpRequest): Promise<HttpStream> {
    try {
      return await this.#send(request, request.signal);
    } catch (error) {
      throw this.#explained(request, error);
    }
  }

  /** Ends the connections that are kept open, so that the process can end. */
  close(): void {
    this.#connections.close();
  }

  async #send(request: HttpRequest, signal: AbortSignal | undefined): Promise<HttpStream> {
    const url = checkedAddress(request.url);
    const options = {
      method: request.method,
      headers: {
        'user-agent': 'usher-client',
        ...(request.body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(request.body)) }),
        ...request.headers,
      },
      agent: await this.#connections.agentFor(url),
      timeout: request.timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    };
    return await new Promise((resolve, reject) => {
      // Whether it is TLS that is spoken, the agent says.
      const outgoing = http.request(url, options, (incoming) => {
        const status = incoming.statusCode ?? 0;
        if (status >= 300 && status < 400 && status !== 304) {
          incoming.destroy();
          reject(new ClientError('server.redirected', redirectMessage(url)));
          return;
        }
        resolve({ status, headers: incoming.headers, body: incoming });
      });
      outgoing.on('timeout', () => outgoing.destroy(timedOut(request)));
      outgoing.on('error', reject);
      outgoing.end(request.body);
    });
  }

  #explained(request: HttpRequest, error: unknown): ClientError {
    if (error instanceof ClientError) return error;
    const { host } = new URL(request.url);
    const code = systemCode(error);
    const why = code ?? (error instanceof Error ? error.message : String(error));
    if (code !== null && distrusted.test(code)) {
      const wanted = this.#isPinned
        ? 'it is not the one that the installation key names'
        : 'no authority that this machine trusts vouches for it';
      return new ClientError(
        'server.untrusted',
        `The certificate of the server at ${host} is not believed: ${wanted} (${why}). Ask your administrator.`,
        { cause: error },
      );
    }
    return new ClientError(
      'server.unreachable',
      `The server at ${host} cannot be reached (${why}). Check the network, then try again.`,
      { cause: error },
    );
  }
}

/**
 * The address as a URL, where the client may speak to it.
 * @throws ClientError `server.insecure` for plain HTTP to anything but a loopback address
 */
export function checkedAddress(address: string): URL {
  const url = new URL(address);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw new ClientError(
    'server.insecure',
    `Usher speaks plain HTTP to this machine alone, not to ${url.host}. Ask your administrator for a key with an https address.`,
  );
}

async function readBounded(body: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > maxBytes) {
      body.destroy();
      throw new ClientError('server.too-large', `The server's answer is longer than ${maxBytes} bytes.`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}

function redirectMessage(url: URL): string {
  return `The server at ${url.host} points to another address, which Usher does not follow. Ask your administrator for a key with the right one.`;
}

function timedOut(request: HttpRequest, cause?: unknown): ClientError {
  return new ClientError(
    'server.timed-out',
    `The server at ${new URL(request.url).host} did not answer in time. Try again later.`,
    { cause },
  );
}
