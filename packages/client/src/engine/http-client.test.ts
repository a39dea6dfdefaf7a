// Tests of HTTP: what the client refuses to do, whatever it is told.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asClientError } from '../client-error.ts';
import { checkedAddress, HttpClient } from './http-client.ts';
import { networkOf } from './network.ts';

async function ask(listener: RequestListener, change: { timeoutMs?: number; maxBytes?: number } = {}) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const http = new HttpClient(networkOf('linux', {}));
  onTestFinished(() => {
    http.close();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  try {
    return (await http.request({ method: 'GET', url, timeoutMs: 2_000, maxBytes: 100, ...change })).body.toString();
  } catch (error) {
    return asClientError(error)?.code ?? error;
  }
}

describe('the HTTP client', () => {
  it('gives the answer', async () => {
    expect(await ask((_request, response) => void response.end('hello'))).toBe('hello');
  });

  it('does not read more than it may', async () => {
    expect(await ask((_request, response) => void response.end('x'.repeat(101)))).toBe('server.too-large');
  });

  it('does not follow a redirect', async () => {
    const redirect: RequestListener = (_request, response) => {
      response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
    };
    expect(await ask(redirect)).toBe('server.redirected');
  });

  it.each([
    ['before the answer', () => undefined],
    ['in the middle of it', (_request, response) => void response.write('half')],
  ] as [string, RequestListener][])('does not wait longer than it may, %s', async (_name, listener) => {
    expect(await ask(listener, { timeoutMs: 60 })).toBe('server.timed-out');
  });

  it('says that a server cannot be reached', async () => {
    const http = new HttpClient(networkOf('linux', {}));
    const request = http.request({ method: 'GET', url: 'http://127.0.0.1:1/', timeoutMs: 1_000, maxBytes: 10 });
    await expect(request).rejects.toMatchObject({ code: 'server.unreachable' });
  });

  it('speaks plain HTTP to loopback alone', () => {
    for (const fine of ['http://127.0.0.1/', 'http://localhost/', 'http://[::1]:8080/', 'https://usher.example/']) {
      expect(checkedAddress(fine).href).toBe(fine);
    }
    for (const not of ['http://usher.example/', 'http://127.0.0.1.example/', 'http://10.0.0.1/', 'ftp://localhost/']) {
      expect(() => checkedAddress(not)).toThrow(/plain HTTP/);
    }
  });
});
