// Installation keys: handed out once, counted, ended; and what a wrong one is told.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EventItem } from '@usher/protocol';
import { testServer, type TestServer } from '@usher/testkit';
import { parseInstallationKey } from '@usher/trust';
import { activate, activationOf, makeKey, newMachine, type CreatedKey } from '../workstations/test-support/machine.ts';

let server: TestServer;

beforeEach(async () => {
  server = await testServer({ environment: { USHER_PUBLIC_URL: 'https://usher.example' } });
});

afterEach(() => server.close());

const list = (query = '') => server.owner.get<{ items: CreatedKey[]; total: number }>(`/installation-keys${query}`);

const refuse = (text: string) =>
  server.anonymous.refused(
    'POST',
    '/workstation/activate',
    activationOf(newMachine(), text),
    'workstation.key-invalid',
  );

describe('an installation key', () => {
  test('carries the server’s address, a secret and the fingerprint of the root, and holds for 30 days', async () => {
    const created = await makeKey(server.owner, { label: ' Floor 3 ' });
    const key = parseInstallationKey(created.key);
    expect(key).toMatchObject({ url: 'https://usher.example' });
    expect(key.secret).toMatch(/^[\w-]{43}$/);
    const { root } = await activate(server.anonymous, newMachine(), created.key);
    expect(key.rootFingerprint).toBe(createHash('sha256').update(root).digest('hex'));
    expect(created).toMatchObject({
      label: 'Floor 3',
      autoAuthorize: false,
      maxUses: null,
      uses: 0,
      status: 'valid',
      expiresAt: '2026-12-20T09:00:00.000Z',
      createdBy: { kind: 'account' },
    });
  });

  test('is shown once: neither the list, nor the database, nor an event has its secret', async () => {
    const { key } = await makeKey(server.owner);
    const { secret } = parseInstallationKey(key);
    const answer = await server.owner.request('GET', '/api/v1/installation-keys');
    expect(answer.body).toMatchObject({ total: 1, items: [{ label: 'Floor 3', uses: 0 }] });
    const { read } = server.system.database;
    const rows = [
      ...(await read.selectFrom('installationKeys').selectAll().execute()),
      ...(await read.selectFrom('events').selectAll().execute()),
    ];
    for (const text of [answer.text, JSON.stringify(rows)]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain('usher-key-1.');
    }
  });

  test('is recorded when it is made and when it is revoked, which happens once', async () => {
    const { id } = await makeKey(server.owner, { maxUses: 5, autoAuthorize: true });
    await server.owner.delete(`/installation-keys/${id}`);
    await server.owner.delete(`/installation-keys/${id}`);
    const { items } = await server.owner.get<{ items: EventItem[] }>(`/events?object=${id}`);
    expect(items.map(({ type, data }) => [type, data])).toEqual([
      ['key.revoked', { uses: 0 }],
      ['key.created', { autoAuthorize: true, expiresAt: '2026-12-20T09:00:00.000Z', maxUses: 5 }],
    ]);
  });

  test('can be found by label and status, in any order', async () => {
    const revoked = await makeKey(server.owner, { label: 'Alpha' });
    await server.owner.delete(`/installation-keys/${revoked.id}`);
    await makeKey(server.owner, { label: 'Beta', expiresAt: '2026-11-20T10:00:00+00:00' });
    const used = await makeKey(server.owner, { label: 'Gamma', maxUses: 1 });
    await activate(server.anonymous, newMachine(), used.key);
    await makeKey(server.owner, { label: 'Delta' });
    server.clock.advance({ hours: 1 });
    const labels = async (query: string) => (await list(query)).items.map(({ label }) => label);
    expect(await labels('?sort=label')).toEqual(['Alpha', 'Beta', 'Delta', 'Gamma']);
    expect(await labels('?status=revoked')).toEqual(['Alpha']);
    expect(await labels('?status=expired')).toEqual(['Beta']);
    expect(await labels('?status=used-up')).toEqual(['Gamma']);
    expect(await labels('?status=valid')).toEqual(['Delta']);
    expect(await labels('?q=ELT')).toEqual(['Delta']);
    expect((await list('?sort=label')).items.map(({ status }) => status)).toEqual([
      'revoked',
      'expired',
      'valid',
      'used-up',
    ]);
  });

  test('is not made of what does not fit', async () => {
    const cases = [
      [{ label: '' }, 'label'],
      [{ label: 'x', maxUses: 0 }, 'maxUses'],
      [{ label: 'x', maxUses: 1.5 }, 'maxUses'],
      [{ label: 'x', expiresAt: 'tomorrow' }, 'expiresAt'],
      [{ label: 'x', expiresAt: '2026-11-20T09:00:00Z' }, 'expiresAt'],
      [{ label: 'x', secret: 'mine' }, 'secret'],
    ] as const;
    for (const [body, path] of cases) {
      const problem = await server.owner.refused('POST', '/installation-keys', body, 'request.invalid');
      expect(problem.errors?.[0]?.path).toBe(path);
      expect((await list()).total).toBe(0);
    }
  });

  test('is for owners to see, make and revoke', async () => {
    const { id } = await makeKey(server.owner);
    const operator = await server.signIn('operator');
    await operator.refused('GET', '/installation-keys', undefined, 'permission.denied');
    await operator.refused('POST', '/installation-keys', { label: 'x' }, 'permission.denied');
    await operator.refused('DELETE', `/installation-keys/${id}`, undefined, 'permission.denied');
    await server.owner.refused('DELETE', '/installation-keys/ik_unknown', undefined, 'key.not-found');
    expect((await list()).items[0]?.status).toBe('valid');
  });
});

