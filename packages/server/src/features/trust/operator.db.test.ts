// The operator's commands beside a running server: keys exchanged, kept elsewhere, and catalogues signed there.
import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { TrustOverview } from '@usher/protocol';
import { generateSigningKey, verifyPass } from '@usher/trust';
import { contosoInstallers, testServer, uploadInstaller, type TestServer } from '@usher/testkit';
import { CatalogueClient } from './test-support/catalogue-client.ts';
import { operatorOf } from './test-support/operator.ts';

const { '3.22.1': older, '3.23.0': newer } = contosoInstallers();
const passphrase = 'carried on a paper\n';

let server: TestServer;
let operator: ReturnType<typeof operatorOf>;
let client: CatalogueClient;

async function start(): Promise<void> {
  server = await testServer();
  operator = operatorOf(server);
  client = new CatalogueClient(server);
  await client.refresh();
}

afterEach(() => server.close());

const trust = () => server.owner.get<TrustOverview>('/trust');
const codes = async () => (await trust()).warnings.map(({ code }) => code);
const inFolder = (name: string) => join(server.folder, name);
const sign = (key: string, from: string, to: string) =>
  operator.does(`publish sign --key ${key} --in ${from} --out ${to} --passphrase-stdin`, passphrase);

async function approve(path: string) {
  const { id } = await uploadInstaller(server.owner, path);
  return server.owner.post<{ id: string; published: boolean; product: { id: string } }>(`/installers/${id}/approve`, {
    acknowledged: true,
  });
}

async function isPublished(id: string): Promise<boolean> {
  return (await server.owner.get<{ published: boolean }>(`/installers/${id}`)).published;
}

function passOf(): Promise<string> {
  const scope = { workstationId: 'ws_1', productId: 'pr_1' };
  return server.system.trust.signPass({ ...scope, until: '2026-11-20T12:00:00.000Z', reason: 'demo' });
}

function isGood(code: string, keys: readonly string[]): boolean {
  const now = new Date(server.clock.now());
  try {
    verifyPass(code, { workstationId: 'ws_1', productId: 'pr_1', keys, now });
    return true;
  } catch {
    return false;
  }
}

describe('with the key of targets off the server', () => {
  test('an approval waits for the signature that is made elsewhere, and then reaches workstations', async () => {
    await start();
    expect(await codes()).toEqual(['keys-on-server']);
    expect(await operator.does('publish status')).toContain('Everything that was decided is published.');
    expect(await operator.fails('publish draft --to none')).toMatch(/publishes by itself/);
    await operator.does('key export root --to root.key --passphrase-stdin', passphrase);
    expect(await operator.does('key export targets --to targets.key --passphrase-stdin', passphrase)).toMatch(
      /no longer on this server\.\nOlder backups/,
    );
    expect(await codes()).toEqual([]);
    expect(await operator.fails('key export targets --to again.key')).toMatch(/No key of targets is on this server/);

    const approved = await approve(older.path);
    expect(approved.published).toBe(false);
    expect(await trust()).toMatchObject({
      waiting: { added: 1, removed: 0, prohibitions: false },
      warnings: [{ code: 'unsigned-changes' }],
    });
    const drafted = await operator.does('publish draft --to draft.json');
    expect(drafted).toContain(`sha256 ${older.sha256}  CN=Contoso Code Signing,O=Contoso Ltd.`);
    expect(await operator.fails('publish apply draft.json')).toMatch(/targets lacks 1/);
    expect(
      await operator.fails('publish sign --key root.key --in draft.json --out x.json --passphrase-stdin', passphrase),
    ).toMatch(/Nothing in this draft is signed by that key/);
    await sign('targets.key', 'draft.json', 'signed.json');
    expect(await isPublished(approved.id)).toBe(false);
    expect(await operator.does('publish apply signed.json')).toBe('Published: targets version 2.');

    expect(await isPublished(approved.id)).toBe(true);
    const view = await client.refresh();
    const path = `installers/${approved.product.id}/3.22.1/x64-1033.msi`;
    expect(view.installer(path, new Date(server.clock.now())).sha256).toBe(older.sha256);
    expect(await operator.fails('publish apply signed.json')).toMatch(/Newer targets have been published/);
    expect(await codes()).toEqual([]);
  });

  test('a draft that was overtaken puts nothing back, and what was approved since waits for the next', async () => {
    await start();
    const one = await approve(older.path);
    await operator.does('key export targets --to targets.key --passphrase-stdin', passphrase);
    await operator.does('publish draft --to draft.json');
    await sign('targets.key', 'draft.json', 'signed.json');
    const two = await approve(newer.path);
    expect(await operator.does('publish apply signed.json')).toMatch(/More was decided since/);
    expect([await isPublished(one.id), await isPublished(two.id)]).toEqual([true, false]);

    await operator.does('publish draft --to next.json');
    await sign('targets.key', 'next.json', 'next-signed.json');
    await server.owner.post(`/installers/${two.id}/disapprove`, { reason: 'leaks' });
    expect(await operator.fails('publish apply next-signed.json')).toMatch(/3\.23\.0.* is no longer approved/);
    await operator.does('publish draft --to third.json');
    await sign('targets.key', 'third.json', 'third-signed.json');
    const below = { below: '3.0', reason: 'too old' };
    await server.owner.post(`/products/${two.product.id}/prohibitions`, below, 201);
    expect(await operator.fails('publish apply third-signed.json')).toMatch(/prohibited since/);
    expect((await client.refresh()).versions.targets).toBe(3);
    expect(await operator.fails('publish apply targets.key')).toMatch(/This is no draft/);

    // The key comes back: what waits is published at once.
    expect(await operator.fails('key import targets.key --passphrase-stdin', 'wrong words\n')).toMatch(/does not open/);
    await operator.does('key import targets.key --passphrase-stdin', passphrase);
    expect(await operator.fails('key import targets.key --passphrase-stdin', passphrase)).toMatch(/already/);
    expect((await client.refresh()).prohibitedFor(two.product.id)).toHaveLength(2);
  });

  test('a changed draft is refused', async () => {
    await start();
    await approve(older.path);
    await operator.does('key export targets --to targets.key --passphrase-stdin', passphrase);
    await operator.does('publish draft --to draft.json');
    await sign('targets.key', 'draft.json', 'signed.json');
    const text = await readFile(inFolder('signed.json'), 'utf8');
    await writeFile(inFolder('changed.json'), text.replaceAll(older.sha256, newer.sha256));
    expect(await operator.fails('publish apply changed.json')).toMatch(/no longer approved|lacks 1/);
    await writeFile(inFolder('changed.json'), text.replace('\\"format\\":1', '\\"format\\":2'));
    expect(await operator.fails('publish apply changed.json')).toMatch(/is not the file that the catalogue names/);
    expect((await client.refresh()).versions.targets).toBe(2);
  });
});

