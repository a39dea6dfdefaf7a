// Uploads: the real file is taken with what was read from it; every other one is refused with its reason, and nothing of it stays.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Installer, Product } from '@usher/protocol';
import {
  contosoInstallers,
  encodeForm,
  sendInstaller,
  tamperInstaller,
  testServer,
  uploadInstaller,
  type ApiAnswer,
  type FormPart,
  type TestServer,
} from '@usher/testkit';
import { storedFiles } from './test-support/stored-files.ts';

const { '3.22.1': older, '3.23.0': newer, '3.24.0': unsigned } = contosoInstallers();

let server: TestServer;
let work: string;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'usher-uploads-'));
});
afterAll(() => rm(work, { recursive: true }));
const start = async (): Promise<void> => {
  server = await testServer();
};
const stop = () => server.close();

function eachOnItsOwnServer(): void {
  beforeEach(start);
  afterEach(stop);
}

/** For what leaves the server as it was. */
function allOnOneServer(): void {
  beforeAll(start);
  afterAll(stop);
}

interface EventList {
  readonly items: readonly {
    readonly type: string;
    readonly object: object;
    readonly data: object;
    readonly actor: object;
  }[];
}

const eventsOf = async (type: string) => (await server.owner.get<EventList>(`/events?type=${type}`)).items;

function sendForm(parts: readonly FormPart[], client = server.owner): Promise<ApiAnswer> {
  const { body, headers } = encodeForm(parts);
  return client.request('POST', '/api/v1/installers', body, headers);
}

const filePart = (content: Buffer, fileName = 'agent.msi'): FormPart => ({ name: 'file', content, fileName });

describe('an installer that is taken', () => {
  eachOnItsOwnServer();

  test('shows what was read from it, and makes its product', async () => {
    const installer = await uploadInstaller(server.owner, newer.path, {
      releaseNotes: '# New',
      properties: { ADDLOCAL: 'Pedm,Vault' },
    });
    expect(installer).toMatchObject({
      published: false,
      productName: 'Contoso Agent',
      version: '3.23.0',
      manufacturer: 'Contoso Ltd.',
      productCode: newer.productCode,
      upgradeCode: newer.upgradeCode,
      packageCode: newer.packageCode,
      architecture: 'x64',
      language: '1033',
      size: newer.size,
      sha256: newer.sha256,
      fileName: 'contoso-agent-3.23.0.msi',
      decision: 'pending',
      decidedBy: null,
      decidedAt: null,
      reason: null,
      releaseNotes: '# New',
      properties: { ADDLOCAL: 'Pedm,Vault' },
      installedOn: 0,
      uploadedBy: { kind: 'account', name: 'owner@usher.example' },
      uploadedAt: '2026-11-20T09:00:00.000Z',
      signature: {
        status: 'valid',
        publisher: { subject: 'CN=Contoso Code Signing,O=Contoso Ltd.', issuer: 'CN=Contoso Root,O=Contoso Ltd.' },
        signedAt: '2026-01-15T12:00:00.000Z',
        timestamped: true,
        algorithm: 'sha256',
        extended: true,
      },
      facts: { allUsers: '1', fileCount: 2 },
      decisions: [],
    });
    expect(await server.owner.get<Installer>(`/installers/${installer.id}`)).toEqual(installer);
    const { items } = await server.owner.get<{ items: Product[] }>('/products');
    expect(items).toMatchObject([
      {
        id: installer.product.id,
        name: 'Contoso Agent',
        upgradeCode: newer.upgradeCode,
        enforcement: 'enforce',
        enforcementUntil: null,
        unknownVersions: 'allow',
        offline: { graceHours: 336, then: 'run' },
        signature: 'signed',
        publishers: [],
        separationOfDuties: false,
        installers: 1,
        workstations: 0,
      },
    ]);
    expect(await storedFiles(server)).toEqual([newer.sha256]);
    expect(await eventsOf('product.created')).toHaveLength(1);
    expect(await eventsOf('installer.uploaded')).toMatchObject([
      {
        actor: { kind: 'account' },
        object: { kind: 'installer', id: installer.id, name: 'Contoso Agent 3.23.0' },
        data: { version: '3.23.0', sha256: newer.sha256, architecture: 'x64', fileName: 'contoso-agent-3.23.0.msi' },
      },
    ]);
  });

  test('is given back as it was sent, in parts too', async () => {
    const { id } = await uploadInstaller(server.owner, older.path);
    const bytes = await readFile(older.path);
    const get = (headers: Record<string, string> = {}) =>
      server.system.app.inject({ url: `/api/v1/installers/${id}/file`, headers: { ...headers, cookie } });
    const cookie = String(
      (
        await server.anonymous.request('POST', '/api/v1/session', {
          email: 'owner@usher.example',
          password: 'correct horse battery staple',
        })
      ).headers['set-cookie'],
    ).split(';')[0]!;
    const whole = await get();
    expect(createHash('sha256').update(whole.rawPayload).digest('hex')).toBe(older.sha256);
    expect(whole.headers['content-disposition']).toBe(
      `attachment; filename="contoso-agent-3.22.1.msi"; filename*=UTF-8''contoso-agent-3.22.1.msi`,
    );
    const part = await get({ range: 'bytes=5-9' });
    expect([part.statusCode, part.rawPayload]).toEqual([206, bytes.subarray(5, 10)]);
  });

  test('may come with its fields behind the file, and with the product that it belongs to', async () => {
    const first = await uploadInstaller(server.owner, older.path);
    const answer = await sendForm([
      filePart(await readFile(newer.path), 'C:\\Downloads\\Agente ção.MSI'),
      { name: 'releaseNotes', content: '' },
      { name: 'properties', content: '{"A":"1"}', type: 'application/json' },
      { name: 'product', content: first.upgradeCode.toLowerCase() },
    ]);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      product: first.product,
      fileName: 'Agente ção.msi',
      releaseNotes: null,
      properties: { A: '1' },
    });
    expect((answer.body as Installer).warnings.map(({ code }) => code)).not.toContain('differs-in-fourth-field');
  });

  test('of several uploads at once makes one product, and of the same file one installer', async () => {
    const answers = await Promise.all(
      [older, newer, older, newer, older].map(({ path }) => sendInstaller(server.owner, path)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409]);
    expect((await server.owner.get<{ total: number }>('/products')).total).toBe(1);
    expect((await storedFiles(server)).sort()).toEqual([older.sha256, newer.sha256].sort());
    expect(await eventsOf('installer.rejected')).toHaveLength(3);
  });
});

