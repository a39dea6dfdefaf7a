// Serves the window's page on loopback, to the one window that was given its address, and takes the answers.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pageHtml, pageIcon } from './page/page-html.ts';
import { runPage } from './page/page-script.ts';
import { pageSigns, pageStyle } from './page/page-style.ts';
import type { Screen } from './page/screen.ts';

/** What the server tells of the window. */
export interface PageEvents {
  /** A choice of the screen that is shown now. */
  readonly onAnswer: (choice: string) => void;
  /** The page began to listen, or ceased to: it was closed, or loaded anew. */
  readonly onListening: (isListening: boolean) => void;
}

const cookieName = 'usher-window';
/** An answer is a few bytes. */
const longestAnswer = 1_000;

/** Nothing but our own files runs, nothing is fetched from elsewhere, nobody frames the page. */
const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

const files: ReadonlyMap<string, { readonly type: string; readonly text: string }> = new Map([
  ['/', { type: 'text/html; charset=utf-8', text: pageHtml }],
  ['/page.css', { type: 'text/css; charset=utf-8', text: pageStyle }],
  ['/page.js', { type: 'text/javascript; charset=utf-8', text: `'use strict';\n(${runPage.toString()})();\n` }],
  ['/icon.svg', { type: 'image/svg+xml', text: pageIcon }],
  ...[...pageSigns].map(([name, text]) => [`/signs/${name}.svg`, { type: 'image/svg+xml', text }] as const),
]);

/** A server for one window. */
export class PageServer {
  readonly #events: PageEvents;
  readonly #http: Server;
  readonly #listeners = new Set<ServerResponse>();
  readonly #session: string;
  #token: string | null;
  #origin = '';
  #screen: Screen;

  private constructor(screen: Screen, events: PageEvents, random: (length: number) => Uint8Array) {
    const secret = () => Buffer.from(random(32)).toString('base64url');
    this.#screen = screen;
    this.#events = events;
    this.#token = secret();
    this.#session = secret();
    this.#http = createServer((request, response) => this.#answer(request, response));
  }

  /** Starts a server on a port of the system's choice. */
  static async start(screen: Screen, events: PageEvents, random: (length: number) => Uint8Array): Promise<PageServer> {
    const server = new PageServer(screen, events, random);
    await new Promise<void>((resolve, reject) => {
      server.#http.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    server.#origin = `http://127.0.0.1:${(server.#http.address() as AddressInfo).port}`;
    return server;
  }

  /** The address for the window; it works once. */
  get address(): string {
    return `${this.#origin}/?token=${this.#token ?? ''}`;
  }

  /** Shows a screen in place of the one before. */
  show(screen: Screen): void {
    this.#screen = screen;
    for (const listener of this.#listeners) send(listener, 'screen', screen);
  }

  /** Asks the page to close its window. */
  closePage(): void {
    for (const listener of this.#listeners) send(listener, 'close', null);
  }

  /** Ends the server and its connections. */
  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
      this.#http.closeAllConnections();
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    const refused = this.#serve(request, response);
    if (refused !== null) refuse(response, refused);
  }

  /** Serves what was asked for; gives the status where it is refused. */
  #serve(request: IncomingMessage, response: ServerResponse): number | null {
    const { method, headers } = request;
    // A page from elsewhere can reach this port under another name (DNS rebinding), or send forms to it.
    if (headers.host !== new URL(this.#origin).host) return 421;
    if (headers.origin !== undefined && headers.origin !== this.#origin) return 403;
    // Any program here, and any page of any browser, can ask for what is no address ("//").
    const asked = URL.parse(request.url ?? '/', this.#origin);
    if (asked === null) return 400;
    const { pathname, searchParams } = asked;
    const token = searchParams.get('token');
    if (method === 'GET' && pathname === '/' && token !== null) return this.#admit(response, token);
    if (!this.#isAdmitted(headers.cookie)) return 403;
    if (method === 'POST' && pathname === '/answer' && headers.origin === this.#origin) {
      void this.#take(request, response);
      return null;
    }
    if (method !== 'GET') return 405;
    if (pathname === '/events') {
      this.#listen(request, response);
      return null;
    }
    const file = files.get(pathname);
    if (file === undefined) return 404;
    response.writeHead(200, { 'content-type': file.type }).end(file.text);
    return null;
  }

  /** The token is spent by being shown once: whoever reads it later (in a list of processes, say) gains nothing. */
  #admit(response: ServerResponse, token: string): number | null {
    if (this.#token === null || !isSame(token, this.#token)) return 403;
    this.#token = null;
    const cookie = `${cookieName}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`;
    response.writeHead(303, { location: '/', 'set-cookie': cookie }).end();
    return null;
  }

  #isAdmitted(cookies: string | undefined): boolean {
    const pairs = (cookies ?? '').split(';').map((pair) => pair.trim());
    return pairs.some((pair) => isSame(pair, `${cookieName}=${this.#session}`));
  }

  #listen(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // A page that loses its connection tries again after so many milliseconds.
    response.write('retry: 500\n\n');
    send(response, 'screen', this.#screen);
    this.#listeners.add(response);
    this.#events.onListening(true);
    request.on('close', () => {
      this.#listeners.delete(response);
      this.#events.onListening(this.#listeners.size > 0);
    });
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = parseAnswer(request.headers['content-type'] === 'application/json' ? await bodyOf(request) : null);
    const { serial, choices } = this.#screen;
    if (answer === null) refuse(response, 400);
    else if (answer.serial !== serial || !choices.some(({ id }) => id === answer.choice)) refuse(response, 409);
    else {
      response.writeHead(204).end();
      this.#events.onAnswer(answer.choice);
    }
  }
}

function send(listener: ServerResponse, event: 'screen' | 'close', data: Screen | null): void {
  // JSON has no line feeds of its own, so that one line of data holds it.
  listener.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${status}\n`);
}

/** Takes equally long wherever the two differ. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** The body; null where it is longer than an answer can be, or was cut off. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  try {
    let text = '';
    for await (const part of request.setEncoding('utf8') as AsyncIterable<string>) {
      text += part;
      if (text.length > longestAnswer) return null;
    }
    return text;
  } catch (error) {
    // The window went away while it answered.
    if (error instanceof Error) return null;
    throw error;
  }
}

function parseAnswer(text: string | null): { readonly serial: number; readonly choice: string } | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value !== 'object' || value === null || !('serial' in value) || !('choice' in value)) return null;
    const { serial, choice } = value;
    return typeof serial === 'number' && typeof choice === 'string' ? { serial, choice } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