test('the way to keys off the server that the guide for operators describes is one', async () => {
  await start();
  const approved = await approve(older.path);
  for (const role of ['root', 'targets']) {
    const made = await operator.does(`key make ${role} --to ${role}.key --passphrase-stdin`, passphrase);
    await writeFile(inFolder(`${role}.pub`), /^Public key: (\S{43})$/m.exec(made)?.[1] ?? '');
  }
  for (const role of ['targets', 'root']) {
    const publicKey = await readFile(inFolder(`${role}.pub`), 'utf8');
    expect(await operator.does(`key rotate ${role} --public ${publicKey}`)).toMatch(/waits for signatures/);
  }
  // Until it is signed, everything goes on with the keys that are here.
  await approve(newer.path);
  expect((await client.refresh()).versions).toMatchObject({ root: 1, targets: 3 });
  await operator.does('publish draft --to draft.json');
  expect(await operator.does('publish show --in draft.json')).toMatch(
    /^root version 2, .*lacks 1 .*^targets version 4, .*lacks 1 /ms,
  );
  await sign('root.key', 'draft.json', 'half.json');
  await sign('targets.key', 'half.json', 'signed.json');
  await operator.does('publish apply signed.json');
  const view = await client.refresh();
  expect(view.versions).toMatchObject({ root: 2, targets: 4 });
  const path = `installers/${approved.product.id}/3.22.1/x64-1033.msi`;
  expect(view.installer(path, new Date(server.clock.now())).sha256).toBe(older.sha256);
  expect(await codes()).toEqual([]);
  const rows = await server.system.database.read.selectFrom('signingKeys').selectAll().execute();
  const private_ = rows.filter(({ privateKey }) => privateKey !== null).map(({ role }) => role);
  expect(private_.sort()).toEqual(['director', 'snapshot', 'timestamp']);

  // The root is due: every ceremony renews what needs its keys.
  server.clock.advance({ days: 310 });
  await server.system.jobs.runNow('trust.renew');
  await operator.does('publish draft --to renewed.json');
  await sign('root.key', 'renewed.json', 'renewed-half.json');
  await sign('targets.key', 'renewed-half.json', 'renewed-signed.json');
  await operator.does('publish apply renewed-signed.json');
  const renewed = await client.refresh();
  expect(renewed.versions).toMatchObject({ root: 3, targets: 5 });
  expect(renewed.expiresAt.getTime()).toBeGreaterThan(server.clock.now());
});

