// A server whose database was put back from an older copy, past `usher restore`: the real client's next check finds it out.
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Administrator } from '../support/administrator.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { setStage } from '../support/stage.ts';
import { LinuxWorkstation, shellApplication } from './linux-workstation.ts';

const things = new AsyncDisposableStack();
let server: ServerProcess;
let admin: Administrator;
let machine: LinuxWorkstation;

beforeAll(async () => {
  const stage = await setStage(things, LinuxWorkstation.create());
  ({ machine, server, admin } = stage);
  const made = await stage.vendor.make('contoso-agent-3.22.1.msi', shellApplication('3.22.1'));
  const { product } = await admin.uploadApproved(made.path);
  await machine.activate(await admin.installationKey({ autoAuthorize: true }));
  await admin.startUpdate({ product: product.id, version: '3.22.1', requirement: 'mandatory' });
  expect(await machine.client(['update', '--yes'])).toMatchObject({ exitCode: 0 });
});
afterAll(() => things.disposeAsync());

const readiness = async () => (await fetch(`${server.url}/readyz`)).status;

test('what an older copy of the database has lost is told by a workstation, until somebody says why', async () => {
  const data = join(server.folder, 'data');
  const copy = join(server.folder, 'copy');
  await server.stop();
  await cp(data, copy, { recursive: true });
  await server.start();
  admin = await Administrator.signIn(server);
  await admin.wire.call('POST', '/groups', { name: 'Forgotten soon', filter: {} });
  expect(await machine.client(['check'])).toMatchObject({ exitCode: 0 });

  await server.stop();
  await rm(data, { recursive: true });
  await cp(copy, data, { recursive: true });
  await server.start();
  expect(await readiness()).toBe(200);
  expect(await machine.client(['check'])).toMatchObject({ exitCode: 0 });
  expect(await readiness()).toBe(503);
  await server.stop();
  await server.start();
  expect(await readiness()).toBe(503);

  admin = await Administrator.signIn(server);
  const alarm = (await admin.events()).find(({ type }) => type === 'trust.log-contradicted');
  expect(alarm).toMatchObject({ object: { kind: 'workstation' }, data: { proved: true } });
  expect(await server.command(['events', 'verify'])).toMatch(/^The log is whole/);
  expect(await server.command(['events', 'alarms'])).toContain(`${String(alarm?.seq)}  `);
  const why = 'A copy of the data was put in place.';
  await server.command(['events', 'acknowledge', String(alarm?.seq), '--reason', why]);
  expect(await readiness()).toBe(200);
  expect(await machine.client(['check'])).toMatchObject({ exitCode: 0 });
  expect(await readiness()).toBe(200);
});
