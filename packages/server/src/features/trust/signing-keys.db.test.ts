// The signing keys: made once, encrypted, opened by their passphrase alone.
import { chmod, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { verifyPass, verifyPolicy } from '@usher/trust';
import { startAgain, testServer, type TestServer } from '@usher/testkit';
import { CatalogueClient } from './test-support/catalogue-client.ts';

const servers: TestServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function started(environment: Record<string, string> = {}): Promise<TestServer> {
  const server = await testServer({ environment });
  servers.push(server);
  return server;
}

const passphraseFile = (server: TestServer) => join(server.folder, 'data.passphrase');

const policy = {
  protocol: 1 as const,
  workstation: { id: 'ws_1', status: 'authorized' as const },
  product: { id: 'pr_1', name: 'Agent', enforcement: 'enforce' as const, unknownVersions: 'allow' as const },
  known: ['3.22.1'],
  prohibited: [],
  assignment: null,
  pass: null,
  offline: { graceHours: 336, then: 'run' as const },
  log: { seq: 1, hash: 'a'.repeat(64) },
  issuedAt: '2026-11-20T09:00:00.000Z',
  nonce: 'n',
};

describe('the first start', () => {
  test('makes a key for each role, encrypted under a passphrase in a file of its own outside the data', async () => {
    const server = await started();
    const rows = await server.system.database.read.selectFrom('signingKeys').selectAll().execute();
    expect(rows.map(({ role }) => role).sort()).toEqual(['director', 'root', 'snapshot', 'targets', 'timestamp']);
    const passphrase = (await readFile(passphraseFile(server), 'utf8')).trim();
    expect(passphrase).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect((await stat(passphraseFile(server))).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(rows)).not.toContain(passphrase);
    for (const { role, privateKey } of rows) {
      expect(JSON.parse(privateKey ?? '')).toMatchObject({
        usherSealedKey: 1,
        label: role,
        cipher: { name: 'aes-256-gcm' },
      });
    }
  });

  test('takes the passphrase from the environment, and then makes no file', async () => {
    const server = await started({ USHER_KEY_PASSPHRASE: 'from the vault' });
    await expect(stat(passphraseFile(server))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('uses a passphrase file that is there already', async () => {
    const made = await started();
    const before = await readFile(passphraseFile(made), 'utf8');
    await made.system.database.transaction(async ({ db }) => {
      await db.deleteFrom('signingKeys').execute();
      await db.deleteFrom('trustFiles').execute();
    });
    servers.push(await startAgain(made));
    expect(await readFile(passphraseFile(made), 'utf8')).toBe(before);
  });

  test('signs policies and passes that the catalogue’s director vouches for', async () => {
    const server = await started();
    const { trust } = server.system;
    const { directorKeys: keys } = await new CatalogueClient(server).refresh();
    const signed = await trust.signPolicy(policy);
    expect(verifyPolicy(signed, { keys, workstationId: 'ws_1', productId: 'pr_1', nonce: 'n' })).toEqual(policy);
    const scope = { workstationId: 'ws_1', productId: 'pr_1' };
    const code = await trust.signPass({ ...scope, until: '2026-11-20T12:00:00.000Z', reason: 'demo' });
    const now = new Date(server.clock.now());
    expect(verifyPass(code, { ...scope, keys, now })).toEqual({ until: '2026-11-20T12:00:00.000Z', reason: 'demo' });
    await expect(trust.signPass({ ...scope, until: '2026-11-24T12:00:00.000Z', reason: 'demo' })).rejects.toThrow(
      expect.objectContaining({ code: 'pass.too-long' }),
    );
  });
});

describe('a later start', () => {
  test('keeps keys and root', async () => {
    const made = await started();
    const fingerprint = made.system.trust.rootFingerprint();
    const again = await startAgain(made);
    servers.push(again);
    expect(again.system.trust.rootFingerprint()).toBe(fingerprint);
    const types = (await again.owner.get<{ items: { type: string }[] }>('/events')).items.map(({ type }) => type);
    expect(types.filter((type) => type === 'trust.created')).toHaveLength(1);
  });

  test.each([
    [
      'another passphrase',
      (path: string) => writeFile(path, 'another passphrase\n'),
      /does not open the signing keys of this database/,
    ],
    [
      'no passphrase file',
      (path: string) => rm(path),
      /is missing: .*data\.passphrase does not exist\. Put the file back/,
    ],
    ['an empty passphrase file', (path: string) => writeFile(path, '\n'), /is missing: .*data\.passphrase is empty/],
  ])('fails with a clear sentence on %s, and changes nothing', async (_what, spoil, sentence) => {
    const made = await started();
    const keys = await made.system.database.read.selectFrom('signingKeys').selectAll().execute();
    const right = await readFile(passphraseFile(made), 'utf8');
    await spoil(passphraseFile(made));
    await expect(startAgain(made)).rejects.toMatchObject({
      name: 'SigningKeysError',
      code: 'trust.keys-locked',
      message: expect.stringMatching(sentence) as string,
    });
    await writeFile(passphraseFile(made), right);
    await chmod(passphraseFile(made), 0o600);
    const again = await startAgain(made);
    servers.push(again);
    expect(await again.system.database.read.selectFrom('signingKeys').selectAll().execute()).toEqual(keys);
  });

  test('names the environment variable where the passphrase came from there', async () => {
    const made = await started({ USHER_KEY_PASSPHRASE: 'from the vault' });
    await expect(startAgain(made, { environment: { USHER_KEY_PASSPHRASE: 'guessed' } })).rejects.toThrow(
      'The passphrase in USHER_KEY_PASSPHRASE does not open the signing keys of this database.',
    );
  });

  test('fails where a key was altered or the director’s is not there', async () => {
    const made = await started();
    const { database } = made.system;
    await database.transaction(async ({ db }) => {
      await db.updateTable('signingKeys').set({ privateKey: '{}' }).where('role', '=', 'snapshot').execute();
    });
    await expect(startAgain(made)).rejects.toThrow(/The key of snapshot in this database cannot be read/);
  });
});