describe('the director', () => {
  test('gets a new key that the running server signs with at once; the old one stays good for a month', async () => {
    await start();
    const before = await passOf();
    await operator.does('key rotate director');
    const after = await passOf();
    const { directorKeys } = await client.refresh();
    expect(directorKeys).toHaveLength(2);
    expect([isGood(before, directorKeys), isGood(after, directorKeys)]).toEqual([true, true]);
    expect(isGood(after, directorKeys.slice(0, 1))).toBe(false);
    const rows = await server.system.database.read
      .selectFrom('signingKeys')
      .select('privateKey')
      .where('role', '=', 'director')
      .orderBy('createdAt')
      .execute();
    expect(rows.filter(({ privateKey }) => privateKey !== null)).toHaveLength(1);

    server.clock.advance({ days: 31 });
    await server.system.jobs.runNow('trust.renew');
    expect((await client.refresh()).directorKeys).toEqual(directorKeys.slice(1));
  });

  test('has its old key named no longer where that must end at once', async () => {
    await start();
    const before = await passOf();
    await operator.does('key rotate director --at-once');
    const { directorKeys } = await client.refresh();
    expect([isGood(before, directorKeys), isGood(await passOf(), directorKeys)]).toEqual([false, true]);
  });

  test('signs with the old key until a catalogue names the new one', async () => {
    await start();
    await operator.does('key export targets --to targets.key --passphrase-stdin', passphrase);
    expect(await operator.does('key rotate director --at-once')).toMatch(
      /signs once a catalogue that names it is published/,
    );
    expect(isGood(await passOf(), (await client.refresh()).directorKeys)).toBe(true);
    expect(await codes()).toContain('director-waits');
    await operator.does('publish draft --to draft.json');
    const early = await passOf();
    await sign('targets.key', 'draft.json', 'signed.json');
    await operator.does('publish apply signed.json');
    const { directorKeys } = await client.refresh();
    expect(directorKeys).toHaveLength(1);
    expect([isGood(early, directorKeys), isGood(await passOf(), directorKeys)]).toEqual([false, true]);
  });
});

describe('the root', () => {
  test('follows an exchange of every key of the catalogue, and workstations follow the root', async () => {
    await start();
    const approved = await approve(older.path);
    for (const role of ['timestamp', 'snapshot', 'targets', 'root']) {
      expect(await operator.does(`key rotate ${role}`)).toMatch(/In force\. Make a backup/);
    }
    const view = await client.refresh();
    expect(view.versions.root).toBe(5);
    const path = `installers/${approved.product.id}/3.22.1/x64-1033.msi`;
    expect(view.installer(path, new Date(server.clock.now())).sha256).toBe(older.sha256);
    const rows = await server.system.database.read.selectFrom('signingKeys').selectAll().execute();
    expect(rows.filter(({ retiredAt }) => retiredAt !== null)).toHaveLength(4);
    expect(rows.filter(({ retiredAt, privateKey }) => retiredAt !== null && privateKey !== null)).toEqual([]);
    // What the server publishes after that, it signs with the new keys.
    await approve(newer.path);
    expect((await client.refresh()).versions.targets).toBeGreaterThan(view.versions.targets);
  });

  test('takes keys made elsewhere, two of which must sign, and then no change without both', async () => {
    await start();
    for (const name of ['one', 'two']) {
      const made = await operator.does(`key make root --to ${name}.key --passphrase-stdin`, passphrase);
      const publicKey = /^Public key: (\S{43})$/m.exec(made)?.[1] ?? '';
      // The key that is here signs the change, and the second, as it signs the first.
      await operator.does(
        name === 'one'
          ? `key add root --public ${publicKey}`
          : `key rotate root --key ${await rootKeyHere()} --public ${publicKey}`,
      );
      if (name === 'one')
        await operator.does('key threshold root 2').then((said) => expect(said).toMatch(/waits for signatures/));
    }
    expect(await trust()).toMatchObject({ nextRoot: { version: 3, missing: expect.any(Number) as number } });
    expect(await operator.does('publish status')).toMatch(/A change of keys waits for signatures \(root version 3\)/);
    await operator.does('publish draft --to draft.json');
    await sign('one.key', 'draft.json', 'first.json');
    expect(await operator.fails('publish apply first.json')).toMatch(/root lacks 1/);
    expect(await sign('two.key', 'first.json', 'both.json')).toMatch(/root version 3, .*, fully signed/);
    expect(await operator.does('publish apply both.json')).toMatch(/^Published: root version 3\.\n/);
    expect((await client.refresh()).versions.root).toBe(3);
    expect((await trust()).roles[0]).toMatchObject({ threshold: 2, keys: [{ here: false }, { here: false }] });

    // The role of targets is exchanged together with its metadata: one file, both signatures, one publication.
    await operator.does('key export targets --to targets.key --passphrase-stdin', passphrase);
    const made = await operator.does('key make targets --to new.key --passphrase-stdin', passphrase);
    const publicKey = /^Public key: (\S{43})$/m.exec(made)?.[1] ?? '';
    expect(await operator.fails('key rotate targets')).toMatch(/is kept elsewhere/);
    await operator.does(`key rotate targets --public ${publicKey}`);
    await operator.does('publish draft --to swap.json');
    await sign('one.key', 'swap.json', 'swap1.json');
    await sign('two.key', 'swap1.json', 'swap2.json');
    expect(await operator.fails('publish apply swap2.json')).toMatch(/targets lacks 1/);
    await sign('new.key', 'swap2.json', 'swap3.json');
    await operator.does('publish apply swap3.json');
    expect((await client.refresh()).versions).toMatchObject({ root: 4, targets: 2 });
    expect(await operator.fails('publish apply swap3.json')).toMatch(/keys of the catalogue have changed/);
  });

  async function rootKeyHere(): Promise<string> {
    return (await trust()).roles[0]?.keys.find(({ here }) => here)?.id.slice(0, 16) ?? '';
  }

  test('that waits can be dropped', async () => {
    await start();
    await operator.does('key export root --to root.key --passphrase-stdin', passphrase);
    await operator.does('key rotate timestamp');
    await operator.does('publish draft --to draft.json');
    await sign('root.key', 'draft.json', 'signed.json');
    expect(await operator.does('publish discard')).toBe('The change of keys was dropped.');
    expect(await operator.does('publish discard')).toBe('No change of keys waits.');
    expect(await operator.fails('publish apply signed.json')).toMatch(/replaced or discarded/);
    expect((await client.refresh()).versions.root).toBe(1);
    // A change that the key's return makes possible is in force at once.
    await operator.does('key rotate timestamp');
    await operator.does('key import root.key --passphrase-stdin', passphrase);
    expect((await client.refresh()).versions.root).toBe(2);
  });
});

