// Products: found by id or UpgradeCode, changed by owners, each change on record.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Installer, Product } from '@usher/protocol';
import { approvedInstaller, contosoInstallers, testServer, uploadInstaller, type TestServer } from '@usher/testkit';
import { enforcementOf, findProduct, resolveProduct } from './read-model.ts';

const { '3.22.1': older } = contosoInstallers();

interface EventList {
  readonly items: readonly { readonly type: string; readonly data: object }[];
}

let server: TestServer;
let installer: Installer;
let path: string;

const start = async (): Promise<void> => {
  server = await testServer();
  installer = await uploadInstaller(server.owner, older.path);
  path = `/products/${installer.product.id}`;
};
const stop = () => server.close();

const eventsOf = async (type: string) => (await server.owner.get<EventList>(`/events?type=${type}`)).items;
const patch = (body: object) => server.owner.request('PATCH', `/api/v1${path}`, body);

/** A second product, as its first upload would make it. */
async function addProduct(): Promise<void> {
  await server.system.database.transaction(async ({ db }) => {
    const row = await db.selectFrom('products').selectAll().executeTakeFirstOrThrow();
    const upgradeCode = '{00000000-0000-0000-0000-00000000ABCD}';
    await db
      .insertInto('products')
      .values({ ...row, id: 'pr_2', name: 'Zebra', upgradeCode })
      .execute();
  });
}

describe('a product', () => {
  beforeEach(start);
  afterEach(stop);

  test('is found by its id and by its UpgradeCode in any case, with braces or without', async () => {
    const product = await server.owner.get<Product>(path);
    const code = product.upgradeCode;
    for (const reference of [code, code.toLowerCase(), code.slice(1, -1), code.slice(1, -1).toLowerCase()]) {
      expect(await server.owner.get<Product>(`/products/${encodeURIComponent(reference)}`)).toEqual(product);
    }
    for (const reference of ['pr_none', '{}', product.name]) {
      const answer = await server.owner.request('GET', `/api/v1/products/${encodeURIComponent(reference)}`);
      expect([answer.status, answer.body]).toMatchObject([404, { code: 'product.not-found' }]);
    }
  });

  test('need not be named where it is the only one', async () => {
    const { read } = server.system.database;
    expect((await resolveProduct(read, undefined)).id).toBe(installer.product.id);
    await addProduct();
    await expect(resolveProduct(read, undefined)).rejects.toMatchObject({ code: 'product.ambiguous' });
    expect((await resolveProduct(read, '{00000000-0000-0000-0000-00000000abcd}')).id).toBe('pr_2');
    const empty = await testServer();
    try {
      await expect(resolveProduct(empty.system.database.read, undefined)).rejects.toMatchObject({
        code: 'product.not-found',
      });
    } finally {
      await empty.close();
    }
  });

  test('stands in a list that is searched and ordered', async () => {
    await addProduct();
    const names = async (query: string) =>
      (await server.owner.get<{ items: Product[] }>(`/products?${query}`)).items.map(({ name }) => name);
    expect(await names('')).toEqual(['Contoso Agent', 'Zebra']);
    expect(await names('sort=-name')).toEqual(['Zebra', 'Contoso Agent']);
    expect(await names('q=ZEB')).toEqual(['Zebra']);
    expect(await names('q=00abcd')).toEqual(['Zebra']);
    expect(await server.owner.get<object>('/products?page=2&pageSize=1')).toMatchObject({
      total: 2,
      page: 2,
      pageSize: 1,
    });
  });
});

