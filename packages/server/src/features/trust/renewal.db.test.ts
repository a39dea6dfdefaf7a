// Renewal: the catalogue stays good for as long as the server runs, and says in time where it can't.
import { describe, expect, test } from 'vitest';
import {
  approvedInstaller,
  contosoInstallers,
  ManualClock,
  startAgain,
  testServer,
  uploadInstaller,
} from '@usher/testkit';
import { CatalogueClient } from './test-support/catalogue-client.ts';
import { eventsOf } from './test-support/events.ts';

const { '3.22.1': older } = contosoInstallers();

describe('renewal', () => {
  test('keeps the catalogue good for as long as the server runs', async () => {
    const server = await testServer({ clock: new ManualClock('2026-01-01T00:00:00Z') });
    try {
      const installer = await approvedInstaller(server.owner, older.path);
      const path = `installers/${installer.product.id}/3.22.1/x64-1033.msi`;
      const client = new CatalogueClient(server);
      // For a year and a half: the root lasts one.
      for (let run = 0; run < 90; run += 1) {
        server.clock.advance({ days: 6 });
        expect(await server.system.jobs.runNow('trust.renew')).toBe(true);
        if (run % 10 === 0) {
          const view = await client.refresh();
          expect(view.installer(path, new Date(server.clock.now())).sha256).toBe(older.sha256);
        }
      }
      const { versions } = await client.refresh();
      expect(versions.root).toBeGreaterThanOrEqual(2);
      expect(versions.targets).toBeGreaterThan(8);
      expect(await eventsOf(server, 'trust.expiring')).toEqual([]);
      expect((await eventsOf(server, 'trust.published')).length).toBeLessThan(20);
      // Old versions do not pile up, roots apart.
      const files = await server.system.database.read.selectFrom('trustFiles').select('name').execute();
      expect(files.length).toBeLessThan(12);
      // A machine that comes back after all that time walks through the roots.
      expect((await new CatalogueClient(server).refresh()).versions).toEqual(versions);
    } finally {
      await server.close();
    }
  });

  test('that cannot sign here warns well before the end, now and then, and an approval waits unpublished', async () => {
    const made = await testServer();
    const uploaded = await uploadInstaller(made.owner, older.path);
    await made.system.database.transaction(async ({ db }) => {
      await db.updateTable('signingKeys').set({ privateKey: null }).where('role', '=', 'targets').execute();
    });
    const server = await startAgain(made);
    try {
      const approved = await server.owner.post<typeof uploaded>(`/installers/${uploaded.id}/approve`, {
        acknowledged: true,
      });
      expect([approved.decision, approved.published]).toEqual(['approved', false]);
      const client = new CatalogueClient(server);
      for (let day = 0; day < 85; day += 1) {
        server.clock.advance({ days: 1 });
        await server.system.jobs.runNow('trust.renew');
      }
      expect((await client.refresh()).versions).toMatchObject({ targets: 1, snapshot: expect.any(Number) as number });
      const items = await eventsOf(server, 'trust.expiring');
      expect(items.map(({ object }) => object.id)).toEqual(['targets', 'targets', 'targets']);
      expect(items[0]?.data).toEqual({ expiresAt: '2027-02-18T09:00:00.000Z' });
    } finally {
      await server.close();
    }
  });

  test('is done at the start of a server that was off for longer than its timestamp lasts', async () => {
    const made = await testServer();
    made.clock.advance({ days: 5 });
    const server = await startAgain(made);
    try {
      const view = await new CatalogueClient(server).refresh();
      expect(view.expiresAt.getTime()).toBeGreaterThan(server.clock.now());
      expect(view.versions.timestamp).toBe(2);
    } finally {
      await server.close();
    }
  });

  test('does not disturb what is published by two processes, and gives way to a lost lease', async () => {
    const server = await testServer();
    try {
      const { database, leases, jobs } = server.system;
      const other = await leases.take('job:trust.renew', 1000);
      expect(other).not.toBeNull();
      await database.transaction(async ({ db }) => {
        await db
          .updateTable('leases')
          .set({ holder: 'another process' })
          .where('name', '=', 'job:trust.renew')
          .execute();
      });
      expect(await jobs.runNow('trust.renew')).toBe(false);
      expect((await new CatalogueClient(server).refresh()).versions.timestamp).toBe(1);
    } finally {
      await server.close();
    }
  });
});
