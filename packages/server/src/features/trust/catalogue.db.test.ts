// The catalogue: published with what it shows, verified by a workstation's own code.
import { createHash } from 'node:crypto';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Product } from '@usher/protocol';
import { approvedInstaller, contosoInstallers, testServer, uploadInstaller, type TestServer } from '@usher/testkit';
import { activate, makeKey, newMachine } from '../workstations/test-support/machine.ts';
import { CatalogueClient } from './test-support/catalogue-client.ts';
import { eventsOf } from './test-support/events.ts';

const { '3.22.1': older, '3.23.0': newer } = contosoInstallers();
const tuf = '/api/v1/workstation/tuf';

const soleProduct = async (server: TestServer) => (await server.owner.get<{ items: Product[] }>('/products')).items[0]!;

describe('the metadata', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer();
  });
  afterAll(() => server.close());

  test('begin with the root that an installation key names', async () => {
    const root = await server.anonymous.request('GET', `${tuf}/1.root.json`);
    expect(root.status).toBe(200);
    expect(root.headers['content-type']).toBe('application/json');
    expect(root.text).toBe(server.system.trust.rootDocument());
    expect(createHash('sha256').update(root.text).digest('hex')).toBe(server.system.trust.rootFingerprint());
    expect(await eventsOf(server, 'trust.created')).toHaveLength(1);
  });

  test('verify, are empty at first, and carry the newest event', async () => {
    const view = await new CatalogueClient(server).refresh();
    expect(view.versions).toEqual({ root: 1, targets: 1, snapshot: 1, timestamp: 1 });
    expect(view.prohibitedFor('pr_1')).toEqual([]);
    expect(view.log?.seq).toBeGreaterThan(0);
  });

  test('are sent again only where they changed', async () => {
    const first = await server.anonymous.request('GET', `${tuf}/timestamp.json`);
    expect(first.headers['cache-control']).toBe('no-cache');
    const etag = String(first.headers.etag);
    for (const sent of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await server.anonymous.request('GET', `${tuf}/timestamp.json`, undefined, {
        'if-none-match': sent,
      });
      expect([again.status, again.text, again.headers.etag]).toEqual([304, '', etag]);
    }
    const other = await server.anonymous.request('GET', `${tuf}/timestamp.json`, undefined, { 'if-none-match': '"x"' });
    expect(other.status).toBe(200);
    const versioned = await server.anonymous.request('GET', `${tuf}/1.targets.json`);
    expect(versioned.headers['cache-control']).toBe('public, max-age=86400, immutable');
  });

  test.each([
    '2.root.json',
    '9.targets.json',
    'root.json',
    'targets.json',
    '01.root.json',
    'x.json',
    'timestamp',
    '%2e%2e%2fusher.db',
  ])('have no %s, and nobody remembers that', async (name) => {
    const answer = await server.anonymous.request('GET', `${tuf}/${name}`);
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ code: 'trust.not-found' });
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('come with director.json, by its name and by its hash', async () => {
    const { directorKeys } = await new CatalogueClient(server).refresh();
    const plain = await server.anonymous.request('GET', `${tuf}/targets/director.json`);
    expect(plain.body).toEqual({ format: 1, keys: directorKeys });
    const hash = createHash('sha256').update(plain.text).digest('hex');
    const hashed = await server.anonymous.request('GET', `${tuf}/targets/${hash}.director.json`);
    expect([hashed.status, hashed.text]).toEqual([200, plain.text]);
    for (const name of [`${'0'.repeat(64)}.director.json`, 'other.json', 'timestamp.json']) {
      const none = await server.anonymous.request('GET', `${tuf}/targets/${name}`);
      expect([none.status, none.body]).toMatchObject([404, { code: 'target.not-found' }]);
    }
  });
});

