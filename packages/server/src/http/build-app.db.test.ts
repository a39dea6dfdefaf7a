// What holds for every route: who may call it, and how a refusal looks.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { problemKinds, roles, type Problem } from '@usher/protocol';
import { testServer, type TestServer } from '@usher/testkit';
import { ProblemError } from '../problem-error.ts';
import type { App } from './app.ts';
import { buildApp } from './build-app.ts';
import { noContent } from './no-content.ts';

let server: TestServer;
let app: App;

/** Routes of every kind, beside the real ones. */
beforeAll(async () => {
  server = await testServer();
  const { config, log, metrics, random, accounts } = server.system;
  app = await buildApp({
    config,
    log,
    metrics,
    random,
    publicOrigin: () => null,
    ready: () => Promise.reject(new Error('the disk with the secret name is full')),
    identification: {
      person: accounts.identifyPerson,
      workstation: (token) =>
        Promise.resolve(token === 'good' ? { kind: 'workstation', id: 'ws_1', name: 'pc', status: 'pending' } : null),
    },
    features: [
      {
        name: 'sample',
        routes: (scope) => {
          const body = z.strictObject({ name: z.string().min(2), list: z.array(z.object({ n: z.int() })).optional() });
          scope.post(
            '/sample',
            { config: { access: 'open' }, schema: { body, response: { 201: z.object({ name: z.string() }) } } },
            async (request, reply) => {
              const answer = { ...request.body, secret: 'hidden' };
              return reply.code(201).send(answer);
            },
          );
          scope.post(
            '/all-optional',
            {
              config: { access: 'open' },
              schema: { body: z.object({ reason: z.string().optional() }), response: { 204: noContent } },
            },
            async (_request, reply) => reply.code(204).send(null),
          );
          scope.get('/fails', { config: { access: 'open' } }, () => {
            throw new Error('the password is hunter2');
          });
          scope.get('/pending', { config: { access: 'open' } }, () => {
            throw new ProblemError('workstation.pending', undefined, { retryAfter: 60 });
          });
          scope.get(
            '/wrong-answer',
            { config: { access: 'open' }, schema: { response: { 200: z.object({ n: z.int() }) } } },
            () => {
              return { n: 'secret text' } as unknown as { n: number };
            },
          );
          scope.get('/for-workstations', { config: { access: 'workstation' } }, (request) => request.caller);
          scope.get('/for-owners', { config: { access: 'settings.manage' } }, (request) => request.caller?.kind);
        },
      },
    ],
  });
});

afterAll(async () => {
  await app.close();
  await server.close();
});

