// Prohibitions by number: made, lifted, refused.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Installer } from '@usher/protocol';
import { approvedInstaller, contosoInstallers, testServer, type TestServer } from '@usher/testkit';
import { prohibitionsInForce } from './read-model.ts';

const { '3.22.1': older } = contosoInstallers();

interface EventList {
  readonly items: readonly { readonly type: string; readonly data: object; readonly object: object }[];
}

interface Prohibition {
  readonly id: string;
  readonly version: string | null;
}

let server: TestServer;
let installer: Installer;
let path: string;

const start = async (): Promise<void> => {
  server = await testServer();
  installer = await approvedInstaller(server.owner, older.path);
  path = `/products/${installer.product.id}/prohibitions`;
};
const stop = () => server.close();

const eventsOf = async (type: string) => (await server.owner.get<EventList>(`/events?type=${type}`)).items;
const post = (body: object, query = '') => server.owner.request('POST', `/api/v1${path}${query}`, body);
const lift = (id: string, body?: object) => server.owner.request('DELETE', `/api/v1${path}/${id}`, body);

describe('a prohibition by number', () => {
  beforeEach(start);
  afterEach(stop);

  test('is in force until it is lifted, and stays on record', async () => {
    const below = await post({ below: '3.020', reason: 'unsupported' });
    expect(below.status).toBe(201);
    expect(below.body).toMatchObject({
      productId: installer.product.id,
      version: null,
      below: '3.20',
      reason: 'unsupported',
      addedBy: { kind: 'account', name: 'owner@usher.example' },
      addedAt: '2026-11-20T09:00:00.000Z',
      liftedAt: null,
    });
    server.clock.advance({ minutes: 1 });
    const exact = (await post({ version: '3.19.2', reason: 'broken' })).body as Prohibition;
    const { read } = server.system.database;
    expect(await prohibitionsInForce(read, installer.product.id)).toEqual([
      { below: '3.20', reason: 'unsupported' },
      { version: '3.19.2', reason: 'broken' },
    ]);
    expect((await lift(exact.id, { reason: 'fixed on the server' })).status).toBe(204);
    expect(await prohibitionsInForce(read, installer.product.id)).toHaveLength(1);
    const list = async (query = '') => (await server.owner.get<{ items: Prohibition[] }>(`${path}${query}`)).items;
    expect((await list()).map(({ version }) => version)).toEqual([null]);
    expect(await list('?all=true&sort=addedAt')).toMatchObject([
      { below: '3.20', liftedBy: null },
      { version: '3.19.2', liftedReason: 'fixed on the server', liftedBy: { name: 'owner@usher.example' } },
    ]);
    expect(await eventsOf('prohibition')).toMatchObject([
      { type: 'prohibition.lifted', data: { version: '3.19.2', reason: 'fixed on the server', because: 'broken' } },
      { type: 'prohibition.added', object: { kind: 'prohibition', id: exact.id, name: 'Contoso Agent 3.19.2' } },
      { type: 'prohibition.added', data: { below: '3.20', reason: 'unsupported' } },
    ]);
  });

  test('is made once; again only after it was lifted', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => post({ version: '3.19', reason: 'r' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const same = await post({ version: '3.19.0.0', reason: 'r' });
    expect([same.status, same.body]).toMatchObject([409, { code: 'prohibition.duplicate' }]);
    expect((await post({ below: '3.19', reason: 'r' })).status).toBe(201);
    const made = answers.find(({ status }) => status === 201)!.body as Prohibition;
    const lifts = await Promise.all([lift(made.id, { reason: 'a' }), lift(made.id, { reason: 'b' })]);
    expect(lifts.map(({ status }) => status).sort()).toEqual([204, 404]);
    expect((await post({ version: '3.19', reason: 'r' })).status).toBe(201);
  });

  test('is lifted with a reason, by whom it is allowed to, and in its own product', async () => {
    const { id } = (await post({ version: '3.19', reason: 'r' })).body as Prohibition;
    for (const body of [undefined, {}, { reason: '' }]) {
      expect((await lift(id, body)).body).toMatchObject({ code: 'request.invalid', errors: [{ path: 'reason' }] });
    }
    expect((await lift(id, { reason: '' })).body).toMatchObject({ detail: 'reason: must not be empty' });
    expect((await lift(id, {})).body).toMatchObject({ detail: 'reason: is missing' });
    const operator = await server.signIn('operator');
    expect((await operator.request('DELETE', `/api/v1${path}/${id}`, { reason: 'r' })).status).toBe(403);
    expect((await operator.request('POST', `/api/v1${path}`, { version: '1', reason: 'r' })).status).toBe(403);
    expect((await lift('ph_none', { reason: 'r' })).body).toMatchObject({ code: 'prohibition.not-found' });
    const elsewhere = await server.owner.request('POST', '/api/v1/products/pr_none/prohibitions', {
      version: '1',
      reason: 'r',
    });
    expect([elsewhere.status, elsewhere.body]).toMatchObject([404, { code: 'product.not-found' }]);
    expect(await prohibitionsInForce(server.system.database.read, installer.product.id)).toHaveLength(1);
  });
});

describe('a prohibition that is wrong', () => {
  beforeAll(start);
  afterAll(stop);

  test.each([
    [{}, '', 'reason'],
    [{ version: '3.19' }, '', 'reason'],
    [{ version: '3.19', reason: ' ' }, '', 'reason'],
    [{ version: '3.x', reason: 'r' }, '', 'version'],
    [{ reason: 'r' }, '', 'version'],
    [{ version: '3.19', below: '3.20', reason: 'r' }, '', 'below'],
    [{ version: '3.19', because: 'r', reason: 'r' }, '', 'because'],
    [{ below: 'all', reason: 'r' }, '', 'below'],
    [{ below: '0', reason: 'r' }, '', 'below'],
    [{ below: '0.0.00', reason: 'r' }, '?dryRun=true', 'below'],
    [{ version: '3.19', reason: 'r' }, '?dryRun=perhaps', 'dryRun'],
  ])('changes nothing, and is told what is wrong: %j%s', async (body, query, path) => {
    const answer = await post(body, query);
    expect([answer.status, answer.body]).toMatchObject([422, { code: 'request.invalid', errors: [{ path }] }]);
    expect((answer.body as { detail: string }).detail).toMatch(new RegExp(`^${path}: `));
    expect(JSON.stringify(answer.body)).not.toContain('Invalid input"');
    expect(await eventsOf('prohibition')).toEqual([]);
  });
});
