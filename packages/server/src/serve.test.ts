// The orderly end of a server that listens: what is under way finishes, nothing else holds it up.
import { once } from 'node:events';
import { connect } from 'node:net';
import fastify from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { serve, urlHost } from './serve.ts';

const config = { host: '127.0.0.1', port: 0, tls: null };

async function start() {
  const begun = Promise.withResolvers<undefined>();
  const finish = Promise.withResolvers<undefined>();
  const app = fastify({ forceCloseConnections: 'idle' });
  app.get('/slow', async () => {
    begun.resolve(undefined);
    await finish.promise;
    return 'finished';
  });
  app.get('/fast', () => 'done');
  const listener = await serve(app, config);
  return { ...listener, begun: begun.promise, finish: () => finish.resolve(undefined) };
}

// The ten seconds after which everything is cut off never pass here: what ends has ended without them.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

test('a request under way is answered, a new one is not taken, and the end waits for the first alone', async () => {
  const { url, begun, finish, stop } = await start();
  const slow = fetch(`${url}/slow`);
  await begun;
  const stopped = stop();
  await expect(fetch(`${url}/fast`)).rejects.toThrow();
  finish();
  expect(await (await slow).text()).toBe('finished');
  await stopped;
});

test('connections that are kept alive, or were never used, do not hold up the end', async () => {
  const { url, stop } = await start();
  await (await fetch(`${url}/fast`)).text();
  const unused = connect(Number(new URL(url).port), '127.0.0.1');
  await once(unused, 'connect');
  await stop();
  unused.destroy();
});

test('stopping twice is stopping once', async () => {
  const { stop } = await start();
  await Promise.all([stop(), stop()]);
});

test.each([
  ['0.0.0.0', 'localhost'],
  ['::', 'localhost'],
  ['::1', '[::1]'],
  ['[::1]', '[::1]'],
  ['127.0.0.1', '127.0.0.1'],
])('the host %s stands in an address as %s', (host, shown) => {
  expect(urlHost(host)).toBe(shown);
});