describe('a decision', () => {
  let server: TestServer;
  let client: CatalogueClient;

  beforeAll(async () => {
    server = await testServer();
    client = new CatalogueClient(server);
  });
  afterAll(() => server.close());

  test('stands in the catalogue with its approval, and prohibits with its disapproval', async () => {
    const before = await client.refresh();
    const uploaded = await uploadInstaller(server.owner, older.path, { properties: { ADDLOCAL: 'Main' } });
    expect((await client.refresh()).versions).toEqual(before.versions);

    const approved = await server.owner.post<typeof uploaded>(`/installers/${uploaded.id}/approve`, {
      acknowledged: true,
    });
    expect(approved.published).toBe(true);
    const path = `installers/${approved.product.id}/3.22.1/x64-1033.msi`;
    const now = new Date(server.clock.now());
    const view = await client.refresh();
    expect(view.installer(path, now)).toEqual({
      path,
      size: older.size,
      sha256: older.sha256,
      facts: {
        product: approved.product.id,
        version: '3.22.1',
        productCode: older.productCode,
        upgradeCode: older.upgradeCode,
        architecture: 'x64',
        language: '1033',
        fileName: 'contoso-agent-3.22.1.msi',
        properties: { ADDLOCAL: 'Main' },
        publisher: {
          subject: 'CN=Contoso Code Signing,O=Contoso Ltd.',
          issuer: 'CN=Contoso Root,O=Contoso Ltd.',
          authorityKey: 'f1e8ef1308a59142cd84e609b8aa2cd8aa63d0970bbf27d77044324cda231477',
        },
        verifiedAt: uploaded.uploadedAt,
      },
    });

    const disapproved = await server.owner.post<typeof uploaded>(`/installers/${uploaded.id}/disapprove`, {
      reason: 'leaks',
    });
    expect(disapproved.published).toBe(false);
    const after = await client.refresh();
    expect(() => after.installer(path, now)).toThrow(expect.objectContaining({ code: 'target.unknown' }));
    expect(after.prohibitedFor(approved.product.id)).toEqual([{ version: '3.22.1', reason: 'leaks' }]);
    expect(after.versions.targets).toBe(before.versions.targets + 2);
  });

  test('by number stands there too, until it is lifted', async () => {
    const { id } = await soleProduct(server);
    const made = await server.owner.post<{ id: string }>(
      `/products/${id}/prohibitions`,
      { below: '3.20', reason: 'old' },
      201,
    );
    expect((await client.refresh()).prohibitedFor(id)).toEqual([
      { below: '3.20', reason: 'old' },
      { version: '3.22.1', reason: 'leaks' },
    ]);
    const lifted = await server.owner.request('DELETE', `/api/v1/products/${id}/prohibitions/${made.id}`, {
      reason: 'was wrong',
    });
    expect(lifted.status).toBe(204);
    expect((await client.refresh()).prohibitedFor(id)).toEqual([{ version: '3.22.1', reason: 'leaks' }]);
  });

  test('of two people at once is published in turn, and nothing is lost', async () => {
    const one = await uploadInstaller(server.owner, newer.path);
    const { id } = await soleProduct(server);
    const before = await client.refresh();
    await Promise.all([
      server.owner.post(`/installers/${one.id}/approve`, { acknowledged: true }),
      ...[1, 2, 3].map((n) =>
        server.owner.post(`/products/${id}/prohibitions`, { version: `1.${n}`, reason: 'r' }, 201),
      ),
    ]);
    const after = await client.refresh();
    expect(after.versions.targets).toBe(before.versions.targets + 4);
    expect(after.prohibitedFor(id)).toHaveLength(4);
    expect(after.installer(`installers/${id}/3.23.0/x64-1033.msi`, new Date(server.clock.now())).sha256).toBe(
      newer.sha256,
    );
  });
});

