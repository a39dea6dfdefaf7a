// The engine's pipe with a hostile caller at the other end, who knows all that any local user can know: frames of every length,
// calls that are almost right, requests that are almost allowed. The real engine, as a process; the caller is written
// anew from what the two ends of the pipe say of themselves, and shares no code with them.
import { createHmac, createPublicKey, randomBytes, verify } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { EngineProcess } from './engine-process.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import {
  byteChanges,
  changedBytes,
  changedJson,
  jsonChanges,
  sometimes,
  type ByteChange,
  type JsonChange,
} from './mutations.ts';

/** Milliseconds; the engine gives a sign of life every five seconds. */
const longestAnswer = 15_000;
/** Bytes. What an engine at rest takes, and what hostile callers may add to it. */
const mostMemory = 250 * 1024 * 1024;

const product = '{11111111-2222-3333-4444-555555555555}';
/** One of each that a launcher sends. */
const requests: readonly Readonly<Record<string, unknown>>[] = [
  { do: 'status' },
  { do: 'check', product: null },
  { do: 'check', product },
  { do: 'update', product: null, updateId: 'up_1', version: '3.23.0', pid: 4711 },
  { do: 'cancel' },
  { do: 'choice', product: 'pr_1', updateId: 'up_1', state: 'deferred' },
  { do: 'watch', product, pid: 4711 },
  { do: 'unlock', product: null, code: 'ABCDE-FGHIJ' },
  { do: 'logs', product: null },
];

/** One thing that is sent. */
interface Message {
  readonly request: unknown;
  /** Of the call around the request, after it was proven. */
  readonly call: readonly JsonChange[] | null;
  /** The proof is one of another secret. */
  readonly isForged: boolean;
  /** Of the frame's bytes, its length among them. */
  readonly damage: readonly ByteChange[] | null;
  /** Where the frame is torn into pieces. */
  readonly tornAt: number | null;
}

interface Visit {
  readonly messages: readonly Message[];
  /** Everything is sent at once, without waiting for answers. */
  readonly isHasty: boolean;
}

const words = fc.constantFrom<unknown>(
  ...['__proto__', 'constructor', '..', '../../etc/passwd', 'C:\\x', '{}', `{${'a'.repeat(80)}}`, 'x'.repeat(20_000)],
  ...[0, -1, 4_294_967_296, 1.5, null, '', '\u0000', 'offered', 'declined', 'status', 'logs', 'remove'],
);
const request: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<unknown>(...requests) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom(...requests), fc.nat({ max: 7 }), words).map(([original, at, word]) => {
      const names = Object.keys(original);
      return { ...original, [names[at % names.length] ?? 'do']: word };
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom<unknown>(...requests), jsonChanges)
      .map(([original, changes]) => changedJson(original, changes)),
  },
);
const message: fc.Arbitrary<Message> = fc.record({
  request,
  call: sometimes(jsonChanges, 8),
  isForged: fc.nat({ max: 9 }).map((number) => number === 0),
  damage: sometimes(byteChanges, 6),
  tornAt: sometimes(fc.nat({ max: 400 }), 2),
});
const visits: fc.Arbitrary<Visit> = fc.record({
  messages: fc.array(message, { minLength: 1, maxLength: 5 }),
  isHasty: fc.boolean(),
});

