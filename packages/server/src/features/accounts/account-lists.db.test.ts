// The lists of accounts and API tokens: pages, orders, filters, and what is done to many of them at once.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Account, EventItem, tokenSchema } from '@usher/protocol';
import { testPassword, testServer, type TestServer } from '@usher/testkit';
import type * as z from 'zod';

type Token = z.output<typeof tokenSchema>;

interface List<Item> {
  readonly items: Item[];
  readonly total: number;
}

let server: TestServer;

beforeEach(async () => {
  server = await testServer();
});

afterEach(() => server.close());

const accounts = (query = '') => server.owner.get<List<Account>>(`/accounts${query}`);
const tokens = (query = '') => server.owner.get<List<Token>>(`/tokens${query}`);
const names = async (query: string) => (await accounts(query)).items.map(({ name }) => name);
const tokenNames = async (query: string) => (await tokens(query)).items.map(({ name }) => name);

async function addAccounts(): Promise<Record<'ben' | 'cid' | 'dora', Account>> {
  const add = (name: string, role: string) =>
    server.owner.post<Account>(
      '/accounts',
      { name, email: `${name}@usher.example`, role, password: testPassword },
      201,
    );
  const made = {
    ben: await add('ben', 'viewer'),
    cid: await add('cid', 'operator'),
    dora: await add('dora', 'viewer'),
  };
  server.clock.advance({ minutes: 1 });
  await server.anonymous.signIn('cid@usher.example', testPassword);
  return made;
}

const count = async (type: string) => {
  const { items } = await server.owner.get<List<EventItem>>(`/events?type=${type}`);
  return items.length;
};

describe('the list of accounts', () => {
  test('comes page by page, in any order, narrowed by role, status and text', async () => {
    await addAccounts();
    expect(await accounts('?pageSize=2&page=2&sort=email')).toMatchObject({ total: 4, page: 2, pageSize: 2 });
    expect((await accounts('?pageSize=2&page=2&sort=email')).items).toHaveLength(2);
    expect((await names('?sort=-lastSignInAt&pageSize=2'))[0]).toBe('cid');
    // Who never signed in comes first, on both databases.
    expect((await names('?sort=lastSignInAt')).slice(0, 2).sort()).toEqual(['ben', 'dora']);
    expect(await names('?role=viewer&sort=-name')).toEqual(['dora', 'ben']);
    expect(await names('?q=DOR')).toEqual(['dora']);
    expect((await accounts('?status=disabled')).total).toBe(0);
    await server.owner.refused('GET', '/accounts?sort=password', undefined, 'request.invalid');
    await server.owner.refused('GET', '/accounts?nonsense=1', undefined, 'request.invalid');
  });

  test('can be disabled and enabled together, and says before how many that would be', async () => {
    const { ben, cid, dora } = await addAccounts();
    const ids = [ben.id, cid.id, dora.id];
    const disable = { action: 'disable', ids };
    expect(await server.owner.post('/accounts/bulk?dryRun=true', disable)).toEqual({ changed: 3 });
    expect((await accounts('?status=disabled')).total).toBe(0);
    await server.owner.patch(`/accounts/${ben.id}`, { status: 'disabled' });
    expect(await server.owner.post('/accounts/bulk', disable)).toEqual({ changed: 2 });
    expect(await names('?status=disabled&sort=name')).toEqual(['ben', 'cid', 'dora']);
    await server.anonymous.refused('POST', '/session', { email: cid.email, password: testPassword }, 'session.refused');
    const viewers = { action: 'enable', filter: { role: 'viewer', status: 'disabled' } };
    expect(await server.owner.post('/accounts/bulk', viewers)).toEqual({ changed: 2 });
    expect(await names('?status=disabled')).toEqual(['cid']);
    expect(await count('account.changed')).toBe(5);
  });

  test('never means the one that asks, and keeps an owner who can sign in', async () => {
    await addAccounts();
    expect(await server.owner.post('/accounts/bulk', { action: 'disable', filter: {} })).toEqual({ changed: 3 });
    expect((await accounts('?status=active')).items.map(({ role }) => role)).toEqual(['owner']);
    const { token } = await server.owner.post<{ token: string }>('/tokens', { name: 'all', role: 'owner' }, 201);
    // A program is no account of its own: nobody is left out for it, so that it would take the last owner.
    const program = server.withToken(token);
    await program.refused('POST', '/accounts/bulk', { action: 'disable', filter: {} }, 'account.last-owner');
    expect((await accounts('?status=active')).total).toBe(1);
  });

  test('changes nothing for what is unknown, incomplete, or beyond a role', async () => {
    const { ben } = await addAccounts();
    const cases = [
      [{ action: 'disable', ids: [ben.id, 'ac_none'] }, 'account.not-found'],
      [{ action: 'disable' }, 'request.invalid'],
      [{ action: 'disable', ids: [ben.id], filter: {} }, 'request.invalid'],
      [{ action: 'delete', ids: [ben.id] }, 'request.invalid'],
      [{ action: 'disable', filter: { colour: 'red' } }, 'request.invalid'],
    ] as const;
    for (const [body, problem] of cases) await server.owner.refused('POST', '/accounts/bulk', body, problem);
    const body = { action: 'disable', ids: [ben.id] };
    for (const role of ['viewer', 'operator', 'approver'] as const) {
      const other = await server.signIn(role);
      await other.refused('POST', '/accounts/bulk', body, 'permission.denied');
      await other.refused('POST', '/tokens/bulk', { action: 'revoke', filter: {} }, 'permission.denied');
    }
    expect((await accounts('?status=disabled')).total).toBe(0);
  });
});

describe('the list of API tokens', () => {
  const make = (name: string, expiresAt: string | null = null, role = 'viewer') =>
    server.owner.post<{ id: string; status: string }>('/tokens', { name, role, expiresAt }, 201);

  beforeEach(async () => {
    await make('lasting');
    await make('short', '2026-11-20T09:10:00.000Z', 'operator');
    const { id, status } = await make('gone', '2026-11-20T09:10:00.000Z');
    expect(status).toBe('valid');
    await server.owner.delete(`/tokens/${id}`);
    server.clock.advance({ minutes: 20 });
  });

  test('says what each is good for, and is narrowed by it', async () => {
    const { items } = await tokens('?sort=name');
    expect(items.map(({ name, status }) => [name, status])).toEqual([
      ['gone', 'revoked'],
      ['lasting', 'valid'],
      ['short', 'expired'],
    ]);
    for (const [status, expected] of [
      ['revoked', ['gone']],
      ['valid', ['lasting']],
      ['expired', ['short']],
    ] as const) {
      expect(await tokenNames(`?status=${status}`)).toEqual(expected);
    }
    expect(await tokenNames('?sort=expiresAt&pageSize=1')).toEqual(['lasting']);
    expect(await tokenNames('?role=operator&q=SHO')).toEqual(['short']);
  });

  test('is revoked together, but for those that are revoked already', async () => {
    const all = { action: 'revoke', filter: {} };
    expect(await server.owner.post('/tokens/bulk?dryRun=true', all)).toEqual({ changed: 2 });
    expect(await server.owner.post('/tokens/bulk', { action: 'revoke', filter: { status: 'valid' } })).toEqual({
      changed: 1,
    });
    expect(await server.owner.post('/tokens/bulk', all)).toEqual({ changed: 1 });
    expect((await tokens('?status=revoked')).total).toBe(3);
    expect(await count('token.revoked')).toBe(3);
    await server.owner.refused('POST', '/tokens/bulk', { action: 'revoke', ids: ['tk_none'] }, 'token.not-found');
  });
});
