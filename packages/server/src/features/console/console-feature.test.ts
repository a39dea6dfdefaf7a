// The console as a browser gets it: the page under every address, its files forever, and a policy that holds.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import fastify from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemRandom } from '../../ids.ts';
import { ProblemError } from '../../problem-error.ts';
import { consoleFeature } from './console-feature.ts';

let outside: string;
let folder: string;
const script = 'console.log("usher");'.repeat(50);

beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), 'usher-console-'));
  folder = join(outside, 'dist');
  mkdirSync(folder);
  writeFileSync(join(outside, 'secret.svg'), 'secret');
});

afterEach(() => rmSync(outside, { recursive: true }));

async function served() {
  const app = fastify();
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof ProblemError)) throw error;
    return reply.code(error.kind.status).send({ code: error.code });
  });
  await consoleFeature({ random: systemRandom, folder }).pages?.(app);
  return app;
}

function build(): void {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<meta property="csp-nonce" nonce="__USHER_NONCE__"><div id="root"></div>');
  writeFileSync(join(folder, 'assets', 'index-abc.js'), script);
  writeFileSync(join(folder, 'icon.svg'), '<svg/>');
}

it('answers every address of the console with the page, and a nonce that is new each time', async () => {
  build();
  const app = await served();
  const nonces = new Set<string>();
  for (const url of ['/', '/installers', '/updates/up_1?tab=workstations']) {
    const answer = await app.inject(url);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toContain('text/html');
    const nonce = /nonce="([^"]+)"/.exec(answer.body)?.[1] ?? '';
    expect(answer.headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(answer.headers['content-security-policy']).not.toContain('unsafe');
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(3);
});

it('gives hashed files for good and compressed, and others with a question each time', async () => {
  build();
  const app = await served();
  const plain = await app.inject('/assets/index-abc.js');
  expect(plain.body).toBe(script);
  expect(plain.headers['cache-control']).toContain('immutable');
  const small = await app.inject({ url: '/assets/index-abc.js', headers: { 'accept-encoding': 'gzip, br' } });
  expect(small.headers['content-encoding']).toBe('br');
  expect(brotliDecompressSync(small.rawPayload).toString()).toBe(script);
  const icon = await app.inject('/icon.svg');
  expect(icon.headers['cache-control']).toBe('no-cache');
  const again = await app.inject({ url: '/icon.svg', headers: { 'if-none-match': String(icon.headers.etag) } });
  expect(again.statusCode).toBe(304);
});

it('gives what the build has compressed already as it is, and under no name of its own', async () => {
  build();
  writeFileSync(join(folder, 'assets', 'index-abc.js.br'), brotliCompressSync('compressed by the build'));
  const app = await served();
  const small = await app.inject({ url: '/assets/index-abc.js', headers: { 'accept-encoding': 'br' } });
  expect(brotliDecompressSync(small.rawPayload).toString()).toBe('compressed by the build');
  expect((await app.inject('/assets/index-abc.js')).body).toBe(script);
  expect((await app.inject('/assets/index-abc.js.br')).statusCode).toBe(404);
});

it.each(['/favicon.ico', '/robots.txt', '/.git/config.old', '/installers/setup.php'])(
  'has no page for %s',
  async (url) => {
    build();
    const answer = await (await served()).inject(url);
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).not.toContain('text/html');
  },
);

it('finds files by their exact name only', async () => {
  build();
  const app = await served();
  for (const url of ['/../secret.svg', '/assets/../../secret.svg', '/%2e%2e/secret.svg', '/..%2fsecret.svg']) {
    expect((await app.inject(url)).body).not.toContain('secret');
  }
  expect((await app.inject('/assets/none.js')).statusCode).toBe(404);
  expect((await app.inject('/api/v1/none')).statusCode).toBe(404);
});

it('says what to do while there is no console', async () => {
  const app = await served();
  const answer = await app.inject('/');
  expect(answer.statusCode).toBe(503);
  expect(answer.json()).toEqual({ code: 'server.not-ready' });
});
