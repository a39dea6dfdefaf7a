// The pipe under attack, over a real socket: whoever is at the other end, nothing is done that was not proven and whole,
// nothing is believed that was not signed for this very question, and the engine goes on serving.
import { connect, createServer, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { generateSigningKey } from '@usher/trust';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { ClientError } from '../client-error.ts';
import { refusal } from '../test-support/served-workstation.ts';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { FrameReader, frameOf, longestAnswer, longestRequest } from './frames.ts';
import { helloSchema, type PipeRequest } from './messages.ts';
import { askEngine, type EngineAddress } from './pipe-client.ts';
import { PipeServer, type PipeLimits, type RequestHandler } from './pipe-server.ts';
import { proofOf } from './proofs.ts';

const host = { random: (length: number) => randomBytes(length) };
/** Nobody is cut off for being slow, but where a test says so: how fast the machine is decides nothing. */
const limits = { connections: 20, requestsEach: 4, requestMs: 60_000, workingMs: 50, unread: 256 * 1024 };
const patience = { connectMs: 60_000, silenceMs: 60_000 };

let engine: EngineAddress;
/** What the engine was made to do. */
let done: PipeRequest[];
let handle: RequestHandler;
let server: PipeServer;
const warned: string[] = [];

/** An engine within these bounds, which `ask` and `Caller` find from now on. */
async function listen(bounds: PipeLimits): Promise<void> {
  const key = generateSigningKey(host.random);
  const secret = randomBytes(32);
  const address = join(await temporaryFolder(), 'engine.sock');
  server = new PipeServer({
    host,
    log: { info: () => undefined, warn: (text) => warned.push(text) },
    key,
    secret,
    limits: bounds,
    handle: async (request, more) => {
      done.push(request);
      return await handle(request, more);
    },
  });
  await server.listen(address);
  onTestFinished(() => server.close());
  engine = { address, publicKey: key.publicKey, secret };
}

beforeEach(async () => {
  done = [];
  handle = async () => 'done';
  await listen(limits);
});

const ask = (request: PipeRequest = { do: 'status' }, options: Parameters<typeof askEngine>[3] = {}) =>
  askEngine(engine, host, request, { patience, ...options });
/** A caller of whatever kind: a plain connection, and what came on it. */
class Caller {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  readonly texts: string[] = [];
  readonly #reader = new FrameReader(longestAnswer);

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    socket.on('data', (piece) => this.texts.push(...this.#reader.push(piece)));
    onTestFinished(() => void socket.destroy());
  }

  static async connected(): Promise<Caller> {
    const caller = new Caller(connect(engine.address));
    await once(caller.socket, 'connect');
    while (caller.texts.length === 0) await delay(1);
    return caller;
  }

  get challenge(): string {
    return helloSchema.parse(JSON.parse(this.texts[0] ?? '')).challenge;
  }

  call(request: string, { nonce = randomBytes(24).toString('base64url'), secret = engine.secret } = {}): string {
    const proof = proofOf({ challenge: this.challenge, nonce, request }, secret);
    return JSON.stringify({ nonce, proof, request });
  }

  send(text: string): void {
    this.socket.write(frameOf(text, longestAnswer));
  }
}

const status = JSON.stringify({ do: 'status' });

describe('a launcher', () => {
  test('gets an answer, with what happens on the way', async () => {
    handle = async (_request, { tell }) => {
      for (const stage of ['verifying', 'closing', 'installing'] as const)
        tell({ is: 'progress', progress: { stage } });
      await delay(120);
      return { version: '1' };
    };
    const stages: string[] = [];
    expect(await ask({ do: 'status' }, { onProgress: ({ stage }) => stages.push(stage) })).toEqual({ version: '1' });
    expect(stages).toEqual(['verifying', 'closing', 'installing']);
  });

  test('gets a refusal as the failure that it is, without what is not for it', async () => {
    const facts = { space: { needed: 2, free: 1 }, logTail: 'SECRET=1', cause: new Error('at /var/lib') };
    handle = () => Promise.reject(new ClientError('disk.full', 'There is no space.', facts));
    const error = await ask().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'disk.full', message: 'There is no space.' });
    expect((error as ClientError).facts).toEqual({ space: facts.space });
  });

  test('is told that there is a defect, not which', async () => {
    handle = () => Promise.reject(new Error('/var/lib/usher-client/identity.json'));
    await expect(ask()).rejects.toMatchObject({
      code: 'engine.failed',
      message: expect.not.stringContaining('identity') as string,
    });
    expect(warned.at(-1)).toContain('identity.json');
  });

  test('is told that there is a defect where the answer is too long to be sent; the engine goes on', async () => {
    handle = async () => 'x'.repeat(longestAnswer);
    await expect(ask()).rejects.toMatchObject({ code: 'engine.failed' });
    handle = async () => 'done';
    expect(await ask()).toBe('done');
  });

  test('can call off what it asked for itself, and nothing else', async () => {
    let isCancelled = false;
    handle = async ({ do: what }, { cancelled }) => {
      if (what !== 'logs') await delay(60);
      else await once(cancelled, 'abort');
      isCancelled = cancelled.aborted;
      return isCancelled;
    };
    const cancel = new AbortController();
    const asking = ask({ do: 'logs', product: null }, { cancel: cancel.signal });
    expect(await ask()).toBe(false);
    cancel.abort();
    expect(await asking).toBe(true);
  });

  test('waits for an engine that gives signs of life, and not for a silent one', async () => {
    handle = () => delay(2_200, 'late');
    expect(await ask({ do: 'status' }, { patience: { connectMs: 60_000, silenceMs: 2_000 } })).toBe('late');
    const mute = createServer(() => undefined);
    const address = join(await temporaryFolder(), 'mute.sock');
    await new Promise<void>((resolve) => mute.listen(address, resolve));
    onTestFinished(() => void mute.close());
    engine = { ...engine, address };
    expect(await refusal(ask({ do: 'status' }, { patience: { connectMs: 100, silenceMs: 100 } }))).toBe(
      'engine.silent',
    );
  });

  test('finds nobody where there is no engine', async () => {
    await server.close();
    expect(await refusal(ask())).toBe('engine.silent');
  });
});

