// Bodies that come slowly: a text has its time, an upload may take any as long as it comes on. The time is the test's, the
// connections are real.
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import multipart from '@fastify/multipart';
import fastify from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answerProblems } from './error-handler.ts';
import { endSlowBodies } from './slow-bodies.ts';

/** A text has 200 milliseconds, and an upload brings 1000 bytes in each 200. */
const limits = { textMs: 200, windowMs: 200, bytesPerWindow: 1000 };

function makeApp() {
  const app = fastify({ requestTimeout: 0 });
  endSlowBodies(app, limits);
  answerProblems(app);
  void app.register(multipart);
  app.post('/text', (request) => ({ got: request.body }));
  app.post('/closed', { onRequest: async (_request, reply) => reply.code(401).send({ sorry: true }) }, () => '');
  app.post('/file', async (request) => {
    let size = 0;
    const file = await request.file();
    for await (const chunk of file?.file ?? []) size += (chunk as Buffer).length;
    return { size };
  });
  return app;
}

let app: ReturnType<typeof makeApp>;
let sockets: Socket[];
/** The server's ends of the connections. */
let taken: Socket[];

beforeEach(async () => {
  sockets = [];
  taken = [];
  app = makeApp();
  app.server.on('connection', (socket) => taken.push(socket));
  await app.listen({ port: 0, host: '127.0.0.1' });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});

afterEach(async () => {
  vi.useRealTimers();
  for (const socket of sockets) socket.destroy();
  await app.close();
});

function begin(path: string, headers: readonly string[]) {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  let answer = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => (answer += text));
  // A connection that is cut while it is written to.
  socket.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(answer)));
  socket.write([`POST ${path} HTTP/1.1`, 'host: test', ...headers, '', ''].join('\r\n'));
  return { socket, ended, answered: () => answer };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

/** Lets time pass once the server has seen a request, and all that was sent to it. */
async function pass(milliseconds: number): Promise<void> {
  const sent = () => sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0);
  const seen = () => taken.reduce((sum, socket) => sum + socket.bytesRead, 0);
  await until(() => sent() > 0 && seen() === sent() && vi.getTimerCount() > 0);
  vi.advanceTimersByTime(milliseconds);
}

const json = ['content-type: application/json', 'content-length: 20'];
const form = ['content-type: multipart/form-data; boundary=x', 'transfer-encoding: chunked'];
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const fileHead = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.msi"\r\n\r\n';

test('a text that trickles is refused with a problem, and its connection ends', async () => {
  const { socket, ended } = begin('/text', json);
  for (const letter of '{"slow":') {
    socket.write(letter);
    await pass(25);
  }
  const answer = await ended;
  expect(answer).toContain('408');
  expect(answer).toContain('"code":"request.too-slow"');
});

test('a text that comes in its time is read', async () => {
  const { socket, ended, answered } = begin('/text', [...json, 'connection: close']);
  socket.write('{"quick": ');
  await pass(limits.textMs - 1);
  socket.write('"enough"}'.padEnd(10));
  await ended;
  expect(answered()).toContain('{"got":{"quick":"enough"}}');
});

test('an upload that comes on may take its time', async () => {
  const { socket, answered } = begin('/file', form);
  socket.write(chunk(fileHead));
  for (let part = 0; part < 15; part += 1) {
    socket.write(chunk('m'.repeat(300)));
    await pass(limits.windowMs / 5);
  }
  socket.write(`${chunk('\r\n--x--\r\n')}0\r\n\r\n`);
  await until(() => answered().includes('size'));
  expect(answered()).toContain('{"size":4500}');
});

test('an upload that comes to a standstill ends', async () => {
  const { socket, ended } = begin('/file', form);
  socket.write(chunk(fileHead));
  await pass(limits.windowMs - 1);
  expect(socket.destroyed).toBe(false);
  await pass(1);
  await ended;
});

test('whoever was answered already cannot keep the connection by a body that never ends', async () => {
  const { socket, ended, answered } = begin('/closed', json);
  await until(() => answered().includes('sorry'));
  socket.write('{');
  await pass(limits.textMs * 2);
  expect(await ended).toContain('401');
});

test('a connection that is kept alive outlives the time of a body', async () => {
  const { socket, answered } = begin('/text', ['content-type: application/json', 'content-length: 2']);
  socket.write('{}');
  await until(() => answered().includes('got'));
  vi.advanceTimersByTime(limits.textMs * 10);
  socket.write('POST /text HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');
  await until(() => answered().split('got').length === 3);
  expect(answered().split('got')).toHaveLength(3);
});

const unknownKind = 'content-type: text/unknown';

test.each(['/text', '/nothing-here'])(
  'a body that %s does not read is let go of, and the connection goes on',
  async (path) => {
    const { socket, answered } = begin(path, [unknownKind, 'content-length: 900000']);
    socket.write('m'.repeat(900_000));
    socket.write('POST /text HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');
    await until(() => answered().includes('got'));
    expect(answered()).toMatch(/^HTTP\/1\.1 4(04|15) [^]*"got":\{\}/);
  },
);

test('a body that nobody reads ends its connection where it does not come, and nothing else', async () => {
  const { ended } = begin('/nothing-here', [unknownKind, 'content-length: 20']);
  await pass(limits.textMs * 2);
  expect(await ended).toContain('404');
});

test('whoever goes away in the middle of a body that nobody reads disturbs nobody', async () => {
  const { socket, answered } = begin('/nothing-here', [unknownKind, 'content-length: 20']);
  socket.write('half');
  await until(() => answered().includes('404'));
  socket.resetAndDestroy();
  const next = begin('/text', [...json.slice(0, 1), 'content-length: 2', 'connection: close']);
  next.socket.write('{}');
  expect(await next.ended).toContain('"got":{}');
});

test('a request that came over no connection, and whose body nobody read, ends without harm', async () => {
  const payload = '{}';
  expect(
    (await app.inject({ method: 'POST', url: '/closed', payload, headers: { 'content-length': '2' } })).statusCode,
  ).toBe(401);
  expect(() => vi.advanceTimersByTime(limits.textMs * 2)).not.toThrow();
});
