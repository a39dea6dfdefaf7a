// Uploads at their limits: too large, broken off, killed; and the worker that every real one is read in.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, describe, test } from 'vitest';
import {
  contosoInstallers,
  encodeForm,
  sendInstaller,
  startAgain,
  testServer,
  uploadInstaller,
  type FormPart,
  type TestServer,
} from '@usher/testkit';
import { storedFiles } from './test-support/stored-files.ts';

const { '3.22.1': older } = contosoInstallers();

interface EventList {
  readonly items: readonly { readonly data: object }[];
}

const filePart = (content: Buffer): FormPart => ({ name: 'file', content, fileName: 'agent.msi' });

describe('a file that is too large', () => {
  test('is refused while it arrives, and the answer is read all the same', async () => {
    const small = await testServer({ environment: { USHER_MAX_UPLOAD: '10000' }, listen: true });
    try {
      const key = await apiToken(small);
      const form = encodeForm([filePart(await readFile(older.path))]);
      const answer = await fetch(`${small.url}/api/v1/installers`, {
        method: 'POST',
        headers: { ...form.headers, authorization: `Bearer ${key}` },
        body: form.body,
      });
      expect(answer.status).toBe(413);
      expect(await answer.json()).toMatchObject({
        code: 'installer.too-large',
        detail: expect.stringContaining('10000') as string,
      });
      const huge = encodeForm([filePart(Buffer.alloc(3_000_000))]);
      const early = await fetch(`${small.url}/api/v1/installers`, {
        method: 'POST',
        headers: { ...huge.headers, authorization: `Bearer ${key}` },
        body: huge.body,
      });
      expect([early.status, ((await early.json()) as { code: string }).code]).toEqual([413, 'installer.too-large']);
      expect(await storedFiles(small)).toEqual([]);
      const events = await small.owner.get<EventList>('/events?type=installer.rejected');
      expect(events.items).toMatchObject([
        { data: { code: 'installer.too-large' } },
        { data: { code: 'installer.too-large', fileName: 'agent.msi' } },
      ]);
    } finally {
      await small.close();
    }
  });
});

describe('a connection', () => {
  const text = (name: string): FormPart => ({ name, content: 'x' });
  test.each<[string, FormPart[], string?]>([
    ['after a form whose boundary is empty', [filePart(Buffer.alloc(100_000))], 'multipart/form-data; boundary='],
    ['after a form without a boundary', [filePart(Buffer.alloc(100_000))], 'multipart/form-data'],
    ['after a form with another boundary', [filePart(Buffer.alloc(100_000))], 'multipart/form-data; boundary=other'],
    ['after what is no form', [filePart(Buffer.alloc(100_000))], 'text/plain'],
    ['after a form that is followed by more', [filePart(Buffer.from('no installer'))]],
    ['after one without a file, followed by more', [text('releaseNotes')]],
    [
      'after one that is refused at its first part, followed by more',
      [text('nonsense'), filePart(Buffer.alloc(100_000))],
    ],
  ])('goes on %s', async (_, parts, type) => {
    const server = await testServer({ listen: true });
    const send = async (method: string, headers: Record<string, string>, body?: Buffer) => {
      const signal = AbortSignal.timeout(60_000);
      const sent = await fetch(`${server.url}/api/v1/installers`, { method, headers, signal, ...(body && { body }) });
      await sent.arrayBuffer();
      return sent.status;
    };
    try {
      const authorization = `Bearer ${await apiToken(server)}`;
      const form = encodeForm(parts);
      const body = Buffer.concat([form.body, Buffer.alloc(70_000)]);
      const headers = { ...form.headers, ...(type === undefined ? {} : { 'content-type': type }), authorization };
      expect([400, 415, 422]).toContain(await send('POST', headers, body));
      // The connections that are kept open are used in turn.
      for (const _again of [1, 2, 3]) expect(await send('GET', { authorization })).toBe(200);
    } finally {
      await server.close();
    }
  });
});

describe('an upload that is broken off', () => {
  test('leaves nothing, and no event', async () => {
    const listening = await testServer({ listen: true });
    try {
      const key = await apiToken(listening);
      const { headers, body } = encodeForm([filePart(await readFile(older.path))]);
      const upload = request(`${listening.url}/api/v1/installers`, {
        method: 'POST',
        headers: { ...headers, 'content-length': body.length, authorization: `Bearer ${key}` },
      });
      const broken = new Promise((resolve) => upload.on('error', resolve));
      upload.write(body.subarray(0, 8000));
      await expect.poll(() => storedFiles(listening)).toHaveLength(1);
      upload.destroy();
      await broken;
      await expect.poll(() => storedFiles(listening)).toEqual([]);
      const events = await listening.owner.get<EventList>('/events?type=installer');
      expect(events.items).toEqual([]);
    } finally {
      await listening.close();
    }
  });
});

describe('the start', () => {
  test('removes what an upload that was killed has left, and keeps what is an installer', async () => {
    let server = await testServer();
    await uploadInstaller(server.owner, older.path);
    const folder = join(server.folder, 'data', 'installers');
    const orphan = 'ab'.repeat(32);
    await writeFile(join(folder, 'incoming', 'half'), 'half a file');
    await writeFile(join(folder, older.sha256.slice(0, 2), orphan.replace(/^ab/, older.sha256.slice(0, 2))), 'no row');
    // On PostgreSQL other processes may be at work: only what is old goes.
    const isShared = server.system.database.dialect === 'postgres';
    server = await startAgain(server);
    try {
      expect(await storedFiles(server)).toHaveLength(isShared ? 3 : 1);
      if (isShared) {
        server.clock.set('2099-01-01T00:00:00Z');
        await server.system.jobs.runNow('installers.sweep');
      }
      expect(await storedFiles(server)).toEqual([older.sha256]);
    } finally {
      await server.close();
    }
  });
});

describe('the inspection', () => {
  test('runs in a worker of its own, with the same result', async () => {
    const real = await testServer({ inspectInWorker: true });
    try {
      expect((await uploadInstaller(real.owner, older.path)).version).toBe('3.22.1');
      const work = await mkdtemp(join(tmpdir(), 'usher-upload-'));
      const zip = join(work, 'zip.msi');
      await writeFile(zip, 'PK');
      expect((await sendInstaller(real.owner, zip)).body).toMatchObject({ code: 'installer.not-msi' });
      await rm(work, { recursive: true });
      expect(await storedFiles(real)).toEqual([older.sha256]);
    } finally {
      await real.close();
    }
  });
});

async function apiToken(of: TestServer): Promise<string> {
  return (await of.owner.post<{ token: string }>('/tokens', { name: 'uploads', role: 'approver' }, 201)).token;
}