async function call(method: 'GET' | 'POST', url: string, payload?: string, headers: Record<string, string> = {}) {
  const type = payload === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await app.inject({
    method,
    url,
    headers: { ...type, ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
  const problem = String(answer.headers['content-type']).startsWith('application/problem+json');
  return {
    status: answer.statusCode,
    text: answer.body,
    headers: answer.headers,
    problem: problem ? answer.json<Problem>() : null,
  };
}

describe('a refusal', () => {
  test.each([
    ['a member of the wrong kind', '{"name":1}', 'name'],
    ['a member that is missing', '{}', 'name'],
    ['a member that does not belong', '{"name":"ab","nmae":"x"}', 'nmae'],
    ['something deep inside', '{"name":"ab","list":[{"n":1},{"n":"x"}]}', 'list.1.n'],
    ['no body at all', undefined, 'name'],
    ['an empty body', '', 'name'],
  ])('names %s by its path', async (_what, payload, path) => {
    const { status, problem } = await call('POST', '/api/v1/sample', payload);
    expect(status).toBe(422);
    expect(problem).toMatchObject({
      type: '/api/docs#request.invalid',
      title: problemKinds['request.invalid'].title,
      status: 422,
      code: 'request.invalid',
      errors: [{ path }],
    });
    expect(problem?.detail).toContain(path);
  });

  test.each([
    ['JSON that is not', '{"name":', {}, 400, 'request.malformed'],
    ['a prototype in disguise', '{"name":"ab","__proto__":{"x":1}}', {}, 400, 'request.malformed'],
    ['a body of another type', 'name=ab', { 'content-type': 'text/plain' }, 415, 'request.unsupported-media-type'],
    ['a body that is too large', JSON.stringify({ name: 'x'.repeat(1024 * 1024) }), {}, 413, 'request.too-large'],
  ])('of %s has its own code', async (_what, payload, headers, status, code) => {
    const answer = await call('POST', '/api/v1/sample', payload, headers);
    expect(answer.status).toBe(status);
    expect(answer.problem).toMatchObject({ code, status });
  });

  test.each([
    ['GET', '/nothing/here'],
    ['GET', '/api/v1/nothing'],
  ] as const)('of what is not there is a problem too (%s %s)', async (method, url) => {
    expect((await call(method, url)).problem).toMatchObject({ code: 'request.not-found', status: 404 });
  });

  test.each([
    ['DELETE', '/api/v1/sample?x=1', 'POST'],
    ['POST', '/healthz', 'GET, HEAD'],
  ] as const)('by a method that the address does not know (%s %s) says which it does', async (method, url, allowed) => {
    const answer = await app.inject({ method, url });
    expect(answer.json()).toMatchObject({ code: 'request.method-not-allowed', status: 405 });
    expect(answer.headers.allow).toBe(allowed);
  });

  test('of an address that is not one is a problem too', async () => {
    expect((await call('GET', '/api/v1/%zz')).problem).toMatchObject({ code: 'request.malformed', status: 400 });
  });

  test.each([
    ['a path', 'GET', '/accounts/%00', undefined, 'id'],
    ['a path to nothing', 'DELETE', '/products/x/prohibitions/a%00', { reason: 'r' }, 'pid'],
    ['a query', 'GET', '/events?object=%00', undefined, 'object'],
    ['a search', 'GET', '/events?q=a%00b', undefined, 'q'],
    ['a body', 'POST', '/session', { email: 'a\0', password: 'x' }, 'email'],
    ['half of a pair', 'POST', '/groups', { name: 'half \ud83d' }, 'name'],
    ['something deep inside', 'POST', '/workstations/bulk', { action: 'disable', filter: { q: '\0' } }, 'filter.q'],
    ['a list', 'PATCH', '/workstations/ws_1', { tags: ['a', '\udc00'] }, 'tags.1'],
    ['the name of a member', 'PATCH', '/installers/in_1', { properties: { 'A\0': 'x' } }, 'properties'],
  ] as const)('of what no database keeps names where it is: %s', async (_what, method, path, body, where) => {
    const problem = await server.owner.refused(method, path, body, 'request.invalid');
    expect(problem).toMatchObject({ status: 422, errors: [{ path: where }] });
  });

  test('of a body that goes as deep as it can is a refusal like others', async () => {
    const deep = '['.repeat(400_000) + ']'.repeat(400_000);
    const { status } = await server.owner.request('POST', '/api/v1/groups', deep, {
      'content-type': 'application/json',
    });
    expect(status).toBe(422);
  });

  test('carries the number that a workstation shows, and when to come again', async () => {
    const { headers, problem } = await call('GET', '/api/v1/pending');
    expect(problem).toMatchObject({ code: 'workstation.pending', status: 403, number: 1002 });
    expect(headers['retry-after']).toBe('60');
  });

  test.each(['/api/v1/fails', '/api/v1/wrong-answer', '/readyz'])('of %s tells nothing of the inside', async (url) => {
    const { status, text, problem } = await call('GET', url);
    expect(status).toBeGreaterThanOrEqual(500);
    expect(problem?.requestId).toMatch(/^[\w-]{12}$/);
    expect(text).not.toMatch(/hunter2|secret|\.ts|node_modules/);
  });
});

describe('an answer', () => {
  test('holds what its schema names, and nothing else', async () => {
    const { status, text } = await call('POST', '/api/v1/sample', '{"name":"ab"}');
    expect(status).toBe(201);
    expect(text).toBe('{"name":"ab"}');
  });

  test.each([undefined, '', '{}'])('comes without a body where all of it may be left out (%j)', async (payload) => {
    const { status, text } = await call('POST', '/api/v1/all-optional', payload);
    expect([status, text]).toEqual([204, '']);
  });

  test('forbids pages everything that is not the server’s own', async () => {
    const { headers } = await call('GET', '/api/docs');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';/);
    expect(headers['content-security-policy']).not.toMatch(/unsafe|http:|https:|\*/);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    expect(headers['strict-transport-security']).toBeUndefined();
  });
});

describe('access', () => {
  test('must be declared by every route', async () => {
    const { config, log, metrics, random, accounts } = server.system;
    const building = buildApp({
      config,
      log,
      metrics,
      random,
      publicOrigin: () => null,
      ready: () => Promise.resolve(),
      identification: { person: accounts.identifyPerson, workstation: () => Promise.resolve(null) },
      features: [{ name: 'careless', routes: (scope) => void scope.get('/open-by-mistake', () => 'x') }],
    });
    await expect(building).rejects.toThrow('GET /api/v1/open-by-mistake does not say who may call it');
  });

  test('of a workstation needs its token', async () => {
    for (const authorization of ['', 'Bearer bad', 'Basic good', 'Bearer']) {
      const { status, problem, headers } = await call('GET', '/api/v1/for-workstations', undefined, { authorization });
      expect(status).toBe(401);
      expect(problem).toMatchObject({ code: 'workstation.not-activated', number: 1005 });
      expect(headers['www-authenticate']).toBe('Bearer');
    }
    const answer = await call('GET', '/api/v1/for-workstations', undefined, { authorization: 'bearer good' });
    expect(JSON.parse(answer.text)).toMatchObject({ kind: 'workstation', id: 'ws_1' });
  });

  test.each(roles)('of people depends on the role (%s)', async (role) => {
    const { token } = await server.owner.post<{ token: string }>('/tokens', { name: role, role }, 201);
    const answer = await call('GET', '/api/v1/for-owners', undefined, { authorization: `Bearer ${token}` });
    if (role === 'owner') expect([answer.status, answer.text]).toEqual([200, 'token']);
    else expect(answer.problem).toMatchObject({ code: 'permission.denied', status: 403 });
  });

  test('of people is not a workstation’s', async () => {
    const { problem } = await call('GET', '/api/v1/for-owners', undefined, { authorization: 'Bearer good' });
    expect(problem).toMatchObject({ code: 'session.required', status: 401 });
  });
});

describe('operation', () => {
  test('says that it lives and that it can serve', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const { status, body } = await server.anonymous.request('GET', path);
      expect([status, body]).toEqual([200, { status: 'ok' }]);
    }
  });

  test('counts requests by route, never by address', async () => {
    await server.anonymous.request('GET', '/api/v1/accounts/ac_secret');
    const { text, headers } = await server.anonymous.request('GET', '/metrics');
    expect(headers['content-type']).toContain('text/plain');
    expect(text).toContain('usher_request_seconds_count{method="GET",route="/api/v1/accounts/:id",status="401"} 1');
    expect(text).not.toContain('ac_secret');
  });
});
