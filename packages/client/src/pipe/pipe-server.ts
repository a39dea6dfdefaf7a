// The engine's end of the pipe: takes proven, well-formed requests from the closed list, one at a time on a connection.
import type { SigningKey } from '@usher/trust';
import { createServer, type Server, type Socket } from 'node:net';
import { asClientError, ClientError, codesOf, problemOf } from '../client-error.ts';
import type { Host } from '../engine/host.ts';
import type { Log } from '../state/log.ts';
import { FrameReader, frameOf, longestAnswer, longestRequest } from './frames.ts';
import {
  callSchema,
  pipeProtocol,
  requestSchema,
  type PipeBody,
  type PipeFailure,
  type PipeRequest,
} from './messages.ts';
import { isProven, signAnswer } from './proofs.ts';

/** What a request can do besides ending. */
export interface RequestHandle {
  /** Tells the caller something on the way. */
  readonly tell: (body: Extract<PipeBody, { is: 'progress' | 'news' }>) => void;
  /** Aborted when the caller asks to cancel. */
  readonly cancelled: AbortSignal;
  /** Aborted when the connection has ended. */
  readonly gone: AbortSignal;
}

/** Carries out a request and gives the result. Rejects with a `ClientError` where it refuses. */
export type RequestHandler = (request: PipeRequest, handle: RequestHandle) => Promise<unknown>;

/** What holds callers within bounds. Milliseconds, except where it says otherwise. */
export interface PipeLimits {
  /** Connections at once; for one more the oldest that nothing is being done for is closed, or else the new one. */
  readonly connections: number;
  /** Requests on one connection, all in all. */
  readonly requestsEach: number;
  /** For the first request to be whole, and for every later one. */
  readonly requestMs: number;
  /** Between two signs of life while a request is at work. */
  readonly workingMs: number;
  /** Bytes that a caller may leave unread. */
  readonly unread: number;
}

/** As the engine has them. */
export const pipeLimits: PipeLimits = {
  connections: 128,
  requestsEach: 16,
  requestMs: 5_000,
  workingMs: 5_000,
  unread: 2 * longestAnswer,
};

/** What the engine's end needs. */
export interface PipeServerOptions {
  readonly host: Pick<Host, 'random'>;
  readonly log: Log;
  readonly key: SigningKey;
  readonly secret: Uint8Array;
  readonly handle: RequestHandler;
  readonly limits?: PipeLimits;
}

/** The listener. Nothing that a caller sends ends it, and nothing of it is kept when the connection ends. */
export class PipeServer {
  readonly #server: Server;
  readonly #options: PipeServerOptions;
  readonly #limits: PipeLimits;
  /** The oldest first. */
  readonly #open = new Map<Socket, Conversation>();

  constructor(options: PipeServerOptions) {
    this.#options = options;
    this.#limits = options.limits ?? pipeLimits;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Listens so that every local user can connect. Rejects with the system's error where the name is taken, say. */
  listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ path, readableAll: true, writableAll: true }, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (error) => this.#options.log.warn(`the pipe: ${error.message}`));
        resolve();
      });
    });
  }

  /** Ends every connection and the listening. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#open.keys()) socket.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    // A caller that goes away, or breaks the connection, is nothing that needs saying.
    socket.on('error', () => socket.destroy());
    if (this.#open.size >= this.#limits.connections && !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    const conversation = new Conversation(socket, this.#options, this.#limits);
    this.#open.set(socket, conversation);
    socket.on('close', () => {
      this.#open.delete(socket);
      conversation.end();
    });
    conversation.begin();
  }

  /** Nobody keeps others out by holding connections, silent or watching, for however long. */
  #makeRoom(): boolean {
    const [oldest] = [...this.#open].find(([, conversation]) => !conversation.isAtWork) ?? [];
    if (oldest === undefined) return false;
    this.#open.delete(oldest);
    oldest.destroy();
    return true;
  }
}

/** One connection. */
class Conversation {
  readonly #socket: Socket;
  readonly #options: PipeServerOptions;
  readonly #limits: PipeLimits;
  readonly #challenge: string;
  readonly #reader = new FrameReader(longestRequest);
  readonly #nonces = new Set<string>();
  readonly #gone = new AbortController();
  #running: AbortController | null = null;
  #isWatching = false;
  #deadline: NodeJS.Timeout | undefined;

  constructor(socket: Socket, options: PipeServerOptions, limits: PipeLimits) {
    this.#socket = socket;
    this.#options = options;
    this.#limits = limits;
    this.#challenge = Buffer.from(options.host.random(32)).toString('base64url');
  }

