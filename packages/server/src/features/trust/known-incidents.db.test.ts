// What has happened to others in this field, tried on this server; and what asking it again and again costs.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contosoInstallers, encodeForm, testServer, type TestServer } from '@usher/testkit';
import { TrustedCatalogue } from '@usher/trust';

const { '3.22.1': older, '3.23.0': newer } = contosoInstallers();

let server: TestServer;
beforeEach(async () => {
  server = await testServer({ listen: true });
});
afterEach(() => server.close());

async function upload(content: Buffer, fileName: string) {
  const form = encodeForm([{ name: 'file', content, fileName }]);
  return server.owner.request('POST', '/api/v1/installers', form.body, form.headers);
}

describe('an old signed file', () => {
  test('under the name of a new version is the old version, and no second installer', async () => {
    const bytes = await readFile(older.path);
    expect((await upload(bytes, 'contoso-agent-9.9.9.msi')).body).toMatchObject({ version: '3.22.1' });
    expect((await upload(bytes, 'contoso-agent-9.9.10.msi')).body).toMatchObject({ code: 'installer.duplicate' });
  });

  test('that was given a new version number inside is no longer signed', async () => {
    const bytes = await readFile(older.path);
    const at = bytes.indexOf('3.22.1');
    expect(at).toBeGreaterThan(0);
    bytes.write('9', at, 'latin1');
    expect((await upload(bytes, 'contoso-agent-9.22.1.msi')).body).toMatchObject({ code: 'installer.tampered' });
  });
});

describe('an unchanged catalogue', () => {
  test('costs a workstation one request, and an answer without a body', async () => {
    const { id } = (await upload(await readFile(newer.path), 'contoso-agent-3.23.0.msi')).body as { id: string };
    await server.owner.post(`/installers/${id}/approve`, { acknowledged: true });
    const asked: { path: string; status: number; bytes: number }[] = [];
    const catalogue = new TrustedCatalogue({
      url: `${server.url}/api/v1/workstation/tuf`,
      rootFingerprint: server.system.trust.rootFingerprint(),
      storage: {
        read: (name) => readFile(join(server.folder, name)).catch(() => null),
        write: (name, bytes) => writeFile(join(server.folder, name), bytes),
        setAside: (name) => Promise.reject(new Error(`${name} is damaged`)),
      },
      fetcher: {
        fetch: async (url, { etag }) => {
          const answer = await fetch(url, etag === undefined ? {} : { headers: { 'if-none-match': etag } });
          const bytes = new Uint8Array(await answer.arrayBuffer());
          const path = new URL(url).pathname.split('/tuf/')[1] ?? '';
          asked.push({ path, status: answer.status, bytes: bytes.length });
          if (answer.status === 304) return { status: 'unchanged' };
          if (answer.status === 404) return { status: 'missing' };
          return { status: 'found', bytes, etag: answer.headers.get('etag') ?? undefined };
        },
      },
    });
    const now = new Date(server.clock.now());
    const first = await catalogue.refresh(now);
    expect(asked.length).toBeGreaterThan(5);
    asked.length = 0;
    for (let time = 0; time < 3; time += 1) expect((await catalogue.refresh(now)).versions).toEqual(first.versions);
    expect(asked).toEqual(Array.from({ length: 3 }, () => ({ path: 'timestamp.json', status: 304, bytes: 0 })));
  });
});