test('a public key that begins with a dash is taken for no option', async () => {
  await start();
  let key = generateSigningKey(randomBytes);
  while (!key.publicKey.startsWith('-')) key = generateSigningKey(randomBytes);
  expect(await operator.does(`key add root --public ${key.publicKey}`)).toMatch(/^Key [0-9a-f]{16}$/m);
  expect(await operator.fails('key add root --public --here')).toMatch(/ambiguous/);
});

test('what cannot be is refused in a sentence, and changes nothing', async () => {
  await start();
  const before = await trust();
  expect(await operator.fails('key export timestamp --to x')).toMatch(/server itself signs/);
  expect(await operator.fails('key export director --to x')).toMatch(/stays here/);
  expect(await operator.fails('key rotate nobody')).toMatch(/no role of the catalogue/);
  expect(await operator.fails('key threshold root 5')).toMatch(/root has 1 key: add others first/);
  const keysOnServer = (await trust()).warnings.find(({ code }) => code === 'keys-on-server');
  expect(keysOnServer?.message).toMatch(
    /"usher key make".*"usher key rotate".*"usher key export" is quicker, and leaves them in older/,
  );
  expect(await operator.fails('key threshold root none')).toMatch(/whole number/);
  expect(await operator.fails('key remove root ffffffff')).toMatch(/Say which key of root/);
  expect(await operator.fails('key add snapshot --public AAAA')).toMatch(/always made on the server/);
  expect(await operator.fails('key add root --public AAAA')).toMatch(/43 characters/);
  expect(await operator.fails('key export root --to x --passphrase-stdin', 'short\n')).toMatch(/at least 12/);
  await writeFile(inFolder('there'), 'x');
  expect(await operator.fails('key export root --to there')).toMatch(/Nothing is overwritten/);
  await rm(inFolder('there'));
  expect(await operator.fails('key import there --passphrase-stdin', passphrase)).toMatch(
    /there is not there\. Is the path right/,
  );
  expect(await trust()).toEqual(before);
  expect(await operator.does('key list')).toMatch(
    /^root: version 1, .*1 of 1 key\(s\) must sign\n {2}[0-9a-f]{16} {2}on this server$/m,
  );
  const viewer = await server.signIn('viewer');
  expect((await viewer.request('GET', '/api/v1/trust')).status).toBe(200);
  expect((await server.anonymous.request('GET', '/api/v1/trust')).status).toBe(401);
});