describe('an installer of the catalogue', () => {
  let server: TestServer;
  let path: string;
  let bytes: Buffer;
  let token: string;
  let id: string;

  beforeAll(async () => {
    server = await testServer();
    const installer = await approvedInstaller(server.owner, older.path);
    path = `${tuf}/targets/installers/${installer.product.id}/3.22.1/x64-1033.msi`;
    bytes = await readFile(older.path);
    const { key } = await makeKey(server.owner, { autoAuthorize: true });
    const workstation = await activate(server.anonymous, newMachine(), key);
    token = workstation.token;
    id = workstation.workstationId;
  });
  afterAll(() => server.close());

  const fetch = (headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET', url = path) =>
    server.system.app.inject({ method, url, headers: { authorization: `Bearer ${token}`, ...headers } });

  test('is given whole, under its plain name and with its hash before it', async () => {
    for (const url of [path, path.replace('x64-1033', `${older.sha256}.x64-1033`)]) {
      const answer = await fetch({}, 'GET', url);
      expect(answer.statusCode).toBe(200);
      expect(answer.rawPayload.equals(bytes)).toBe(true);
      expect(answer.headers).toMatchObject({
        'content-type': 'application/x-msi',
        'content-length': String(older.size),
        'accept-ranges': 'bytes',
        etag: `"${older.sha256}"`,
      });
    }
    const head = await fetch({}, 'HEAD');
    expect([head.statusCode, head.headers['content-length'], head.rawPayload.length]).toEqual([
      200,
      String(older.size),
      0,
    ]);
  });

  test('goes on where a download was cut off, as long as it is the same file', async () => {
    const etag = `"${older.sha256}"`;
    const rest = await fetch({ range: 'bytes=10000-', 'if-range': etag });
    expect(rest.statusCode).toBe(206);
    expect(rest.headers['content-range']).toBe(`bytes 10000-${older.size - 1}/${older.size}`);
    expect(rest.headers['content-length']).toBe(String(older.size - 10000));
    expect(rest.rawPayload.equals(bytes.subarray(10000))).toBe(true);
    for (const ifRange of ['"another"', `W/${etag}`, 'Fri, 20 Nov 2026 09:00:00 GMT']) {
      const whole = await fetch({ range: 'bytes=10000-', 'if-range': ifRange });
      expect([whole.statusCode, whole.rawPayload.length]).toEqual([200, older.size]);
    }
    const unchanged = await fetch({ 'if-none-match': etag });
    expect([unchanged.statusCode, unchanged.rawPayload.length]).toEqual([304, 0]);
  });

  test('has nothing behind its end', async () => {
    const answer = await fetch({ range: `bytes=${older.size}-` });
    expect(answer.statusCode).toBe(416);
    expect(answer.headers['content-range']).toBe(`bytes */${older.size}`);
    expect(answer.json()).toMatchObject({ code: 'request.range-not-satisfiable' });
  });

  test('whose file is lost or cut is an error of the server, and no part of it is sent', async () => {
    const file = join(server.folder, 'data', 'installers', older.sha256.slice(0, 2), older.sha256);
    await truncate(file, 100);
    expect((await fetch()).json()).toMatchObject({ code: 'server.internal' });
    await rm(file);
    const gone = await fetch();
    expect([gone.statusCode, gone.json()]).toMatchObject([500, { code: 'server.internal' }]);
    expect(gone.body).not.toContain(older.sha256);
    await writeFile(file, bytes);
    expect((await fetch()).statusCode).toBe(200);
  });

  test('is counted', async () => {
    const metrics = (await server.anonymous.request('GET', '/metrics')).text;
    expect(metrics).toContain('usher_installers{decision="approved"} 1');
    expect(metrics).toMatch(/usher_catalogue_expires_seconds\{role="timestamp"\} 1795251600/);
  });

  test('is nothing for whoever is not an authorized workstation', async () => {
    expect((await server.anonymous.request('GET', path)).body).toMatchObject({
      code: 'workstation.not-activated',
      number: 1005,
    });
    expect((await server.owner.request('GET', path)).status).toBe(401);
    const { key } = await makeKey(server.owner);
    const pending = await activate(server.anonymous, newMachine('PC-0002'), key);
    const refused = await server.withToken(pending.token).request('GET', path);
    expect([refused.status, refused.body]).toMatchObject([403, { code: 'workstation.pending', number: 1002 }]);

    await server.owner.post(`/workstations/${id}/disable`, { reason: 'lost' });
    const disabled = await fetch();
    expect([disabled.statusCode, disabled.json()]).toMatchObject([403, { code: 'workstation.disabled', number: 1008 }]);
    await server.owner.post(`/workstations/${id}/authorize`);
    expect((await fetch()).statusCode).toBe(200);
  });

  test('is not there by another hash, by another path, or before it is approved', async () => {
    const pending = await uploadInstaller(server.owner, newer.path);
    const urls = [
      path.replace('x64-1033', `${'0'.repeat(64)}.x64-1033`),
      path.replace('3.22.1', '3.22.2'),
      path.replace('3.22.1', '3.23.0'),
      `${tuf}/targets/installers/..%2f..%2fusher.db`,
    ];
    for (const url of urls) {
      const answer = await fetch({}, 'GET', url);
      expect([answer.statusCode, answer.json()]).toMatchObject([404, { code: 'target.not-found' }]);
    }
    await server.owner.post(`/installers/${pending.id}/disapprove`, { reason: 'not wanted' });
    expect((await fetch({}, 'GET', urls[2])).statusCode).toBe(404);
  });
});