describe('an activation', () => {
  test('counts a use, and there are no more than there are', async () => {
    const { key } = await makeKey(server.owner, { maxUses: 3 });
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        server.anonymous.request('POST', '/api/v1/workstation/activate', activationOf(newMachine(`PC-${index}`), key)),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 403, 403, 403]);
    expect((await list()).items[0]).toMatchObject({ uses: 3, status: 'used-up' });
    expect(await server.owner.get('/workstations')).toMatchObject({ total: 3 });
  });

  test('with a key that has ended is told how, with 1004', async () => {
    const revoked = await makeKey(server.owner);
    await server.owner.delete(`/installation-keys/${revoked.id}`);
    const short = await makeKey(server.owner, { expiresAt: '2026-11-20T10:00:00Z' });
    const once = await makeKey(server.owner, { maxUses: 1 });
    await activate(server.anonymous, newMachine(), once.key);
    server.clock.advance({ hours: 1 });
    expect(await refuse(revoked.key)).toMatchObject({
      number: 1004,
      status: 403,
      detail: expect.stringContaining('revoked') as string,
    });
    expect((await refuse(short.key)).detail).toContain('expired');
    expect((await refuse(once.key)).detail).toContain('as often as it may');
  });

  test('with a key that is none is told what is wrong with the text, and one of another server that it is not known', async () => {
    const { key } = await makeKey(server.owner);
    const other = await testServer({ environment: { USHER_PUBLIC_URL: 'https://usher.example' } });
    const foreign = await makeKey(other.owner);
    await other.close();
    expect((await refuse('hello')).detail).toContain('begins with');
    expect((await refuse(key.slice(0, -9))).detail).toContain('end of the installation key is missing');
    expect((await refuse(`${key.slice(0, 20)}${key[20] === 'A' ? 'B' : 'A'}${key.slice(21)}`)).detail).toContain(
      'is wrong',
    );
    expect((await refuse(foreign.key)).detail).toContain('knows no such');
    expect(await server.owner.get('/workstations')).toMatchObject({ total: 0 });
    expect((await list()).items[0]).toMatchObject({ uses: 0 });
  });

  test('is not tried for ever with wrong keys from one address, until a quarter of an hour later', async () => {
    const { key } = await makeKey(server.owner);
    for (let tries = 0; tries < 100; tries += 1) await refuse('hello');
    const body = activationOf(newMachine(), key);
    const problem = await server.anonymous.refused('POST', '/workstation/activate', body, 'request.too-many');
    expect(problem.status).toBe(429);
    server.clock.advance({ minutes: 15 });
    await activate(server.anonymous, newMachine(), key);
  });
});

describe('several installation keys', () => {
  test('are revoked together, but for those that are revoked already', async () => {
    const first = await makeKey(server.owner, { label: 'Floor 1' });
    await makeKey(server.owner, { label: 'Floor 2' });
    const other = await makeKey(server.owner, { label: 'Lab' });
    await server.owner.delete(`/installation-keys/${first.id}`);
    const floors = { action: 'revoke', filter: { q: 'floor' } };
    expect(await server.owner.post('/installation-keys/bulk?dryRun=true', floors)).toEqual({ changed: 1 });
    expect(await list('?status=revoked')).toMatchObject({ total: 1 });
    expect(await server.owner.post('/installation-keys/bulk', floors)).toEqual({ changed: 1 });
    expect(await list('?status=valid')).toMatchObject({ total: 1, items: [{ id: other.id }] });
    const { items } = await server.owner.get<{ items: EventItem[] }>('/events?type=key.revoked');
    expect(items).toHaveLength(2);
  });

  test('stay where one is unknown, or the role does not include it', async () => {
    const { id } = await makeKey(server.owner);
    const body = { action: 'revoke', ids: [id] };
    await server.owner.refused('POST', '/installation-keys/bulk', { ...body, ids: [id, 'ik_none'] }, 'key.not-found');
    for (const role of ['viewer', 'operator', 'approver'] as const) {
      const person = await server.signIn(role);
      await person.refused('POST', '/installation-keys/bulk', body, 'permission.denied');
    }
    expect(await list('?status=valid')).toMatchObject({ total: 1 });
  });

  test('come page by page, in the order of what they count', async () => {
    for (const label of ['B', 'A', 'C']) await makeKey(server.owner, { label });
    expect((await list('?sort=label&pageSize=2')).items).toMatchObject([{ label: 'A' }, { label: 'B' }]);
    expect(await list('?sort=label&pageSize=2&page=2')).toMatchObject({ total: 3, items: [{ label: 'C' }] });
  });
});
