// Prohibitions by number, and the numbers that are named before one is made.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Impact, Installer } from '@usher/protocol';
import { approvedInstaller, contosoInstallers, testServer, type TestServer } from '@usher/testkit';
import { versionSortKey } from '@usher/core';
import { activate, makeKey, newMachine } from '../workstations/test-support/machine.ts';
import { prohibitionsInForce } from './read-model.ts';

const { '3.22.1': older, '3.23.0': newer } = contosoInstallers();

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
    [{}, ''],
    [{ version: '3.19' }, ''],
    [{ version: '3.19', reason: ' ' }, ''],
    [{ version: '3.x', reason: 'r' }, ''],
    [{ version: '3.19', below: '3.20', reason: 'r' }, ''],
    [{ below: 'all', reason: 'r' }, ''],
    [{ version: '3.19', reason: 'r' }, '?dryRun=perhaps'],
  ])('changes nothing: %j%s', async (body, query) => {
    const answer = await post(body, query);
    expect([answer.status, answer.body]).toMatchObject([422, { code: 'request.invalid' }]);
    expect(await eventsOf('prohibition')).toEqual([]);
  });
});

describe('the impact', () => {
  beforeEach(start);
  afterEach(stop);

  /** A workstation that runs a version. */
  async function running(
    version: string,
    more: { productCode?: string; osArch?: string; retired?: boolean } = {},
  ): Promise<string> {
    const { key } = await makeKey(server.owner, { autoAuthorize: true });
    const { workstationId } = await activate(server.anonymous, newMachine(), key);
    await server.system.database.transaction(async ({ db }) => {
      const row = {
        installedVersion: version,
        versionKey: versionSortKey(version),
        productCode: more.productCode ?? null,
      };
      await db
        .insertInto('workstationProducts')
        .values({ workstationId, productId: installer.product.id, ...row })
        .onConflict((conflict) => conflict.columns(['workstationId', 'productId']).doUpdateSet(row))
        .execute();
      await db
        .updateTable('workstations')
        .set({ osArch: more.osArch ?? 'x64' })
        .where('id', '=', workstationId)
        .execute();
    });
    if (more.retired === true) await server.owner.request('DELETE', `/api/v1/workstations/${workstationId}`);
    return workstationId;
  }

  /** A running update to a version, with these workstations. */
  async function update(
    id: string,
    version: string,
    state: string,
    workstations: Readonly<Record<string, string>>,
  ): Promise<void> {
    await server.system.database.transaction(async ({ db }) => {
      await db
        .insertInto('updates')
        .values({
          id,
          number: Number(id.replace(/\D/g, '')),
          name: `To ${version}`,
          productId: installer.product.id,
          targetVersion: version,
          targetVersionKey: versionSortKey(version),
          requirement: 'mandatory',
          onFailure: 'hold',
          state,
          createdBy: '{"kind":"system","name":"Usher"}',
          createdAt: '2026-11-20T09:00:00.000Z',
          startedAt: '2026-11-20T09:00:00.000Z',
        })
        .execute();
      for (const [workstationId, assignment] of Object.entries(workstations)) {
        await db
          .insertInto('assignments')
          .values({
            updateId: id,
            workstationId,
            state: assignment,
            attempt: 0,
            seq: 0,
            failures: 0,
            restartNeeded: 0,
            addedAt: '2026-11-20T09:00:00.000Z',
            updatedAt: '2026-11-20T09:00:00.000Z',
          })
          .execute();
      }
    });
  }

  const impact = (of = installer.id) => server.owner.get<Impact>(`/installers/${of}/impact`);

  test('of a disapproval counts whoever runs the version, and who of them has nowhere to go', async () => {
    await approvedInstaller(server.owner, newer.path);
    const [first, second, third] = [await running('3.22.1'), await running('3.22.1.0'), await running('3.22.1')];
    await running('3.23.0');
    await running('3.22.1', { retired: true });
    expect(await impact()).toEqual({ installedOn: 3, blocked: 3, withoutReplacement: 3, updates: [] });
    await update('up_1', '3.23', 'running', { [first]: 'waiting', [second]: 'installed' });
    await update('up_2', '3.22.1', 'draft', { [third]: 'waiting' });
    expect(await impact()).toEqual({
      installedOn: 3,
      blocked: 3,
      withoutReplacement: 2,
      updates: [{ id: 'up_2', name: 'To 3.22.1', state: 'draft' }],
    });
    const shown = await server.owner.get<Installer>(`/installers/${installer.id}`);
    expect(shown.installedOn).toBe(3);
    const { items } = await server.owner.get<{ items: Installer[] }>('/installers?sort=version');
    expect(items.map(({ version, installedOn }) => [version, installedOn])).toEqual([
      ['3.22.1', 3],
      ['3.23.0', 1],
    ]);
  });

  test.each([
    ['is paused', async () => update('up_9', '3.23.0', 'paused', {})],
    ['was cancelled', async () => update('up_9', '3.23.0', 'cancelled', {})],
    [
      'leads to a prohibited version',
      async () => {
        await update('up_9', '3.23.0', 'running', {});
        await post({ version: '3.23.0', reason: 'r' });
      },
    ],
    ['leads to a version that is not approved', async () => update('up_9', '3.25.0', 'running', {})],
  ])('does not count an update as a way out that %s', async (_what, make) => {
    await approvedInstaller(server.owner, newer.path);
    const workstation = await running('3.22.1');
    await make();
    await server.system.database.transaction(async ({ db }) => {
      const at = '2026-11-20T09:00:00.000Z';
      const counters = { attempt: 0, seq: 0, failures: 0, restartNeeded: 0 };
      await db
        .insertInto('assignments')
        .values({
          updateId: 'up_9',
          workstationId: workstation,
          state: 'waiting',
          ...counters,
          addedAt: at,
          updatedAt: at,
        })
        .execute();
    });
    expect(await impact()).toMatchObject({ blocked: 1, withoutReplacement: 1 });
  });

  test('of one architecture leaves those alone that have the other', async () => {
    const twin = 'in_twin';
    await server.system.database.transaction(async ({ db }) => {
      const row = await db
        .selectFrom('installers')
        .selectAll()
        .where('id', '=', installer.id)
        .executeTakeFirstOrThrow();
      const other = {
        id: twin,
        architecture: 'x86',
        productCode: '{00000000-0000-0000-0000-000000000086}',
        sha256: '8'.repeat(64),
        targetPath: 'x86',
      };
      await db
        .insertInto('installers')
        .values({ ...row, ...other })
        .execute();
    });
    await running('3.22.1', { productCode: installer.productCode });
    await running('3.22.1', { productCode: '{00000000-0000-0000-0000-000000000086}' });
    await running('3.22.1', { osArch: 'x86' });
    await running('3.22.1', { osArch: 'arm64' });
    expect(await impact()).toMatchObject({ installedOn: 4, blocked: 2 });
    expect(await impact(twin)).toMatchObject({ installedOn: 4, blocked: 2 });
    const { items } = await server.owner.get<{ items: Installer[] }>('/installers?sort=architecture');
    expect(items.map(({ architecture, installedOn }) => [architecture, installedOn])).toEqual([
      ['x64', 2],
      ['x86', 2],
    ]);
  });

  test('of a prohibition is told without making it', async () => {
    await running('3.19.9');
    await running('3.20.0');
    await running('3.22.1');
    const told = await post({ below: '3.20', reason: 'old' }, '?dryRun=true');
    expect([told.status, told.body]).toEqual([200, { installedOn: 1, blocked: 1, withoutReplacement: 1, updates: [] }]);
    expect((await post({ below: '3.20.0.1', reason: 'old' }, '?dryRun=true')).body).toMatchObject({ blocked: 2 });
    expect((await post({ version: '3.22.1', reason: 'old' }, '?dryRun=true')).body).toMatchObject({ blocked: 1 });
    expect((await post({ version: '9', reason: 'old' }, '?dryRun=true')).body).toMatchObject({ blocked: 0 });
    expect(await prohibitionsInForce(server.system.database.read, installer.product.id)).toEqual([]);
    expect(await eventsOf('prohibition')).toEqual([]);
  });
});
