// A server whose clock ran ten days ahead for a while: nothing is believed from it after that, it says so, and what it says to do helps.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { MadeInstaller } from '@usher/testkit';
import { Administrator } from '../support/administrator.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { setStage } from '../support/stage.ts';
import { LinuxWorkstation, shellApplication } from './linux-workstation.ts';

// A dozen processes, one after another.
vi.setConfig({ testTimeout: 180_000 });

const tenDays = 10 * 24 * 60 * 60 * 1000;

const things = new AsyncDisposableStack();
let server: ServerProcess;
let admin: Administrator;
let machine: LinuxWorkstation;
let newer: MadeInstaller;

beforeAll(async () => {
  const stage = await setStage(things, LinuxWorkstation.create());
  ({ machine, server, admin } = stage);
  const old = await stage.vendor.make('contoso-agent-3.22.1.msi', shellApplication('3.22.1'));
  newer = await stage.vendor.make('contoso-agent-3.22.2.msi', shellApplication('3.22.2'));
  const { product } = await admin.uploadApproved(old.path);
  await machine.activate(await admin.installationKey({ autoAuthorize: true }));
  await admin.startUpdate({ product: product.id, version: '3.22.1', requirement: 'mandatory' });
  expect(await machine.client(['update', '--yes'])).toMatchObject({ exitCode: 0 });
});
afterAll(() => things.disposeAsync());

const readiness = async () => {
  const answer = await fetch(`${server.url}/readyz`);
  return { status: answer.status, said: await answer.text() };
};
const installed = () => machine.readText(machine.pathOf(newer.upgradeCode, 'Contoso Agent', 'version.txt'));

test('it is not ready once it is right again, until the director has a new key; then its decisions are followed', async () => {
  await server.stop();
  await server.start(tenDays);
  expect(await readiness()).toMatchObject({ status: 200 });
  expect(await machine.client(['check'])).toMatchObject({ exitCode: 0 });
  await server.stop();

  await server.start();
  const { status, said } = await readiness();
  expect(status).toBe(503);
  expect(said).toContain('usher key rotate director --at-once');
  admin = await Administrator.signIn(server);
  const { attention } = await admin.wire.call<{ attention: { kind: string }[] }>('GET', '/overview');
  expect(attention.map(({ kind }) => kind)).toContain('server-clock');
  const { product } = await admin.uploadApproved(newer.path);
  await admin.startUpdate({ product: product.id, version: '3.22.2', requirement: 'mandatory' });
  await machine.client(['update', '--yes']);
  expect(await installed()).toBe('3.22.1');
  const doctor = await machine.client(['doctor']);
  expect(doctor.stdout).toContain('NOT OK  server: The policy was issued before one that this workstation has had.');
  expect(doctor.stdout).toMatch(/^ok {6}clock: within/m);
  expect(doctor.stdout).toMatch(/^ok {6}trust root and metadata: /m);

  await server.command(['key', 'rotate', 'director', '--at-once']);
  expect(await readiness()).toMatchObject({ status: 200 });
  expect(await machine.client(['update', '--yes'])).toMatchObject({ exitCode: 0 });
  expect(await installed()).toBe('3.22.2');
  expect((await machine.client(['doctor'])).stdout).toMatch(/^ok {6}server: answers/m);
});
