// The first account: by the environment, or by the one-time link.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ownerEmail, testPassword, testServer, type TestServer } from '@usher/testkit';
import { systemRandom } from '../../ids.ts';
import { makePasswords, type Passwords } from './password.ts';
import { makeSetupService } from './setup-service.ts';

let server: TestServer;

beforeEach(async () => {
  server = await testServer({ empty: true });
});

afterEach(() => server.close());

const form = { 'content-type': 'application/x-www-form-urlencoded' };

async function offered(): Promise<{ path: string; token: string }> {
  const link = new URL((await server.system.setupLink()) ?? '');
  return { path: link.pathname + link.search, token: link.searchParams.get('token') ?? '' };
}

const body = (token: string) => ({ token, email: ownerEmail, password: testPassword });

describe('the one-time link', () => {
  test('shows the console where it was built, which asks for the account', async () => {
    await server.close();
    const folder = mkdtempSync(join(tmpdir(), 'usher-built-'));
    try {
      writeFileSync(join(folder, 'index.html'), '<title>The console</title>');
      server = await testServer({ empty: true, consoleFolder: folder });
      const { path, token } = await offered();
      const page = await server.anonymous.request('GET', path);
      expect([page.status, page.text]).toEqual([200, '<title>The console</title>']);
      expect(page.headers['content-security-policy']).toContain("script-src 'self'");
      expect((await server.anonymous.request('GET', '/setup?token=guess')).status).toBe(403);
      expect((await server.anonymous.request('POST', '/setup', body(token))).status).toBe(201);
      const spent = await server.anonymous.request('GET', path, undefined, { 'accept-language': 'pt-BR,pt;q=0.9' });
      expect(spent).toMatchObject({
        status: 403,
        headers: { vary: expect.stringContaining('accept-language') as string },
      });
      expect(spent.text).toContain('<html lang="pt-BR">');
      expect(spent.text.match(/Este link de configuração não é mais válido/g)).toHaveLength(2);
      expect(spent.text).toContain('<a class="button" href="/sign-in">Ir para a entrada</a>');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('shows a form that works without script where there is no console', async () => {
    const { path, token } = await offered();
    const page = await server.anonymous.request('GET', path);
    expect(page.status).toBe(200);
    expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    expect(page.text).toContain(`name="token" value="${token}"`);
    expect(page.text).not.toContain('<script');
  });

  test('makes an owner from the form, once', async () => {
    const { token, path } = await offered();
    const sent = new URLSearchParams({ ...body(token), name: '' }).toString();
    const done = await server.anonymous.request('POST', '/setup', sent, form);
    expect(done.status).toBe(201);
    expect(done.text).toContain(ownerEmail);
    const owner = await server.anonymous.signIn(ownerEmail, testPassword);
    expect(await owner.get('/session')).toMatchObject({ role: 'owner' });
    expect((await server.anonymous.request('POST', '/setup', sent, form)).status).toBe(403);
    expect((await server.anonymous.request('GET', path)).status).toBe(403);
    expect(await server.system.setupLink()).toBeNull();
  });

  test('makes an owner for a program', async () => {
    const { token } = await offered();
    const answer = await server.anonymous.request('POST', '/setup', body(token));
    expect([answer.status, answer.body]).toEqual([201, expect.objectContaining({ email: ownerEmail, role: 'owner' })]);
  });

  test('gives the form back with what was wrong, and stays good', async () => {
    const { token } = await offered();
    const sent = new URLSearchParams({ ...body(token), email: '"><b>', password: 'short' }).toString();
    const page = await server.anonymous.request('POST', '/setup', sent, form);
    expect(page.status).toBe(422);
    expect(page.text).toContain('at least 12 characters');
    expect(page.text).not.toContain('"><b>');
    const problem = await server.anonymous.request('POST', '/setup', { token });
    expect(problem.body).toMatchObject({ code: 'request.invalid', errors: [{ path: 'email' }, { path: 'password' }] });
    expect((problem.body as { detail: string }).detail).toMatch(/^email: .*; password: /);
    expect((await server.anonymous.request('POST', '/setup', body(token))).status).toBe(201);
  });

  test('is good for one of two who use it at once', async () => {
    const { token } = await offered();
    const answers = await Promise.all(
      ['a@usher.example', 'b@usher.example'].map((email) =>
        server.anonymous.request('POST', '/setup', { ...body(token), email }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 403]);
  });

  test('ends after a day', async () => {
    const { token, path } = await offered();
    server.clock.advance({ days: 1 });
    expect((await server.anonymous.request('GET', path)).status).toBe(403);
    const answer = await server.anonymous.request('POST', '/setup', body(token));
    expect(answer.body).toMatchObject({ code: 'setup.link-invalid' });
  });

  test('cannot be guessed, nor used from another site', async () => {
    const { token } = await offered();
    expect((await server.anonymous.request('GET', '/setup')).status).toBe(403);
    const crossSite = await server.anonymous.request('POST', '/setup', body(token), { 'sec-fetch-site': 'cross-site' });
    expect(crossSite.body).toMatchObject({ code: 'request.cross-site' });
    for (let tries = 0; tries < 20; tries += 1) await server.anonymous.request('POST', '/setup', body('guess'));
    const answer = await server.anonymous.request('POST', '/setup', body(token));
    expect(answer.body).toMatchObject({ code: 'request.too-many' });
  });

  test('costs a guess no slow hash of a password', async () => {
    await offered();
    const { system } = server;
    const real = makePasswords(systemRandom, { memory: 64, passes: 1, parallelism: 1 });
    let hashed = 0;
    const passwords: Passwords = {
      ...real,
      hash: (password) => {
        hashed += 1;
        return real.hash(password);
      },
    };
    const setup = makeSetupService({ ...system, passwords, accounts: system.accounts.accounts });
    await expect(setup.complete(body('guess'), '127.0.0.1')).rejects.toMatchObject({ code: 'setup.link-invalid' });
    expect(hashed).toBe(0);
  });

  test('is kept as a hash', async () => {
    const { token } = await offered();
    const rows = await server.system.database.read.selectFrom('setupLinks').selectAll().execute();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});

describe('the environment', () => {
  test('makes the first account where there is none, and changes nothing where there is one', async () => {
    const { accounts } = server.system;
    expect(await accounts.setup.ensureFirstAccount({ email: ownerEmail, password: testPassword })).toBe(true);
    expect(await accounts.setup.ensureFirstAccount({ email: 'b@usher.example', password: testPassword })).toBe(false);
    const owner = await server.anonymous.signIn(ownerEmail, testPassword);
    expect(await owner.get('/accounts')).toMatchObject({ total: 1 });
  });

  test('makes it once where two servers start at once', async () => {
    const { setup } = server.system.accounts;
    const first = { email: ownerEmail, password: testPassword };
    const made = await Promise.all([setup.ensureFirstAccount(first), setup.ensureFirstAccount(first)]);
    expect(made.sort()).toEqual([false, true]);
  });

  test('is refused a password that is too short', async () => {
    const first = { email: ownerEmail, password: 'short' };
    await expect(server.system.accounts.setup.ensureFirstAccount(first)).rejects.toThrow('at least 12 characters');
  });
});
