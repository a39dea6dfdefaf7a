// Signing in, staying signed in, and being kept out.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ownerEmail, sessionCookie, testPassword, testServer, type TestServer } from '@usher/testkit';
import { systemRandom } from '../../ids.ts';
import { makePasswords } from './password.ts';
import { makeSessionsService } from './sessions-service.ts';

let server: TestServer;

beforeEach(async () => {
  server = await testServer();
});

afterEach(() => server.close());

const credentials = { email: ownerEmail, password: testPassword };

describe('signing in', () => {
  test('answers the account and a cookie that scripts and other sites do not get', async () => {
    const answer = await server.anonymous.request('POST', '/api/v1/session', {
      ...credentials,
      email: ' OWNER@usher.example ',
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ email: ownerEmail, role: 'owner', status: 'active' });
    expect(answer.text).not.toMatch(/hash|argon2/i);
    expect(answer.headers['set-cookie']).toMatch(/^usher_session=[\w-]{43}; .*HttpOnly.*SameSite=Strict/);
    expect(answer.headers['set-cookie']).not.toContain('Secure');
  });

  test('behind a proxy that ends TLS the cookie is for HTTPS alone', async () => {
    const proxied = await testServer({ environment: { USHER_TRUSTED_PROXY: '127.0.0.1' } });
    const headers = { 'x-forwarded-proto': 'https' };
    const answer = await proxied.anonymous.request('POST', '/api/v1/session', credentials, headers);
    expect(answer.headers['set-cookie']).toContain('Secure');
    await proxied.close();
  });

  test('is refused in the same words for a wrong password, an unknown and a disabled account', async () => {
    await server.signIn('viewer');
    const { items } = await server.owner.get<{ items: { id: string; role: string }[] }>('/accounts?role=viewer');
    await server.owner.patch(`/accounts/${items[0]?.id ?? ''}`, { status: 'disabled' });
    const refusals = await Promise.all(
      [
        { ...credentials, password: 'wrong password here' },
        { ...credentials, email: 'nobody@usher.example' },
        { email: 'viewer1@usher.example', password: testPassword },
      ].map((body) => server.anonymous.refused('POST', '/session', body, 'session.refused')),
    );
    expect(new Set(refusals.map(({ detail, status }) => `${status} ${detail}`)).size).toBe(1);
  });

  test('keeps of the session a hash only', async () => {
    const answer = await server.anonymous.request('POST', '/api/v1/session', credentials);
    const secret = sessionCookie(answer).split('=')[1] ?? '';
    const rows = await server.system.database.read.selectFrom('sessions').selectAll().execute();
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  test('is recorded, the refusals too, without what was typed', async () => {
    await server.anonymous.refused('POST', '/session', { email: 'typed-secret', password: 'x' }, 'session.refused');
    const { items } = await server.owner.get<{ items: { type: string }[] }>('/events?type=session');
    expect(items.map(({ type }) => type)).toEqual(['session.refused', 'session.started']);
    expect(JSON.stringify(items)).not.toContain('typed-secret');
  });

  test('counts wrong passwords for the whole network of an IPv6 address', async () => {
    const tryFrom = (host: number) =>
      server.system.app.inject({
        method: 'POST',
        url: '/api/v1/session',
        remoteAddress: `2001:db8:1:2::${host}`,
        payload: { ...credentials, password: 'wrong password here' },
      });
    for (let host = 1; host <= 10; host += 1) expect((await tryFrom(host)).statusCode).toBe(401);
    expect((await tryFrom(11)).statusCode).toBe(429);
  });

  test('is no longer tried after ten wrong passwords, also with the right one, until a quarter of an hour later', async () => {
    const wrong = { ...credentials, password: 'wrong password here' };
    for (let tries = 0; tries < 10; tries += 1)
      await server.anonymous.refused('POST', '/session', wrong, 'session.refused');
    const problem = await server.anonymous.refused('POST', '/session', credentials, 'request.too-many');
    expect(problem.detail).toContain('900 seconds');
    const answer = await server.anonymous.request('POST', '/api/v1/session', credentials);
    expect(answer.headers['retry-after']).toBe('900');
    server.clock.advance({ minutes: 15 });
    await server.anonymous.signIn(ownerEmail, testPassword);
  });

  test('lets no more wrong passwords through when many come at once', async () => {
    const wrong = { ...credentials, password: 'wrong password here' };
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => server.anonymous.request('POST', '/api/v1/session', wrong)),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
  });

  test('counts no try against an address or an account whose password was right', async () => {
    for (let times = 0; times < 60; times += 1) await server.anonymous.signIn(ownerEmail, testPassword);
  });

  test('begins no session with a password that was changed while it was being checked', async () => {
    const { system } = server;
    const real = makePasswords(systemRandom, { memory: 64, passes: 1, parallelism: 1 });
    const { id } = await server.owner.get<{ id: string }>('/session');
    const sessions = makeSessionsService({
      ...system,
      passwords: {
        ...real,
        verify: async (password, hash) => {
          const isRight = await real.verify(password, hash);
          await server.owner.patch(`/accounts/${id}`, { password: 'another long password' });
          return isRight;
        },
      },
    });
    await expect(sessions.signIn(credentials, '127.0.0.1')).rejects.toMatchObject({ code: 'session.refused' });
    expect(await system.database.read.selectFrom('sessions').select('hash').execute()).toEqual([]);
  });
});

describe('a session', () => {
  test('shows its account, and ends by signing out', async () => {
    expect(await server.owner.get('/session')).toMatchObject({ email: ownerEmail });
    await server.owner.delete('/session');
    await server.owner.refused('GET', '/session', undefined, 'session.required');
  });

  test('ends two hours after its last use', async () => {
    for (let uses = 0; uses < 3; uses += 1) {
      server.clock.advance({ minutes: 119 });
      await server.owner.get('/session');
    }
    server.clock.advance({ hours: 2 });
    await server.owner.refused('GET', '/session', undefined, 'session.required');
  });

  test('ends twelve hours after its beginning, however much it is used', async () => {
    for (let hours = 0; hours < 11; hours += 1) {
      server.clock.advance({ hours: 1 });
      await server.owner.get('/session');
    }
    server.clock.advance({ hours: 1 });
    await server.owner.refused('GET', '/session', undefined, 'session.required');
  });

  test('that has ended is swept away', async () => {
    server.clock.advance({ hours: 13 });
    await server.system.jobs.runNow('sessions.sweep');
    expect(await server.system.database.read.selectFrom('sessions').selectAll().execute()).toEqual([]);
  });

  test('of nobody is refused', async () => {
    await server.anonymous.refused('GET', '/session', undefined, 'session.required');
    await server.anonymous
      .with({ cookie: 'usher_session=AAAA' })
      .refused('GET', '/session', undefined, 'session.required');
  });
});

describe('another site', () => {
  test.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site', origin: 'http://localhost:80' }],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
  ])('cannot change anything with somebody’s cookie (%j)', async (headers) => {
    const browser = server.owner.with(headers);
    const body = { email: 'new@usher.example', role: 'owner', password: testPassword };
    await browser.refused('POST', '/accounts', body, 'request.cross-site');
    await browser.refused('POST', '/session', credentials, 'request.cross-site');
    expect(await server.owner.get('/accounts')).toMatchObject({ total: 1 });
  });

  test.each([[{ 'sec-fetch-site': 'same-origin' }], [{ origin: 'http://localhost:80' }], [{}]])(
    'is not what the own page and a program are (%j)',
    async (headers) => {
      const browser = server.owner.with({ host: 'localhost:80', ...headers });
      await browser.post('/accounts', { email: 'new@usher.example', role: 'viewer', password: testPassword }, 201);
    },
  );
});

describe('one’s own profile', () => {
  test('can be changed, and only what belongs to it', async () => {
    const changed = await server.owner.patch('/session', { name: 'Olga', theme: 'dark', language: 'pt-BR' });
    expect(changed).toMatchObject({ name: 'Olga', theme: 'dark', language: 'pt-BR', role: 'owner' });
    const problem = await server.owner.refused('PATCH', '/session', { role: 'viewer' }, 'request.invalid');
    expect(problem.errors?.[0]?.path).toBe('role');
  });

  test('a new password needs the present one, and ends the other sessions', async () => {
    const other = await server.anonymous.signIn(ownerEmail, testPassword);
    const next = 'another long password';
    await server.owner.refused('POST', '/session/password', { current: 'not it', next }, 'account.wrong-password');
    await server.owner.post('/session/password', { current: testPassword, next });
    await other.refused('GET', '/session', undefined, 'session.required');
    await server.owner.get('/session');
    await server.anonymous.refused('POST', '/session', credentials, 'session.refused');
    await server.anonymous.signIn(ownerEmail, next);
  });
});
