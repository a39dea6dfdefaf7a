// Updates whose target no workstation can have any more.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '@usher/testkit';
import type { EventItem } from '@usher/protocol';
import {
  addInstaller,
  addMachines,
  addProduct,
  approveNew,
  assignmentNow,
  check,
  eventsOf,
  running,
  updateNow,
  withLastingOwner,
} from './test-support/scene.ts';

let server: TestServer;
let product: Awaited<ReturnType<typeof addProduct>>;

beforeEach(async () => {
  server = await withLastingOwner(await testServer());
  product = await addProduct(server);
  await approveNew(server, product, '3.23.0');
});

afterEach(() => server.close());

const mandatory = { version: '3.23.0', requirement: 'mandatory' };

describe('a target that cannot be had any more', () => {
  test('suspends the update, says why, and a new approval ends that', async () => {
    const [machine] = await addMachines(server, 1);
    const { id } = await running(server, mandatory, [machine!]);
    expect((await check(server, machine!, '3.22.0')).verdict.action).toBe('require');
    const { items } = await server.owner.get<{ items: { id: string }[] }>('/installers');
    const installer = items[0]!.id;
    await server.owner.post(`/installers/${installer}/disapprove`, { reason: 'breaks' });
    expect(await updateNow(server, id)).toMatchObject({
      state: 'running',
      suspended: 'No installer of version 3.23.0 is approved.',
    });
    expect((await check(server, machine!, '3.22.0')).verdict.reason).toBe('no-update');
    const approval = { acknowledged: true, reason: 'was right after all' };
    await server.owner.post(`/installers/${installer}/approve`, approval);
    expect((await updateNow(server, id)).suspended).toBeNull();
    expect((await check(server, machine!, '3.22.0')).verdict.reason).toBe('mandatory-update');
  });

  test('is also one that was prohibited by its number: nobody should have it, whoever asks first', async () => {
    const [machine, later] = await addMachines(server, 2);
    const { id } = await running(server, mandatory, [machine!]);
    const desired = async (of: { readonly id: string }) => {
      const shown = await server.owner.get<{ products: { desiredVersion: string | null }[] }>(`/workstations/${of.id}`);
      return shown.products.map(({ desiredVersion }) => desiredVersion);
    };
    expect(await desired(machine!)).toEqual(['3.23.0']);
    const path = `/products/${product.id}/prohibitions`;
    const made = await server.owner.post<{ id: string }>(path, { version: '3.23.0', reason: 'It leaks.' }, 201);
    expect((await updateNow(server, id)).suspended).toBe('Version 3.23.0 is prohibited.');
    await server.owner.post(`/updates/${id}/workstations`, { ids: [later!.id] });
    expect(await Promise.all([desired(machine!), desired(later!)])).toEqual([[null], []]);
    expect((await check(server, machine!, '3.22.0')).verdict.target).toBeNull();
    await server.owner.delete(`${path}/${made.id}`, { reason: 'It does not.' });
    expect((await updateNow(server, id)).suspended).toBeNull();
    expect(await Promise.all([desired(machine!), desired(later!)])).toEqual([['3.23.0'], ['3.23.0']]);
  });

  test('is also one that the published catalogue does not hold', async () => {
    const [machine] = await addMachines(server, 1);
    const { id } = await running(server, mandatory, [machine!]);
    await server.system.database.transaction(({ db }) => db.updateTable('installers').set({ published: 0 }).execute());
    expect((await updateNow(server, id)).suspended).toBe('Version 3.23.0 is not in the published catalogue.');
    expect((await check(server, machine!, '3.22.0')).verdict.reason).toBe('no-update');
    expect((await assignmentNow(server, id, machine!)).state).toBe('waiting');
  });

  test('for one architecture alone makes those not applicable until a fitting one is approved', async () => {
    const [x64] = await addMachines(server, 1);
    const [x86] = await addMachines(server, 1, { arch: 'ia32' });
    const { id } = await running(server, mandatory, [x64!, x86!]);
    expect(await assignmentNow(server, id, x86!)).toMatchObject({
      state: 'not-applicable',
      why: 'No approved installer of version 3.23.0 runs on ia32.',
    });
    await check(server, x64!, '3.23.0');
    expect((await updateNow(server, id)).state).toBe('completed');
    const small = await addInstaller(server, product, '3.23.0', { architecture: 'x86' });
    await server.owner.post(`/installers/${small.id}/approve`, { acknowledged: true });
    expect(await updateNow(server, id)).toMatchObject({ state: 'running', counts: { waiting: 1, installed: 1 } });
    const { policy } = await check(server, x86!, '3.22.0');
    expect(policy.assignment?.target.installerId).toBe(small.id);
    const events: EventItem[] = await eventsOf(server, 'update');
    expect(events.map(({ type }) => type).slice(-2)).toEqual(['update.completed', 'update.reopened']);
  });
});
