// The launcher's end of the pipe: asks one thing, believes only what the engine has signed for this very question.
import { connect, type Socket } from 'node:net';
import { asClientError, ClientError } from '../client-error.ts';
import type { Host } from '../engine/host.ts';
import { FrameReader, frameOf, longestAnswer, longestRequest } from './frames.ts';
import {
  answerSchema,
  bodySchema,
  helloSchema,
  type PipeBody,
  type PipeFailure,
  type PipeNews,
  type PipeRequest,
} from './messages.ts';
import { isFromEngine, proofOf } from './proofs.ts';
import type { UpdateProgress } from '../engine/update.ts';

/** How an engine is found and known. */
export interface EngineAddress {
  /** The name of the pipe, or the path of the socket. */
  readonly address: string;
  /** The engine's public key, from a file that only administrators can write. */
  readonly publicKey: string;
  /** From a file that local users can read. */
  readonly secret: Uint8Array;
}

/** How long the other end may be silent, in milliseconds. */
export interface Patience {
  readonly connectMs: number;
  /** The engine gives a sign of life every five seconds. */
  readonly silenceMs: number;
}

/** What a caller wants to hear on the way. */
export interface CallOptions {
  readonly onProgress?: (progress: UpdateProgress) => void;
  readonly onNews?: (news: PipeNews) => void;
  /** Asks the engine to call off what it does; it decides whether it still can. */
  readonly cancel?: AbortSignal | undefined;
  /** Ends the connection, without an answer. */
  readonly leave?: AbortSignal | undefined;
  readonly patience?: Patience;
}

const usualPatience: Patience = { connectMs: 3_000, silenceMs: 20_000 };
/** An impostor that listens beside the engine under the same name gets some connections, not all. */
const mostTries = 3;

/**
 * Asks the engine for one thing and gives the result, which is the engine's word but not yet of any form.
 * @throws ClientError `engine.silent` (nobody there, or no sign of life), `engine.impostor` (somebody else is there), or
 *   what the engine refused with
 */
export async function askEngine(
  engine: EngineAddress,
  host: Pick<Host, 'random'>,
  request: PipeRequest,
  options: CallOptions = {},
): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await new Call(engine, host, request, options).result();
    } catch (error) {
      const mayTryAgain = error instanceof Impostor && !error.wasBelieved && tries < mostTries;
      if (!mayTryAgain) throw error;
    }
  }
}

/** Somebody on the pipe who is not the engine. */
class Impostor extends ClientError {
  /** The engine itself had answered on this connection before. */
  readonly wasBelieved: boolean;

  constructor(wasBelieved: boolean) {
    super(
      'engine.impostor',
      'Another program answers in the place of the Usher engine on this machine. It was not believed. Tell your administrator.',
    );
    this.wasBelieved = wasBelieved;
  }
}

class Call {
  readonly #engine: EngineAddress;
  readonly #options: CallOptions;
  readonly #request: PipeRequest;
  readonly #host: Pick<Host, 'random'>;
  readonly #reader = new FrameReader(longestAnswer);
  readonly #nonce: string;
  #challenge: string | null = null;
  #seq = 0;

  constructor(engine: EngineAddress, host: Pick<Host, 'random'>, request: PipeRequest, options: CallOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#request = request;
    this.#host = host;
    this.#nonce = newNonce(host);
  }

  result(): Promise<unknown> {
    const { connectMs, silenceMs } = this.#options.patience ?? usualPatience;
    const { cancel, leave } = this.#options;
    return new Promise((resolve, reject) => {
      const socket = connect(this.#engine.address);
      const onCancel = () => this.#sendCancel(socket);
      const onLeave = () => end(() => resolve(null));
      const end = (settle: () => void) => {
        socket.destroy();
        cancel?.removeEventListener('abort', onCancel);
        leave?.removeEventListener('abort', onLeave);
        settle();
      };
      const fail = (error: unknown) => end(() => reject(error instanceof Error ? error : silent()));
      socket.setTimeout(connectMs, () => fail(silent()));
      socket.on('connect', () => socket.setTimeout(silenceMs));
      socket.on('error', (error) => fail(silent(error)));
      socket.on('close', () => fail(this.#challenge === null ? silent() : silent(new Error('it hung up'))));
      socket.on('data', (piece) => {
        try {
          for (const text of this.#frames(piece)) {
            const last = this.#take(socket, text);
            if (last?.is === 'done') end(() => resolve(last.result));
            if (last?.is === 'refused') fail(errorOf(last.failure));
          }
        } catch (error) {
          fail(error);
        }
      });
      cancel?.addEventListener('abort', onCancel, { once: true });
      leave?.addEventListener('abort', onLeave, { once: true });
      if (leave?.aborted === true) onLeave();
    });
  }

  #frames(piece: Buffer): readonly string[] {
    try {
      return this.#reader.push(piece);
    } catch (error) {
      throw asClientError(error, 'engine.not-understood') === null ? error : this.#impostor();
    }
  }

  /** Takes one frame; gives the body where it is the last one. */
  #take(socket: Socket, text: string): Extract<PipeBody, { is: 'done' | 'refused' }> | null {
    if (this.#challenge === null) {
      const hello = helloSchema.safeParse(jsonOf(text));
      if (!hello.success) throw this.#impostor();
      this.#challenge = hello.data.challenge;
      this.#send(socket, this.#nonce, this.#request);
      if (this.#options.cancel?.aborted === true) this.#sendCancel(socket);
      return null;
    }
    const body = this.#believed(text, this.#challenge);
    switch (body.is) {
      case 'progress':
        this.#options.onProgress?.(body.progress);
        return null;
      case 'news':
        this.#options.onNews?.(body.news);
        return null;
      case 'working':
        return null;
      case 'done':
      case 'refused':
        return body;
    }
  }

  #believed(text: string, challenge: string): PipeBody {
    const answer = answerSchema.safeParse(jsonOf(text));
    if (!answer.success) throw this.#impostor();
    const { nonce, seq, body, signature } = answer.data;
    const isOurs = nonce === this.#nonce && seq === this.#seq;
    if (!isOurs || !isFromEngine({ challenge, nonce, seq, body }, signature, this.#engine.publicKey)) {
      throw this.#impostor();
    }
    this.#seq += 1;
    const parsed = bodySchema.safeParse(jsonOf(body));
    if (parsed.success) return parsed.data;
    throw new ClientError('engine.not-understood', 'The Usher engine on this machine speaks another version.', {
      cause: parsed.error,
    });
  }

  #sendCancel(socket: Socket): void {
    if (this.#challenge !== null) this.#send(socket, newNonce(this.#host), { do: 'cancel' });
  }

  #send(socket: Socket, nonce: string, what: PipeRequest): void {
    const request = JSON.stringify(what);
    const parts = { challenge: this.#challenge ?? '', nonce, request };
    const proof = proofOf(parts, this.#engine.secret);
    socket.write(frameOf(JSON.stringify({ nonce, proof, request }), longestRequest));
  }

  #impostor(): Impostor {
    return new Impostor(this.#seq > 0);
  }
}

function newNonce(host: Pick<Host, 'random'>): string {
  return Buffer.from(host.random(24)).toString('base64url');
}

function silent(cause?: unknown): ClientError {
  return new ClientError(
    'engine.silent',
    'The Usher engine on this machine does not answer. Start it (usher-client service run), or tell your administrator.',
    { cause },
  );
}

/** What the engine refused with, as the failure that it is. */
export function errorOf({ code, message, ...facts }: PipeFailure): ClientError {
  return new ClientError(code, message, facts);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No schema of the pipe accepts undefined.
    return undefined;
  }
}
