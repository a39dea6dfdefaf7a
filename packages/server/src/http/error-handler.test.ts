// What a failed request leaves in the server's log.
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import multipart from '@fastify/multipart';
import fastify from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answerProblems } from './error-handler.ts';

const errorLevel = 50;

interface Line {
  readonly level: number;
  readonly msg: string;
}

let lines: Line[];
let heard: (line: Line) => void;
let app: ReturnType<typeof makeApp>;

function makeApp() {
  const write = (text: string) => {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    heard(line);
  };
  const made = fastify({ logger: { level: 'debug', stream: { write } } });
  answerProblems(made);
  void made.register(multipart);
  made.post('/file', async (request) => {
    const file = await request.file();
    for await (const chunk of file?.file ?? []) heard({ level: 0, msg: `came: ${(chunk as Buffer).length}` });
    return {};
  });
  made.get('/broken', () => {
    throw new Error('broken');
  });
  return made;
}

/** Resolves with the first line of which that is true. */
const line = (isIt: (line: Line) => boolean) =>
  new Promise<Line>((resolve) => {
    heard = (found) => {
      if (isIt(found)) resolve(found);
    };
  });

beforeEach(() => {
  lines = [];
  heard = () => undefined;
  app = makeApp();
});
afterEach(() => app.close());

test('an upload whose sender goes away is no failure of the server', async () => {
  await app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const came = line(({ msg }) => msg.startsWith('came'));
  socket.write(
    'POST /file HTTP/1.1\r\nhost: test\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 99999999\r\n\r\n' +
      `--b\r\ncontent-disposition: form-data; name="file"; filename="a.msi"\r\n\r\n${'m'.repeat(100_000)}`,
  );
  await came;
  const told = line(({ msg }) => msg === 'the caller went away' || msg === 'a request failed');
  socket.destroy();
  expect((await told).msg).toBe('the caller went away');
  expect(lines.filter(({ level }) => level >= errorLevel)).toEqual([]);
});

test('what breaks in the server is told as an error', async () => {
  expect((await app.inject({ url: '/broken' })).statusCode).toBe(500);
  expect(lines.filter(({ level }) => level >= errorLevel).map(({ msg }) => msg)).toEqual(['a request failed']);
});