describe('a caller', () => {
  test.each<[string, (caller: Caller) => void]>([
    ['garbage', ({ socket }) => socket.write(randomBytes(4096))],
    ['text of another protocol', ({ socket }) => socket.write('GET / HTTP/1.1\r\n\r\n')],
    ['a frame that is too long', (caller) => caller.send('x'.repeat(longestRequest + 1))],
    ['what is no JSON', (caller) => caller.send('{')],
    ['another form', (caller) => caller.send('{"do":"status"}')],
    ['a wrong secret', (caller) => caller.send(caller.call(status, { secret: randomBytes(32) }))],
    ['no secret', (caller) => caller.send(caller.call(status, { secret: Buffer.alloc(0) }))],
    ['a proof for another request', (caller) => caller.send(caller.call(status).replace('status', 'logs'))],
    ['a request that there is not', (caller) => caller.send(caller.call('{"do":"run","file":"/bin/sh"}'))],
    ['a member that there is not', (caller) => caller.send(caller.call('{"do":"status","file":"/bin/sh"}'))],
    ['a product that is a path', (caller) => caller.send(caller.call('{"do":"check","product":"../../etc"}'))],
    [
      'an update id that is a path',
      (caller) => caller.send(caller.call('{"do":"choice","product":null,"updateId":"../x","state":"deferred"}')),
    ],
    [
      'two requests at once',
      (caller) => {
        handle = () => delay(10_000, null, { ref: false });
        caller.send(caller.call(status));
        caller.send(caller.call('{"do":"logs","product":null}'));
      },
    ],
  ])('with %s is hung up on, and nothing more is done', async (what, attack) => {
    const caller = await Caller.connected();
    attack(caller);
    await caller.closed;
    expect(done).toHaveLength(what === 'two requests at once' ? 1 : 0);
    handle = async () => 'still here';
    expect(await ask()).toBe('still here');
  });

  test('cannot use what it overheard: a nonce counts once, a proof on one connection', async () => {
    const first = await Caller.connected();
    const call = first.call(status);
    first.send(call);
    while (first.texts.length < 2) await delay(1);
    first.send(call);
    await first.closed;
    const second = await Caller.connected();
    second.send(call);
    await second.closed;
    expect(done).toHaveLength(1);
  });

  test('that says nothing, or says it slowly, is hung up on', async () => {
    await listen({ ...limits, requestMs: 250 });
    const [mute, slow] = [await Caller.connected(), await Caller.connected()];
    const frame = frameOf(slow.call(status), longestRequest);
    const trickle = setInterval(() => slow.socket.write(frame.subarray(0, 1)), 20);
    await Promise.all([mute.closed, slow.closed]);
    clearInterval(trickle);
    expect(done).toEqual([]);
  });

  test('can ask only so many things on one connection', async () => {
    const caller = await Caller.connected();
    for (let asked = 1; asked <= limits.requestsEach; asked += 1) {
      caller.send(caller.call(status));
      while (caller.texts.length < asked + 1) await delay(1);
    }
    caller.send(caller.call(status));
    await caller.closed;
    expect(done).toHaveLength(limits.requestsEach);
  });

  test('that reads nothing is hung up on before much is kept for it', async () => {
    let gone: AbortSignal | undefined;
    handle = async (_request, more) => {
      gone = more.gone;
      const reason = 'x'.repeat(60_000);
      while (!more.gone.aborted) {
        more.tell({ is: 'news', news: { news: 'prohibited', version: '1', code: 2028, reason, closesAt: null } });
        await delay(1);
      }
    };
    const caller = await Caller.connected();
    caller.socket.pause();
    caller.send(caller.call(status));
    await expect.poll(() => gone?.aborted).toBe(true);
  });

  test('that watches with every connection that there is keeps nobody out', async () => {
    handle = async ({ do: what }, { gone }) => {
      if (what === 'watch') await once(gone, 'abort');
      return what;
    };
    const watchers = await Promise.all(Array.from({ length: limits.connections }, () => Caller.connected()));
    for (const watcher of watchers) watcher.send(watcher.call('{"do":"watch","product":null,"pid":1}'));
    await expect.poll(() => done.length).toBe(limits.connections);
    expect(await ask()).toBe('status');
    // Who has watched for the longest makes room.
    await watchers[0]?.closed;
    expect(watchers.filter(({ socket }) => socket.destroyed)).toHaveLength(1);
  });

  test('with a thousand connections keeps nobody out for long', async () => {
    const sockets = Array.from({ length: 1000 }, () => connect(engine.address).on('error', () => undefined));
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    await expect.poll(() => refusal(ask())).toBe('done');
    expect(done.length).toBeLessThan(1000);
  });
});