describe('an installer that is refused', () => {
  allOnOneServer();

  /** What a refusal must leave as it was. */
  async function expectNothingLeft(): Promise<void> {
    expect(await storedFiles(server)).toEqual([]);
    expect((await server.owner.get<{ total: number }>('/installers')).total).toBe(0);
    expect((await server.owner.get<{ total: number }>('/products')).total).toBe(0);
    expect(await eventsOf('installer.uploaded')).toEqual([]);
  }

  async function made(name: string, content: Buffer): Promise<string> {
    const path = join(work, name);
    await writeFile(path, content);
    return path;
  }

  test.each([
    ['not signed', () => Promise.resolve(unsigned.path), 'installer.unsigned'],
    [
      'changed after it was signed',
      async () => {
        const path = join(work, 'tampered.msi');
        await tamperInstaller(older.path, path);
        return path;
      },
      'installer.tampered',
    ],
    [
      'longer than what was signed',
      async () => made('longer.msi', Buffer.concat([await readFile(older.path), Buffer.alloc(512)])),
      'installer.tampered',
    ],
    ['cut short', async () => made('short.msi', (await readFile(older.path)).subarray(0, 6000)), 'installer.malformed'],
    [
      'a ZIP by another name',
      () => made('zip.msi', Buffer.from('PK\u0003\u0004 and so on, long enough to be something else entirely')),
      'installer.not-msi',
    ],
    ['empty', () => made('empty.msi', Buffer.alloc(0)), 'installer.not-msi'],
  ] as const)('because it is %s leaves nothing but the event', async (_what, make, code) => {
    const path = await make();
    const answer = await sendInstaller(server.owner, path);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code });
    await expectNothingLeft();
    const [newest] = await eventsOf('installer.rejected');
    expect(newest).toMatchObject({
      object: { kind: 'upload', name: path.split('/').at(-1) },
      data: { code, detail: (answer.body as { detail: string }).detail },
    });
  });

  test('because there is none says so', async () => {
    for (const answer of [
      await server.owner.request('POST', '/api/v1/installers'),
      await sendForm([]),
      await sendForm([{ name: 'releaseNotes', content: 'notes' }]),
    ]) {
      expect([answer.status, answer.body]).toMatchObject([422, { code: 'installer.missing-file' }]);
    }
    const json = await server.owner.request('POST', '/api/v1/installers', { file: 'agent.msi' });
    expect([json.status, json.body]).toMatchObject([422, { code: 'installer.missing-file' }]);
    const raw = await server.owner.request('POST', '/api/v1/installers', await readFile(older.path), {
      'content-type': 'application/x-msi',
    });
    expect([raw.status, raw.body]).toMatchObject([415, { code: 'request.unsupported-media-type' }]);
    await expectNothingLeft();
  });

  test.each([
    ['properties', [{ name: 'properties', content: '{"ADDLOCAL":1}' }], 'properties.ADDLOCAL'],
    ['properties', [{ name: 'properties', content: 'ADDLOCAL=Main' }], 'properties'],
    ['properties', [{ name: 'properties', content: '{"REBOOT":"Force"}' }], 'properties'],
    ['properties', [{ name: 'properties', content: '{"lower":"case"}' }], 'properties.lower'],
    ['properties', [{ name: 'properties', content: '{"NAME":"a\\u0000"}' }], 'properties.NAME'],
    ['release notes', [{ name: 'releaseNotes', content: 'x'.repeat(100_001) }], 'releaseNotes'],
    ['release notes', [{ name: 'releaseNotes', content: 'a\0b' }], 'releaseNotes'],
    [
      'release notes',
      [
        { name: 'releaseNotes', content: 'a' },
        { name: 'releaseNotes', content: 'b' },
      ],
      'releaseNotes',
    ],
    ['a field', [{ name: 'decision', content: 'approved' }], 'decision'],
    ['a second file', [{ name: 'file', content: 'x', fileName: 'other.msi' }], 'file'],
    ['a file', [{ name: 'attachment', content: 'x', fileName: 'other.msi' }], 'attachment'],
    ['a text for a file', [{ name: 'file', content: 'x' }], 'file'],
  ] as const)('because of %s in the form names it, before and behind the file', async (_what, extra, path) => {
    const file = filePart(await readFile(older.path));
    const rejected = await eventsOf('installer.rejected');
    for (const parts of [
      [...extra, file],
      [file, ...extra],
    ]) {
      const answer = await sendForm(parts);
      expect(answer.status).toBe(422);
      expect(answer.body).toMatchObject({ code: 'request.invalid', errors: [{ path }] });
    }
    await expectNothingLeft();
    expect(await eventsOf('installer.rejected')).toEqual(rejected);
  });

  test('because of its form is malformed, and leaves nothing', async () => {
    const { body, headers } = encodeForm([filePart(await readFile(older.path))]);
    for (const length of [1, 50, 120, 5000, body.length - 4]) {
      const cut = await server.owner.request('POST', '/api/v1/installers', body.subarray(0, length), headers);
      expect([length, cut.status, cut.body]).toMatchObject([length, 400, { code: 'request.malformed' }]);
    }
    const nameless = await server.owner.request('POST', '/api/v1/installers', body, {
      'content-type': 'multipart/form-data',
    });
    expect([nameless.status, nameless.body]).toMatchObject([400, { code: 'request.malformed' }]);
    await expectNothingLeft();
  });

  test('because the role does not allow it is not even read', async () => {
    for (const role of ['viewer', 'operator'] as const) {
      const client = await server.signIn(role);
      expect((await sendInstaller(client, older.path)).body).toMatchObject({ code: 'permission.denied' });
    }
    expect((await sendInstaller(server.anonymous, older.path)).status).toBe(401);
    await expectNothingLeft();
  });
});

