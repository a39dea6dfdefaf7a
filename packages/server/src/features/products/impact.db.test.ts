// The numbers that are named before a version is prohibited, against what then happens.
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { versionSortKey, type AssignmentState } from '@usher/core';
import type { Impact, Installer } from '@usher/protocol';
import { approvedInstaller, contosoInstallers, testServer, type TestServer } from '@usher/testkit';
import {
  addMachines,
  addProduct,
  approveNew,
  check,
  draft,
  running as runningUpdate,
  withLastingOwner,
  type Machine,
} from '../updates/test-support/scene.ts';
import { activate, makeKey, newMachine } from '../workstations/test-support/machine.ts';
import { prohibitionsInForce } from './read-model.ts';

const { '3.22.1': older, '3.23.0': newer } = contosoInstallers();

interface EventList {
  readonly items: readonly { readonly type: string; readonly data: object; readonly object: object }[];
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
    expect(await impact()).toEqual({
      installedOn: 3,
      blocked: 3,
      withoutReplacement: 3,
      refused: 3,
      stranded: 3,
      updates: [],
    });
    await update('up_1', '3.23', 'running', { [first]: 'waiting', [second]: 'installed' });
    await update('up_2', '3.22.1', 'draft', { [third]: 'waiting' });
    expect(await impact()).toEqual({
      installedOn: 3,
      blocked: 3,
      withoutReplacement: 1,
      refused: 3,
      stranded: 1,
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
    expect(await impact()).toMatchObject({ installedOn: 4, blocked: 4, refused: 2 });
    expect(await impact(twin)).toMatchObject({ installedOn: 4, blocked: 4, refused: 2 });
    const { items } = await server.owner.get<{ items: Installer[] }>('/installers?sort=architecture');
    expect(items.map(({ architecture, installedOn }) => [architecture, installedOn])).toEqual([
      ['x64', 2],
      ['x86', 2],
    ]);
  });

  test('counts a machine that no installer fits among those that run the version, not among those refused', async () => {
    await approvedInstaller(server.owner, newer.path);
    const fitting = await running('3.22.1');
    await running('3.22.1', { osArch: 'x86' });
    await update('up_1', '3.23', 'running', { [fitting]: 'waiting' });
    const told = { installedOn: 2, blocked: 2, withoutReplacement: 1 };
    expect(await impact()).toMatchObject({ ...told, refused: 1, stranded: 0 });
    expect((await server.owner.get<Installer>(`/installers/${installer.id}`)).installedOn).toBe(2);
    const byNumber = await post({ version: '3.22.1', reason: 'old' }, '?dryRun=true');
    expect(byNumber.body).toMatchObject({ ...told, refused: 2, stranded: 1 });
  });

  test('of a prohibition is told without making it', async () => {
    await running('3.19.9');
    await running('3.20.0');
    await running('3.22.1');
    const told = await post({ below: '3.20', reason: 'old' }, '?dryRun=true');
    const one = { installedOn: 1, blocked: 1, withoutReplacement: 1, refused: 1, stranded: 1, updates: [] };
    expect([told.status, told.body]).toEqual([200, one]);
    expect((await post({ below: '3.20.0.1', reason: 'old' }, '?dryRun=true')).body).toMatchObject({ blocked: 2 });
    expect((await post({ version: '3.22.1', reason: 'old' }, '?dryRun=true')).body).toMatchObject({ blocked: 1 });
    expect((await post({ version: '9', reason: 'old' }, '?dryRun=true')).body).toMatchObject({ blocked: 0 });
    expect(await prohibitionsInForce(server.system.database.read, installer.product.id)).toEqual([]);
    expect(await eventsOf('prohibition')).toEqual([]);
  });
});

