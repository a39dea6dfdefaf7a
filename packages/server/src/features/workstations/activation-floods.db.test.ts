// Activations without end: of one machine they are slowed down, and whole sites that are set up at once are not.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testServer, type TestServer } from '@usher/testkit';
import { activate, activationOf, makeKey, newMachine, proofOf, type CreatedKey } from './test-support/machine.ts';

let server: TestServer;
let key: CreatedKey;

beforeEach(async () => {
  server = await testServer();
  key = await makeKey(server.owner, { autoAuthorize: true });
});

afterEach(() => server.close());

const total = async () => (await server.owner.get<{ total: number }>('/workstations')).total;

test('one machine id makes no flood of newcomers, and other machines are let in', async () => {
  const clone = newMachine('CLONE', 'same');
  const copies = () => ({ ...newMachine('CLONE'), machineId: 'same' });
  for (let count = 0; count < 100; count += 1) await activate(server.anonymous, copies(), key.key);
  const refused = await server.anonymous.request('POST', '/api/v1/workstation/activate', activationOf(clone, key.key));
  expect([refused.status, refused.headers['retry-after'], refused.body]).toMatchObject([
    429,
    '30',
    { code: 'request.too-many' },
  ]);
  expect(await total()).toBe(100);
  await activate(server.anonymous, newMachine(), key.key);
  server.clock.advance({ seconds: 30 });
  await activate(server.anonymous, clone, key.key);
});

test('the same workstation is not made anew without end either, and no refusal uses up a key', async () => {
  const limited = await makeKey(server.owner, { autoAuthorize: true, maxUses: 2 });
  const machine = newMachine();
  const { workstationId } = await activate(server.anonymous, machine, limited.key);
  const again = () =>
    server.anonymous.request(
      'POST',
      '/api/v1/workstation/activate',
      activationOf(machine, limited.key, {
        proof: proofOf(machine, workstationId, new Date(server.clock.now()).toISOString()),
      }),
    );
  for (let count = 1; count < 100; count += 1) expect((await again()).status).toBe(201);
  expect((await again()).status).toBe(429);
  await activate(server.anonymous, newMachine(), limited.key);
});

test('whoever has no key does not use up the activations of a machine', async () => {
  const machine = newMachine();
  for (let count = 0; count < 99; count += 1) {
    await server.anonymous.refused(
      'POST',
      '/workstation/activate',
      activationOf(machine, 'no key'),
      'workstation.key-invalid',
    );
  }
  await activate(server.anonymous, machine, key.key);
});

test('wrong keys count for the whole network of an IPv6 address', async () => {
  const wrong = (host: number) =>
    server.system.app.inject({
      method: 'POST',
      url: '/api/v1/workstation/activate',
      remoteAddress: `2001:db8:1:2::${host.toString(16)}`,
      payload: activationOf(newMachine(), 'no key'),
    });
  for (let host = 1; host <= 100; host += 1) expect((await wrong(host)).statusCode).toBe(403);
  expect((await wrong(101)).statusCode).toBe(429);
});