describe('an installer that is refused for what is here', () => {
  eachOnItsOwnServer();

  test('because it is here already names the one that is', async () => {
    const first = await uploadInstaller(server.owner, older.path);
    const same = await sendInstaller(server.owner, older.path);
    const existing = { kind: 'installer', id: first.id, version: first.version, sameFile: true };
    expect([same.status, same.body]).toMatchObject([409, { code: 'installer.duplicate', existing }]);
    expect((same.body as { detail: string }).detail).toMatch(
      /^This very file is here already: 3\.\S+ for x64, uploaded on \d+ \w+ \d{4}\.$/,
    );
    expect(await storedFiles(server)).toEqual([older.sha256]);
  });

  test('because it belongs to another product than was said', async () => {
    const first = await uploadInstaller(server.owner, older.path);
    await server.system.database.transaction(async ({ db }) => {
      const row = await db.selectFrom('products').selectAll().executeTakeFirstOrThrow();
      const upgradeCode = '{00000000-0000-0000-0000-000000000001}';
      await db
        .insertInto('products')
        .values({ ...row, id: 'pr_other', name: 'Other', upgradeCode })
        .execute();
    });
    const answer = await sendInstaller(server.owner, newer.path, { product: 'pr_other' });
    expect([answer.status, answer.body]).toMatchObject([422, { code: 'installer.wrong-product' }]);
    expect((answer.body as { detail: string }).detail).toContain(first.upgradeCode);
    const unknown = await sendInstaller(server.owner, newer.path, { product: 'pr_nowhere' });
    expect([unknown.status, unknown.body]).toMatchObject([404, { code: 'product.not-found' }]);
    expect(await storedFiles(server)).toEqual([older.sha256]);
  });
});