  /** True while something is done for it that has an end of its own. */
  get isAtWork(): boolean {
    return this.#running !== null && !this.#isWatching;
  }

  begin(): void {
    this.#write(JSON.stringify({ usher: pipeProtocol, challenge: this.#challenge }));
    this.#awaitRequest();
    this.#socket.on('data', (piece) => {
      try {
        for (const text of this.#reader.push(piece)) this.#take(text);
      } catch (error) {
        // Whatever it is that talks there, it is no launcher: it gets no answer that it could learn from.
        if (asClientError(error) === null) throw error;
        this.#socket.destroy();
      }
    });
  }

  end(): void {
    clearTimeout(this.#deadline);
    this.#gone.abort();
  }

  #awaitRequest(): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#socket.destroy(), this.#limits.requestMs);
  }

  /** @throws ClientError `engine.not-understood` for everything that no launcher sends */
  #take(text: string): void {
    const { nonce, proof, request: requestText } = parsed(callSchema, text);
    const isFresh = !this.#nonces.has(nonce) && this.#nonces.size < this.#limits.requestsEach;
    const parts = { challenge: this.#challenge, nonce, request: requestText };
    if (!isFresh || !isProven(parts, proof, this.#options.secret)) throw notUnderstood();
    this.#nonces.add(nonce);
    const request = parsed(requestSchema, requestText);
    if (request.do === 'cancel') {
      this.#running?.abort();
      return;
    }
    if (this.#running !== null) throw notUnderstood();
    this.#running = new AbortController();
    this.#isWatching = request.do === 'watch';
    clearTimeout(this.#deadline);
    void this.#answer(nonce, request, this.#running);
  }

  async #answer(nonce: string, request: PipeRequest, running: AbortController): Promise<void> {
    let seq = 0;
    const send = (body: PipeBody) => this.#send(nonce, seq++, body);
    const alive = setInterval(() => send({ is: 'working' }), this.#limits.workingMs);
    const last = await this.#carryOut(request, { tell: send, cancelled: running.signal, gone: this.#gone.signal });
    clearInterval(alive);
    send(last);
    this.#running = null;
    if (!this.#gone.signal.aborted) this.#awaitRequest();
  }

  async #carryOut(request: PipeRequest, handle: RequestHandle): Promise<PipeBody> {
    const { log } = this.#options;
    try {
      return { is: 'done', result: (await this.#options.handle(request, handle)) ?? null };
    } catch (error) {
      const failure = asClientError(error);
      if (failure !== null) return { is: 'refused', failure: failureOf(failure) };
      // A defect: it is noted in whole here, and the caller is told that there is one.
      log.warn(`${request.do} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return defect;
    }
  }

  #send(nonce: string, seq: number, body: PipeBody): void {
    if (this.#gone.signal.aborted) return;
    const answer = this.#signed(nonce, seq, body);
    const length = Buffer.byteLength(answer);
    if (length > longestAnswer) this.#options.log.warn(`an answer of ${length} bytes is too long for the pipe`);
    this.#write(length > longestAnswer ? this.#signed(nonce, seq, defect) : answer);
  }

  #signed(nonce: string, seq: number, body: PipeBody): string {
    const text = JSON.stringify(body);
    const signature = signAnswer({ challenge: this.#challenge, nonce, seq, body: text }, this.#options.key);
    return JSON.stringify({ nonce, seq, body: text, signature });
  }

  #write(text: string): void {
    this.#socket.write(frameOf(text, longestAnswer));
    if (this.#socket.writableLength > this.#limits.unread) this.#socket.destroy();
  }
}

const defect: PipeBody = {
  is: 'refused',
  failure: { code: 'engine.failed', message: 'Something unexpected went wrong in the engine. See its log.' },
};

/** A failure as it crosses the pipe: of its causes the codes alone; without stacks and log tails. */
export function failureOf(failure: ClientError): PipeFailure {
  const { code, message, facts } = failure;
  const [, ...because] = codesOf(failure);
  return {
    code,
    message,
    exitCode: facts.exitCode,
    space: facts.space,
    sessions: facts.sessions,
    problem: problemOf(failure) ?? undefined,
    because: because.length === 0 ? undefined : because,
  };
}

function parsed<Output>(
  schema: { safeParse(value: unknown): { success: boolean; data?: Output } },
  text: string,
): Output {
  const result = schema.safeParse(jsonOf(text));
  if (!result.success || result.data === undefined) throw notUnderstood();
  return result.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No schema of the pipe accepts undefined.
    return undefined;
  }
}

function notUnderstood(): ClientError {
  return new ClientError('engine.not-understood', 'On the pipe came what no launcher sends.');
}