describe('the way out', () => {
  beforeAll(async () => {
    server = await withLastingOwner(await testServer());
  });
  afterAll(() => server.close());

  const versions = ['3.21.0', '3.22.1', '3.23.0', '3.24.0'] as const;

  /** A product with an approved installer of each version, x64 but for 3.24.0. */
  async function scene() {
    const product = await addProduct(server);
    const installers = new Map<string, string>();
    for (const version of versions) {
      const { id } = await approveNew(server, product, version, {
        architecture: version === '3.24.0' ? 'arm64' : 'x64',
      });
      installers.set(version, id);
    }
    return { product, idOf: (version: string) => installers.get(version)! };
  }

  /** How many machines are left without a version to go to. */
  async function stranded(machines: readonly Machine[], version: string, productId: string): Promise<number> {
    let count = 0;
    for (const machine of machines) {
      const { verdict } = await check(server, machine, version, { product: productId });
      expect(verdict.reason).toBe('version-prohibited');
      if (verdict.action === 'block') count += 1;
    }
    return count;
  }

  test('is an older update that stands again once the target of the newest is disapproved', async () => {
    const { product, idOf } = await scene();
    const [machine] = await addMachines(server, 1);
    const to = (version: string) => ({ product: product.id, version, requirement: 'mandatory' });
    await runningUpdate(server, to('3.22.1'), [machine!]);
    await check(server, machine!, '3.22.1', { product: product.id });
    server.clock.advance({ minutes: 1 });
    await runningUpdate(server, to('3.23.0'), [machine!]);
    await check(server, machine!, '3.23.0', { product: product.id });
    const told = await server.owner.get<Impact>(`/installers/${idOf('3.23.0')}/impact`);
    expect(told).toMatchObject({ installedOn: 1, blocked: 1, withoutReplacement: 0 });
    await server.owner.post(`/installers/${idOf('3.23.0')}/disapprove`, { reason: 'broken' });
    const { verdict } = await check(server, machine!, '3.23.0', { product: product.id });
    expect(verdict).toMatchObject({ action: 'require', code: 2028, target: '3.22.1' });
  });

  const anyUpdate = fc.record({
    version: fc.constantFrom(...versions),
    state: fc.constantFrom('draft', 'scheduled', 'running', 'paused', 'cancelled'),
    states: fc.array(
      fc.constantFrom<(AssignmentState | null)[]>(
        'waiting',
        'downloading',
        'installed',
        'superseded',
        'not-applicable',
        null,
      ),
      { minLength: 10, maxLength: 10 },
    ),
  });

  test.each(['disapproval', 'prohibition'] as const)('is named as it will be, before a %s', async (kind) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyUpdate, { minLength: 1, maxLength: 4 }), async (updates) => {
        const { product, idOf } = await scene();
        const machines = [...(await addMachines(server, 7)), ...(await addMachines(server, 3, { arch: 'arm64' }))];
        for (const machine of machines) await check(server, machine, '3.23.0', { product: product.id });
        for (const { version, state, states } of updates) {
          const there = machines.filter((_, index) => states[index] !== null);
          const startsAt = state === 'scheduled' ? { startsAt: '2027-01-01T00:00:00Z' } : {};
          const update = await draft(
            server,
            { product: product.id, version, requirement: 'optional', ...startsAt },
            there,
          );
          if (state !== 'draft') await server.owner.post(`/updates/${update.id}/start`);
          if (state === 'paused') await server.owner.post(`/updates/${update.id}/pause`);
          if (state === 'cancelled') await server.owner.post(`/updates/${update.id}/cancel`);
          else {
            await server.system.database.transaction(async ({ db }) => {
              for (const [index, machine] of machines.entries()) {
                const assignment = states[index] ?? null;
                if (assignment === null) continue;
                await db
                  .updateTable('assignments')
                  .set({ state: assignment })
                  .where('updateId', '=', update.id)
                  .where('workstationId', '=', machine.id)
                  .execute();
              }
            });
          }
        }
        const prohibitions = `/products/${product.id}/prohibitions`;
        const below = { below: '3.23.0.1', reason: 'broken' };
        const told =
          kind === 'disapproval'
            ? await server.owner.get<Impact>(`/installers/${idOf('3.23.0')}/impact`)
            : await server.owner.post<Impact>(`${prohibitions}?dryRun=true`, below);
        if (kind === 'disapproval') {
          await server.owner.post(`/installers/${idOf('3.23.0')}/disapprove`, { reason: 'broken' });
        } else await server.owner.post(prohibitions, below, 201);
        expect(told).toMatchObject({ installedOn: 10, blocked: 10, refused: 10, stranded: told.withoutReplacement });
        expect(told.withoutReplacement).toBe(await stranded(machines, '3.23.0', product.id));
      }),
      { numRuns: 3 },
    );
  });
});