describe('an impostor', () => {
  /** Somebody else who listens where the engine should, and answers as it likes. */
  async function impostor(answer: (frame: { nonce: string }, challenge: string) => object): Promise<void> {
    const challenge = randomBytes(32).toString('base64url');
    const listening = createServer((socket) => {
      const reader = new FrameReader(longestRequest);
      socket.on('error', () => undefined);
      socket.write(frameOf(JSON.stringify({ usher: 1, challenge }), longestAnswer));
      socket.on('data', (piece) => {
        for (const text of reader.push(piece)) {
          const frame = answer(JSON.parse(text) as { nonce: string }, challenge);
          socket.write(frameOf(JSON.stringify(frame), longestAnswer));
        }
      });
    });
    const address = join(await temporaryFolder(), 'impostor.sock');
    await new Promise<void>((resolve) => listening.listen(address, resolve));
    onTestFinished(() => void listening.close());
    engine = { ...engine, address };
  }

  const body = JSON.stringify({ is: 'done', result: 'anything' });

  test('with a key of its own is not believed', async () => {
    const own = generateSigningKey(host.random);
    const { signAnswer } = await import('./proofs.ts');
    await impostor(({ nonce }, challenge) => ({
      nonce,
      seq: 0,
      body,
      signature: signAnswer({ challenge, nonce, seq: 0, body }, own),
    }));
    expect(await refusal(ask())).toBe('engine.impostor');
  });

  test('that repeats what the engine said to another question is not believed', async () => {
    const caller = await Caller.connected();
    caller.send(caller.call(status));
    while (caller.texts.length < 2) await delay(1);
    const overheard = JSON.parse(caller.texts[1] ?? '') as Record<string, unknown>;
    await impostor(() => overheard);
    expect(await refusal(ask())).toBe('engine.impostor');
    await impostor(({ nonce }) => ({ ...overheard, nonce }));
    expect(await refusal(ask())).toBe('engine.impostor');
  });

  test('that leaves out, repeats or alters a part of what the engine says is not believed', async () => {
    handle = async (_request, { tell }) => {
      tell({ is: 'progress', progress: { stage: 'installing' } });
      return 'done';
    };
    for (const tamper of [
      (texts: string[]) => texts.slice(1),
      (texts: string[]) => [...texts.slice(0, 1), ...texts],
      (texts: string[]) => texts.map((each) => each.replace('installing', 'verifying')),
    ]) {
      const real = engine;
      const relay = createServer((socket) => {
        const upstream = connect(real.address);
        const reader = new FrameReader(longestAnswer);
        const told: string[] = [];
        socket.on('error', () => undefined).on('data', (piece) => upstream.write(piece));
        upstream
          .on('error', () => undefined)
          .on('data', (piece) => {
            for (const text of reader.push(piece)) {
              if (text.includes('challenge')) socket.write(frameOf(text, longestAnswer));
              else told.push(text);
            }
            if (told.length === 2) tamper(told.splice(0)).forEach((each) => socket.write(frameOf(each, longestAnswer)));
          });
      });
      const address = join(await temporaryFolder(), 'relay.sock');
      await new Promise<void>((resolve) => relay.listen(address, resolve));
      onTestFinished(() => void relay.close());
      engine = { ...real, address };
      expect(await refusal(ask())).toBe('engine.impostor');
      engine = real;
    }
  });

  test.each<[string, Uint8Array]>([
    ['garbage', randomBytes(64)],
    ['a frame without an end', Buffer.from([0x7f, 0xff, 0xff, 0xff])],
    ['a greeting of another kind', frameOf('{"usher":2}', 100)],
  ])('that says %s is not believed', async (_what, bytes) => {
    const listening = createServer((socket) => void socket.on('error', () => undefined).write(bytes));
    const address = join(await temporaryFolder(), 'other.sock');
    await new Promise<void>((resolve) => listening.listen(address, resolve));
    onTestFinished(() => void listening.close());
    engine = { ...engine, address };
    expect(await refusal(ask())).toBe('engine.impostor');
  });
});