describe('a change of a product', () => {
  beforeEach(start);
  afterEach(stop);

  test('changes what it names, and records what it was', async () => {
    const answer = await patch({
      name: 'Agent',
      unknownVersions: 'block',
      offline: { graceHours: 24, then: 'block' },
      signature: 'trusted',
      separationOfDuties: true,
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      name: 'Agent',
      enforcement: 'enforce',
      unknownVersions: 'block',
      offline: { graceHours: 24, then: 'block' },
      signature: 'trusted',
      separationOfDuties: true,
    });
    expect(await eventsOf('product.changed')).toMatchObject([
      {
        data: {
          from: {
            name: 'Contoso Agent',
            unknownVersions: 'allow',
            graceHours: 336,
            offlineThen: 'run',
            signature: 'signed',
            separationOfDuties: 0,
          },
          to: {
            name: 'Agent',
            unknownVersions: 'block',
            graceHours: 24,
            offlineThen: 'block',
            signature: 'trusted',
            separationOfDuties: 1,
          },
        },
      },
    ]);
    expect((await patch({ name: 'Agent' })).status).toBe(200);
    expect(await eventsOf('product.changed')).toHaveLength(1);
  });

  test('lets observation end by itself, and nothing but a person begins it again', async () => {
    const until = '2026-11-20T09:10:00.000Z';
    expect((await patch({ enforcement: 'observe', enforcementUntil: '2026-11-20T10:10:00+01:00' })).body).toMatchObject(
      {
        enforcement: 'observe',
        enforcementUntil: until,
      },
    );
    const row = await findProduct(server.system.database.read, installer.product.id);
    expect(enforcementOf(row!, '2026-11-20T09:09:59.999Z')).toBe('observe');
    expect(enforcementOf(row!, until)).toBe('enforce');
    server.clock.set(until);
    const over = { enforcement: 'enforce', enforcementUntil: null };
    expect(await server.owner.get<Product>(path)).toMatchObject(over);
    expect((await patch({ name: 'Agent' })).body).toMatchObject(over);
    expect((await patch({ enforcementUntil: null })).body).toMatchObject(over);
  });

  test('is found by how it is enforced now, also once an observation has ended by itself', async () => {
    const found = async (enforcement: string) =>
      (await server.owner.get<{ total: number }>(`/products?enforcement=${enforcement}`)).total;
    const [{ id } = { id: '' }] = (await server.owner.get<{ items: { id: string }[] }>('/products')).items;
    const all = (await found('enforce')) + (await found('observe'));
    const enforcementUntil = '2026-11-20T09:10:00.000Z';
    await server.owner.patch(`/products/${id}`, { enforcement: 'observe', enforcementUntil });
    expect(await found('observe')).toBe(1);
    expect(await found('enforce')).toBe(all - 1);
    server.clock.advance({ minutes: 10 });
    expect(await found('observe')).toBe(0);
    expect(await found('enforce')).toBe(all);
    // Who would wonder later why starts are refused finds it among the events, once.
    for (const _ of [1, 2]) await server.system.jobs.runNow('products.observations');
    const { items } = await server.owner.get<{ items: object[] }>(`/events?type=product.changed&object=${id}`);
    expect(items).toHaveLength(2);
    expect(items[0]).toMatchObject({
      actor: { kind: 'system' },
      data: {
        from: { enforcement: 'observe', enforcementUntil },
        to: { enforcement: 'enforce', enforcementUntil: null },
      },
    });
  });

  test('lets an observation have an end, or none, and enforcement never one', async () => {
    const until = '2026-11-20T18:00:00.000Z';
    expect((await patch({ enforcement: 'observe' })).body).toMatchObject({
      enforcement: 'observe',
      enforcementUntil: null,
    });
    expect((await patch({ enforcementUntil: until })).body).toMatchObject({
      enforcement: 'observe',
      enforcementUntil: until,
    });
    expect((await patch({ name: 'Agent' })).body).toMatchObject({ enforcement: 'observe', enforcementUntil: until });
    expect((await patch({ enforcementUntil: null })).body).toMatchObject({
      enforcement: 'observe',
      enforcementUntil: null,
    });
    await patch({ enforcementUntil: until });
    expect((await patch({ enforcement: 'enforce' })).body).toMatchObject({
      enforcement: 'enforce',
      enforcementUntil: null,
    });
    expect((await patch({ enforcement: 'observe' })).body).toMatchObject({
      enforcement: 'observe',
      enforcementUntil: null,
    });
  });

  test('is for owners', async () => {
    const approver = await server.signIn('approver');
    expect((await approver.request('PATCH', `/api/v1${path}`, { name: 'x' })).body).toMatchObject({
      code: 'permission.denied',
    });
    expect((await server.owner.request('PATCH', '/api/v1/products/pr_none', { name: 'x' })).status).toBe(404);
  });

  test('of its publishers replaces the list, keeps the keys, and records each', async () => {
    await server.owner.post(`/installers/${installer.id}/approve`, { acknowledged: true });
    const [pinned] = (await server.owner.get<Product>(path)).publishers;
    const other = { subject: 'CN=Other', issuer: 'CN=Issuing' };
    const { authorityKey: _, ...named } = pinned!;
    expect((await patch({ publishers: [named, other, other] })).body).toMatchObject({ publishers: [pinned, other] });
    const keyed = { ...other, authorityKey: 'a'.repeat(64) };
    expect((await patch({ publishers: [keyed] })).body).toMatchObject({ publishers: [keyed] });
    expect((await patch({ publishers: [] })).body).toMatchObject({ publishers: [] });
    const told = [...(await eventsOf('publisher'))].reverse().map(({ type, data }) => ({ type, ...data }));
    expect(told).toMatchObject([
      { type: 'publisher.added', publisher: pinned, because: 'first approval' },
      { type: 'publisher.added', publisher: other },
      { type: 'publisher.removed', publisher: pinned },
      { type: 'publisher.removed', publisher: other },
      { type: 'publisher.added', publisher: keyed },
      { type: 'publisher.removed', publisher: keyed },
    ]);
    await approvedInstaller(server.owner, contosoInstallers()['3.23.0'].path);
    expect((await server.owner.get<Product>(path)).publishers).toEqual([pinned]);
  });
});

describe('a change of a product that is wrong', () => {
  beforeAll(start);
  afterAll(stop);

  test.each([
    [{ enforcement: 'maybe' }, 'enforcement'],
    [{ enforcementUntil: '2026-11-21T00:00:00Z' }, 'enforcementUntil'],
    [{ enforcement: 'observe', enforcementUntil: '2026-11-20T09:00:00Z' }, 'enforcementUntil'],
    [{ enforcement: 'observe', enforcementUntil: 'tomorrow' }, 'enforcementUntil'],
    [{ offline: { graceHours: -1, then: 'run' } }, 'offline.graceHours'],
    [{ offline: { graceHours: 5 } }, 'offline.then'],
    [{ name: '' }, 'name'],
    [{ publishers: [{ subject: 'CN=X' }] }, 'publishers.0.issuer'],
    [{ publishers: [{ subject: 'CN=X', issuer: 'CN=Y', authorityKey: 'short' }] }, 'publishers.0.authorityKey'],
    [{ upgradeCode: older.upgradeCode }, 'upgradeCode'],
  ])('is refused whole: %j', async (body, at) => {
    const before = await server.owner.get<Product>(path);
    const answer = await patch({ unknownVersions: 'block', ...body });
    expect([answer.status, answer.body]).toMatchObject([422, { code: 'request.invalid' }]);
    expect((answer.body as { errors: { path: string }[] }).errors.map((error) => error.path)).toContain(at);
    expect(await server.owner.get<Product>(path)).toEqual(before);
    expect(await eventsOf('product.changed')).toEqual([]);
  });
});