/** A frame: its length in four bytes, the highest first, and then that many bytes. */
function frame(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

interface Answer {
  readonly nonce: string;
  readonly seq: number;
  readonly body: string;
  readonly signature: string;
}

/** A connection, and all that came on it. Whatever comes must be a frame that the engine has signed. */
class Caller {
  readonly #socket: Socket;
  readonly #engine: EngineProcess;
  readonly #answers: Answer[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  #challenge: string | null = null;
  #isClosed = false;
  #wrong: Error | null = null;
  #wake: () => void = () => undefined;

  constructor(engine: EngineProcess) {
    this.#engine = engine;
    this.#socket = connect(engine.address);
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
    this.#socket.on('data', (piece: Buffer) => {
      try {
        this.#take(piece);
      } catch (error) {
        this.#wrong = error instanceof Error ? error : new Error(String(error));
      }
      this.#wake();
    });
  }

  /** The challenge that every proof on this connection is over. */
  async challenge(): Promise<string> {
    await this.#until(() => this.#challenge !== null || this.#isClosed, 'a greeting');
    if (this.#challenge === null) throw new Error('The engine takes no connection any more.');
    return this.#challenge;
  }

  send(bytes: Uint8Array): void {
    if (!this.#isClosed) this.#socket.write(bytes);
  }

  /** The last answer to that call; null where the engine hung up instead. */
  async ending(nonce: string): Promise<Record<string, unknown> | null> {
    const last = () =>
      this.#answers
        .filter((answer) => answer.nonce === nonce)
        .map(({ body }) => JSON.parse(body) as Record<string, unknown>)
        .find(({ is }) => is === 'done' || is === 'refused');
    await this.#until(() => last() !== undefined || this.#isClosed, 'an answer');
    return last() ?? null;
  }

  /** Hangs up, once the engine has read everything. */
  async leave(): Promise<void> {
    this.#socket.end();
    await this.#until(() => this.#isClosed, 'an end');
  }

  /** Every answer so far. */
  get bodies(): readonly string[] {
    return this.#answers.map(({ body }) => body);
  }

  async #until(isSo: () => boolean, what: string): Promise<void> {
    for (const end = performance.now() + longestAnswer; !isSo();) {
      if (this.#wrong !== null) throw this.#wrong;
      if (performance.now() > end) throw new Error(`There was not ${what} in ${longestAnswer} ms.`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    if (this.#wrong !== null) throw this.#wrong;
  }

  #take(piece: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, piece]);
    while (this.#bytes.length >= 4) {
      const end = 4 + this.#bytes.readUInt32BE(0);
      if (this.#bytes.length < end) return;
      const text = this.#bytes.toString('utf8', 4, end);
      this.#bytes = this.#bytes.subarray(end);
      const said = JSON.parse(text) as Record<string, unknown>;
      if (this.#challenge === null) this.#challenge = String(said.challenge);
      else this.#believe(said as unknown as Answer, this.#challenge);
    }
  }

  #believe(answer: Answer, challenge: string): void {
    const { nonce, seq, body, signature } = answer;
    const signed = Buffer.from(`usher-engine-1\n${challenge}\n${nonce}\n${seq}\n${body}`);
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: this.#engine.publicKey },
      format: 'jwk',
    });
    if (!verify(null, signed, key, Buffer.from(signature, 'base64url'))) throw new Error(`Not signed: ${body}`);
    this.#answers.push(answer);
  }
}

/** What a message is on a connection with that challenge. */
function written(
  { request: asked, call, isForged }: Message,
  challenge: string,
  secret: Uint8Array,
): { readonly nonce: string; readonly text: string } {
  const nonce = randomBytes(24).toString('base64url');
  const requestText = asked === undefined ? '' : JSON.stringify(asked);
  const key = isForged ? Buffer.alloc(32) : secret;
  const proven = `usher-pipe-1\n${challenge}\n${nonce}\n${requestText}`;
  const proof = createHmac('sha256', key).update(proven).digest('base64url');
  const said = changedJson({ nonce, proof, request: requestText }, call ?? []);
  return { nonce, text: said === undefined ? '' : JSON.stringify(said) };
}

/** Does it come to an end of its own, if the engine takes it? */
function hasEnd({ request: asked, damage, call }: Message): boolean {
  const what = (asked as { readonly do?: unknown } | null | undefined)?.do;
  return damage === null && call === null && what !== 'cancel' && what !== 'watch';
}

async function check({ messages, isHasty }: Visit, engine: EngineProcess, secret: Uint8Array): Promise<void> {
  const caller = new Caller(engine);
  const challenge = await caller.challenge();
  for (const each of messages) {
    const { nonce, text } = written(each, challenge, secret);
    const whole = frame(text);
    const bytes = each.damage === null ? whole : changedBytes(whole, each.damage);
    const tear = Math.min(each.tornAt ?? bytes.length, bytes.length);
    caller.send(bytes.subarray(0, tear));
    if (tear < bytes.length) await new Promise((resolve) => setImmediate(resolve));
    caller.send(bytes.subarray(tear));
    // An empty frame and half a one come to nothing.
    if (isHasty || !hasEnd(each) || each.isForged) continue;
    const ending = await caller.ending(nonce);
    if (ending === null) break;
  }
  await caller.leave();
  const defect = caller.bodies.find((body) => body.includes('"engine.failed"'));
  if (defect !== undefined) throw new Error(`The engine has a defect: ${defect}\n${await engine.log()}`);
  if (!engine.isRunning) throw new Error(`The engine is gone.\n${await engine.log()}`);
  await requireService(engine, secret);
}

/** An honest caller is served. */
async function requireService(engine: EngineProcess, secret: Uint8Array): Promise<void> {
  const caller = new Caller(engine);
  const honest = { request: { do: 'status' }, call: null, isForged: false, damage: null, tornAt: null };
  const { nonce, text } = written(honest, await caller.challenge(), secret);
  caller.send(frame(text));
  const ending = await caller.ending(nonce);
  if (ending?.is !== 'done') throw new Error(`An honest caller was answered ${JSON.stringify(ending)}`);
  await caller.leave();
}

/** Callers of the pipe. What one leaves in the engine is there for the next, so a failing one is not made smaller. */
export const pipeTarget: FuzzTarget<Visit> = {
  name: 'pipe',
  roundSize: 100,
  slowest: 2 * longestAnswer,
  shrinks: false,
  open: async () => {
    const engine = await EngineProcess.start();
    const secret = await engine.secret();
    return {
      inputs: visits,
      check: (visit) => check(visit, engine, secret),
      close: async () => {
        const memory = engine.isRunning ? await engine.memory() : 0;
        await engine[Symbol.asyncDispose]();
        if (memory > mostMemory) throw new Error(`The engine takes ${Math.round(memory / 1024 / 1024)} MB.`);
      },
    };
  },
};
