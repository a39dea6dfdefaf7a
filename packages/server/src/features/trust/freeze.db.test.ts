// A thief of every key that signs by the hour renews the same catalogue for ever; what they cannot renew ends it.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { approvedInstaller, contosoInstallers, testServer, type TestServer } from '@usher/testkit';
import { CatalogueClient } from './test-support/catalogue-client.ts';
import { operatorOf } from './test-support/operator.ts';

const { '3.22.1': installer } = contosoInstallers();

let server: TestServer;
beforeEach(async () => {
  server = await testServer();
});
afterEach(() => server.close());

test('a frozen catalogue installs nothing once its targets have expired, to workstations old and new', async () => {
  const { product } = await approvedInstaller(server.owner, installer.path);
  const path = `installers/${product.id}/3.22.1/x64-1033.msi`;
  const operator = operatorOf(server);
  const passphrase = 'carried on a paper\n';
  for (const role of ['root', 'targets']) {
    await operator.does(`key export ${role} --to ${role}.key --passphrase-stdin`, passphrase);
  }
  const old = new CatalogueClient(server);
  const now = () => new Date(server.clock.now());
  for (let day = 0; day < 89; day += 1) {
    server.clock.advance({ days: 1 });
    await server.system.jobs.runNow('trust.renew');
  }
  expect((await old.refresh()).versions.targets).toBe(2);
  expect((await old.refresh()).installer(path, now()).sha256).toBe(installer.sha256);

  server.clock.advance({ days: 1 });
  await server.system.jobs.runNow('trust.renew');
  for (const client of [old, new CatalogueClient(server)]) {
    await expect(client.refresh()).rejects.toMatchObject({
      code: 'metadata.expired',
      message: expect.stringContaining('targets') as string,
    });
  }
});
