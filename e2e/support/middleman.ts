// Somebody on the way between workstations and a server: hands everything on, and meddles where a test wants it.
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a workstation asks for. */
export interface Asked {
  readonly method: string;
  /** Decoded. */
  readonly path: string;
  /** The `Range` header: where a download goes on. */
  readonly range: string | null;
}

/** What becomes of one request. */
export type Meddling =
  /** The server never hears of it. */
  | { readonly how: 'hang up' }
  /** The server answers, and the workstation never hears of that. */
  | { readonly how: 'lose the answer' }
  /** So many bytes of the answer's body come; then the connection is cut. */
  | { readonly how: 'cut'; readonly after: number }
  /** So many bytes come, and then nothing for as long as the workstation waits. */
  | { readonly how: 'stall'; readonly after: number }
  /** Something else comes in the place of the server's answer, and does not say how long it is; null: there is no such thing. */
  | { readonly how: 'serve'; readonly body: Buffer | null }
  /** What the server answered well comes changed. */
  | { readonly how: 'change'; readonly body: (body: Buffer) => Buffer };

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer;
}

/** The address that workstations know. Dispose of it: that closes it. */
export class Middleman implements AsyncDisposable {
  /** What to do with a request; null hands it on as it is. */
  meddle: (asked: Asked) => Meddling | null = () => null;
  /** What was asked for so far, oldest first. */
  readonly heard: Asked[] = [];
  readonly #server: Server;
  #upstream = '';

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(): Promise<Middleman> {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const made = new Middleman(server);
    server.on('request', (asked: IncomingMessage, answer: ServerResponse) => {
      made.#answer(asked, answer).catch((error: unknown) => {
        if (!answer.headersSent) answer.writeHead(502);
        answer.end(String(error));
      });
    });
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Hands everything on to this server. */
  passTo(url: string): void {
    this.#upstream = url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = 'GET', url = '', headers } = incoming;
    const asked = { method, path: decodeURIComponent(url), range: headers.range ?? null };
    this.heard.push(asked);
    const meddling = this.meddle(asked);
    if (meddling?.how === 'hang up') {
      answer.destroy();
      return;
    }
    if (meddling?.how === 'serve') {
      const { body } = meddling;
      answer.writeHead(body === null ? 404 : 200).end(body ?? undefined);
      return;
    }
    const upstream = await passOn(incoming, this.#upstream);
    const { status, body } = upstream;
    switch (meddling?.how) {
      case 'lose the answer':
        answer.destroy();
        return;
      case 'cut':
      case 'stall': {
        const begun = answer.writeHead(status, { ...upstream.headers, 'content-length': body.length });
        // The bytes are to arrive before the end does.
        begun.write(body.subarray(0, meddling.after), () => {
          if (meddling.how === 'cut') setTimeout(() => answer.destroy(), 50);
        });
        return;
      }
      case 'change':
      case undefined: {
        const sent = meddling?.how === 'change' && status === 200 ? meddling.body(body) : body;
        answer.writeHead(status, { ...upstream.headers, 'content-length': sent.length }).end(sent);
      }
    }
  }
}

/** Reaches for an installer's file. */
export const isInstallerFile = ({ path }: Asked): boolean => path.includes('/targets/installers/');

async function passOn(asked: IncomingMessage, upstream: string): Promise<Answer> {
  const parts: Buffer[] = [];
  for await (const part of asked as AsyncIterable<Buffer>) parts.push(part);
  return new Promise((resolve, reject) => {
    const { method, headers, url = '' } = asked;
    const outgoing = request(upstream + url, { method, headers }, (incoming) => {
      const body: Buffer[] = [];
      incoming.on('data', (part: Buffer) => body.push(part));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const { 'transfer-encoding': _, connection: __, ...kept } = incoming.headers;
        const known = Object.entries(kept).filter(
          (entry): entry is [string, string | string[]] => entry[1] !== undefined,
        );
        resolve({ status: incoming.statusCode ?? 502, headers: Object.fromEntries(known), body: Buffer.concat(body) });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(Buffer.concat(parts));
  });
}
