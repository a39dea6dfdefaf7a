// Tests of downloads against a real server that cuts, lies, stalls and recovers.
import fc from 'fast-check';
import { createHash, randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asClientError } from '../client-error.ts';
import { sendBytes } from '../test-support/stand-in-server.ts';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { TestHost } from '../test-support/test-host.ts';
import { download } from './download.ts';
import { HttpClient, type HttpStream } from './http-client.ts';
import { networkOf } from './network.ts';

const content = randomBytes(300_000);
const sha256 = createHash('sha256').update(content).digest('hex');
const target = { sha256, size: content.length };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Bytes of the present answer that the client has taken. */
let taken = 0;

const whole: Answer = (request, response) => sendBytes(request, response, content);

/** The whole answer's head, but only this many bytes of its body, then a cut. */
const cutAfter =
  (bytes: number): Answer =>
  (request, response) => {
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const rest = content.subarray(from);
    const range = from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { etag: `"${sha256}"`, 'content-length': rest.length, ...range });
    taken = 0;
    response.write(rest.subarray(0, bytes));
    // Only when the client has all of it: how much of it arrives is otherwise for the network and the disk to say.
    void (async () => {
      while (!response.destroyed && taken < Math.min(bytes, rest.length)) await turn();
      response.destroy();
    })();
  };
const status =
  (code: number, headers = {}): Answer =>
  (_request, response) => {
    response.writeHead(code, headers).end();
  };

/** A server that gives these answers in turn, the last one for ever. */
async function serverWith(...answers: Answer[]) {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    (answers[ranges.length - 1] ?? answers.at(-1) ?? whole)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const http = new HttpClient(networkOf('linux', {}));
  onTestFinished(() => {
    http.close();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
  return { ranges, url, http };
}

/** The answer, whose bytes are counted when they have been dealt with. */
function counted(answer: HttpStream): HttpStream {
  const { body } = answer;
  const iterate = body[Symbol.asyncIterator].bind(body);
  body[Symbol.asyncIterator] = async function* () {
    for await (const bytes of { [Symbol.asyncIterator]: iterate } as AsyncIterable<Buffer>) {
      yield bytes;
      taken += bytes.length;
    }
    return undefined;
  };
  return answer;
}

async function fetchFrom(
  answers: Answer[],
  { folder, timeoutMs = 60_000 }: { folder?: string; timeoutMs?: number } = {},
) {
  const { ranges, url, http } = await serverWith(...answers);
  const host = new TestHost();
  const path = join(folder ?? (await temporaryFolder()), 'agent.msi');
  const open = async (headers: Readonly<Record<string, string>>) =>
    counted(await http.open({ method: 'GET', url, headers, timeoutMs }));
  let failure: unknown = null;
  try {
    await download(path, target, host, { open });
  } catch (error) {
    failure = error;
  }
  const names = await readdir(join(path, '..'));
  const got = names.includes('agent.msi') ? await readFile(path) : null;
  return { ranges, failure: asClientError(failure)?.code ?? failure, names, got, waits: host.waits, path };
}

describe('a download', () => {
  it('comes to an end where the server cuts it each time and lets it never go on', async () => {
    let asked = 0;
    const never: Answer = (request, response) => {
      asked += 1;
      if (asked > 50) whole(request, response);
      else if (request.headers.range === undefined) cutAfter(1000)(request, response);
      else status(416)(request, response);
    };
    const { failure, ranges } = await fetchFrom([never]);
    expect(failure).toBe('download.failed');
    expect(ranges.length).toBeLessThan(15);
  });

  it('brings the file, and leaves nothing beside it', async () => {
    const { got, names, failure } = await fetchFrom([whole]);
    expect({ failure, names }).toEqual({ failure: null, names: ['agent.msi'] });
    expect(got?.equals(content)).toBe(true);
  });

  it('goes on where the connection was cut', async () => {
    const { got, ranges, waits } = await fetchFrom([cutAfter(180_000), cutAfter(60_000), whole]);
    expect(got?.equals(content)).toBe(true);
    expect(ranges).toEqual([undefined, 'bytes=180000-', 'bytes=240000-']);
    expect(waits).toEqual([1_000, 1_000]);
  });

  it('goes on after the client itself was gone', async () => {
    const folder = await temporaryFolder();
    const first = await fetchFrom([cutAfter(100_000), status(404)], { folder });
    expect(first.failure).toBe('download.failed');
    expect(first.names.sort()).toEqual(['agent.msi.part', 'agent.msi.part.etag']);
    const second = await fetchFrom([whole], { folder });
    expect(second.ranges).toEqual(['bytes=100000-']);
    expect(second.got?.equals(content)).toBe(true);
  });

  it('begins anew where the server holds another file by now', async () => {
    const folder = await temporaryFolder();
    await fetchFrom([cutAfter(100_000), status(404)], { folder });
    await writeFile(join(folder, 'agent.msi.part.etag'), '"another"');
    const { got, failure } = await fetchFrom([whole], { folder });
    expect(failure).toBeNull();
    expect(got?.equals(content)).toBe(true);
  });

  it('begins anew once where what lay there was corrupt', async () => {
    const folder = await temporaryFolder();
    await fetchFrom([cutAfter(100_000), status(404)], { folder });
    await writeFile(join(folder, 'agent.msi.part'), randomBytes(100_000));
    const { got, ranges } = await fetchFrom([whole], { folder });
    expect(ranges).toEqual(['bytes=100000-', undefined]);
    expect(got?.equals(content)).toBe(true);
  });

  it('comes through random cuts, always with the right bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 120_000 }), { maxLength: 5 }), async (cuts) => {
        const { got } = await fetchFrom([...cuts.map(cutAfter), whole]);
        expect(got?.equals(content)).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it.each([
    ['a corrupt file', [(_request, response) => void response.end(randomBytes(content.length))]],
    ['a longer file', [(_request, response) => void response.end(Buffer.concat([content, Buffer.from('x')]))]],
  ] as [string, Answer[]][])('refuses %s, and keeps nothing of it', async (_name, answers) => {
    const { failure, names } = await fetchFrom(answers);
    expect({ failure, names }).toEqual({ failure: 'verification.failed', names: [] });
  });

  it('waits and tries again while the server has troubles, as long as it asks to', async () => {
    const { got, waits } = await fetchFrom([status(500), status(429, { 'retry-after': '7' }), status(503), whole]);
    expect(got?.equals(content)).toBe(true);
    expect(waits).toEqual([1_000, 7_000, 4_000]);
  });

  it('gives up after six attempts that brought nothing', async () => {
    const { failure, ranges } = await fetchFrom([status(500)]);
    expect({ failure, attempts: ranges.length }).toEqual({ failure: 'download.failed', attempts: 6 });
  });

  it.each([
    ['a redirect', status(302, { location: 'http://127.0.0.1:1/' })],
    ['404', status(404)],
    ['403', status(403)],
  ])('gives up at once on %s', async (_name, answer) => {
    const { failure, ranges } = await fetchFrom([answer]);
    expect({ failure, attempts: ranges.length }).toEqual({ failure: 'download.failed', attempts: 1 });
  });

  it('does not wait for ever for a server that stalls', async () => {
    const stall: Answer = (_request, response) => {
      response.writeHead(200, { etag: `"${sha256}"` }).write(content.subarray(0, 10));
    };
    const { got, ranges } = await fetchFrom([stall, whole], { timeoutMs: 500 });
    expect(got?.equals(content)).toBe(true);
    expect(ranges).toEqual([undefined, 'bytes=10-']);
  });
});
