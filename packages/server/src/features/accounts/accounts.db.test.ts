// Accounts, API tokens and the setup: who may make them, and how they end.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { roles } from '@usher/protocol';
import { ownerEmail, testPassword, testServer, type TestServer } from '@usher/testkit';

let server: TestServer;

beforeEach(async () => {
  server = await testServer();
});

afterEach(() => server.close());

interface AccountBody {
  id: string;
  email: string;
}

const newcomer = { email: 'New@Usher.example', role: 'operator', password: testPassword };
const make = (body: Record<string, unknown> = newcomer) => server.owner.post<AccountBody>('/accounts', body, 201);
const types = async (query: string) => {
  const { items } = await server.owner.get<{ items: { type: string }[] }>(`/events?${query}`);
  return items.map(({ type }) => type);
};

describe('an account', () => {
  test('is made with its e-mail address in lower case, shown without its password, and can sign in', async () => {
    const account = await make();
    expect(account).toMatchObject({
      email: 'new@usher.example',
      role: 'operator',
      status: 'active',
      lastSignInAt: null,
    });
    expect(JSON.stringify(account)).not.toMatch(/password|argon2/i);
    await server.anonymous.signIn('new@usher.example', testPassword);
    expect(await types(`object=${account.id}`)).toEqual(['session.started', 'account.created']);
  });

  test.each([
    ['an e-mail address that is none', { ...newcomer, email: 'nobody' }, 'email'],
    ['eleven characters of password', { ...newcomer, password: 'elevenchars' }, 'password'],
    ['a role that there is not', { ...newcomer, role: 'god' }, 'role'],
    ['more than belongs to it', { ...newcomer, id: 'ac_mine' }, 'id'],
  ])('is refused with %s', async (_what, body, path) => {
    const problem = await server.owner.refused('POST', '/accounts', body, 'request.invalid');
    expect(problem.errors?.map((error) => error.path)).toEqual([path]);
    expect(await server.owner.get('/accounts')).toMatchObject({ total: 1 });
  });

  test('is unique by its e-mail address, whatever its case, also when two are made at once', async () => {
    const both = await Promise.all(
      ['same@usher.example', 'SAME@usher.example'].map((email) =>
        server.owner.request('POST', '/api/v1/accounts', { ...newcomer, email }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  test('that is disabled loses its sessions and its API tokens at once', async () => {
    const second = await server.signIn('owner');
    const { token } = await second.post<{ token: string }>('/tokens', { name: 'ci', role: 'viewer' }, 201);
    const program = server.withToken(token);
    await program.get('/events');
    const { id } = await second.get<AccountBody>('/session');
    await server.owner.patch(`/accounts/${id}`, { status: 'disabled' });
    await second.refused('GET', '/session', undefined, 'session.required');
    await program.refused('GET', '/events', undefined, 'session.required');
    expect(await types(`object=${id}&type=account`)).toEqual(['account.changed', 'account.created']);
  });

  test('that is disabled loses the API tokens too that were made with its API tokens', async () => {
    const second = await server.signIn('owner');
    const { token } = await second.post<{ token: string }>('/tokens', { name: 'ci', role: 'owner' }, 201);
    const made = await server
      .withToken(token)
      .post<{ token: string; createdBy: string }>('/tokens', { name: 'hidden', role: 'owner' }, 201);
    const { id, email } = await second.get<AccountBody>('/session');
    expect(made.createdBy).toBe(email);
    await server.owner.patch(`/accounts/${id}`, { status: 'disabled' });
    await server.withToken(made.token).refused('GET', '/events', undefined, 'session.required');
  });

  test.each([
    ['approver', ['viewer', 'approver']],
    ['operator', ['viewer', 'operator']],
    ['viewer', ['viewer']],
  ])('who becomes %s keeps the API tokens of %j, and none that may do anything else', async (role, kept) => {
    const second = await server.signIn('owner');
    const tokens = new Map<string, string>();
    for (const each of roles) {
      tokens.set(each, (await second.post<{ token: string }>('/tokens', { name: each, role: each }, 201)).token);
    }
    const { id } = await second.get<AccountBody>('/session');
    await server.owner.patch(`/accounts/${id}`, { role });
    for (const [each, token] of tokens) {
      if (kept.includes(each)) await server.withToken(token).get('/events');
      else await server.withToken(token).refused('GET', '/events', undefined, 'session.required');
    }
    expect(await types('type=token.revoked')).toHaveLength(roles.length - kept.length);
  });

  test('whose role is taken while it makes an API token makes none', async () => {
    const second = await server.signIn('owner');
    const { id } = await second.get<AccountBody>('/session');
    const [, made] = await Promise.all([
      server.owner.patch(`/accounts/${id}`, { role: 'approver' }),
      second.request('POST', '/api/v1/tokens', { name: 'late', role: 'owner' }),
    ]);
    const { items } = await server.owner.get<{ items: { status: string }[] }>('/tokens');
    expect(items.filter(({ status }) => status === 'valid')).toEqual([]);
    expect(made.status === 201 || made.status === 403).toBe(true);
  });

  test('whose password an owner sets anew has to sign in again, and its API tokens end', async () => {
    const second = await server.signIn('owner');
    const { id, email } = await second.get<AccountBody>('/session');
    const { token } = await second.post<{ token: string }>('/tokens', { name: 'kept', role: 'viewer' }, 201);
    await server.owner.patch(`/accounts/${id}`, { password: 'set by the owner' });
    await second.refused('GET', '/session', undefined, 'session.required');
    // Whoever had the account meanwhile keeps no way in.
    await server.withToken(token).refused('GET', '/events', undefined, 'session.required');
    await server.anonymous.signIn(email, 'set by the owner');
  });

  test('that changes nothing records nothing', async () => {
    const { id } = await make();
    await server.owner.patch(`/accounts/${id}`, { role: 'operator' });
    expect(await types(`object=${id}`)).toEqual(['account.created']);
  });

  test('that is not there is not found', async () => {
    await server.owner.refused('GET', '/accounts/ac_none', undefined, 'account.not-found');
    await server.owner.refused('PATCH', '/accounts/ac_none', { name: 'x' }, 'account.not-found');
  });
});

describe('the last owner', () => {
  test.each([[{ role: 'viewer' }], [{ status: 'disabled' }]])('stays one (%j)', async (patch) => {
    const { id } = await server.owner.get<AccountBody>('/session');
    await server.owner.refused('PATCH', `/accounts/${id}`, patch, 'account.last-owner');
    const second = await server.signIn('owner');
    await second.patch(`/accounts/${id}`, patch);
  });

  test.each(['owner', 'approver'] as const)(
    'is not needed for nobody to disable their own account (%s)',
    async (role) => {
      const second = await server.signIn('owner');
      const { id } = await second.get<AccountBody>('/session');
      const problem = await second.refused('PATCH', `/accounts/${id}`, { status: 'disabled' }, 'request.invalid');
      expect(problem.errors).toMatchObject([{ path: 'status' }]);
      await second.patch(`/accounts/${id}`, { role });
      await server.owner.patch(`/accounts/${id}`, { status: 'disabled' });
    },
  );

  test('is one of two who take each other’s place away at once', async () => {
    const second = await server.signIn('owner');
    const [mine, other] = await Promise.all([
      server.owner.get<AccountBody>('/session'),
      second.get<AccountBody>('/session'),
    ]);
    const answers = await Promise.all([
      server.owner.request('PATCH', `/api/v1/accounts/${other.id}`, { role: 'viewer' }),
      second.request('PATCH', `/api/v1/accounts/${mine.id}`, { role: 'viewer' }),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('the list of accounts', () => {
  test('is ordered, narrowed, and cut into pages', async () => {
    for (const role of ['viewer', 'viewer', 'approver'] as const) await server.signIn(role);
    const get = (query: string) => server.owner.get<{ items: AccountBody[]; total: number }>(`/accounts?${query}`);
    const emails = async (query: string) => (await get(query)).items.map(({ email }) => email.split('@')[0]);
    expect(await emails('')).toEqual(['approver3', 'owner', 'viewer1', 'viewer2']);
    expect(await emails('sort=-email&pageSize=2&page=2')).toEqual(['owner', 'approver3']);
    expect(await emails('role=viewer')).toEqual(['viewer1', 'viewer2']);
    expect(await emails('q=VIEWER1')).toEqual(['viewer1']);
    expect(await get('pageSize=1')).toMatchObject({ total: 4, page: 1, pageSize: 1 });
  });

  test.each(['sort=passwordHash', 'page=0', 'pageSize=501', 'rolle=viewer'])('refuses %s', async (query) => {
    await server.owner.refused('GET', `/accounts?${query}`, undefined, 'request.invalid');
  });
});

test.each(roles.filter((role) => role !== 'owner'))(
  'the role %s does not include accounts and tokens',
  async (role) => {
    const caller = await server.signIn(role);
    await caller.refused('GET', '/accounts', undefined, 'permission.denied');
    await caller.refused('POST', '/accounts', newcomer, 'permission.denied');
    await caller.refused('POST', '/tokens', { name: 'mine', role }, 'permission.denied');
  },
);

describe('an API token', () => {
  const create = (body: Record<string, unknown> = { name: 'ci', role: 'operator' }) =>
    server.owner.post<{ id: string; token: string }>('/tokens', body, 201);

  test('is shown once, kept as a hash, and acts with its role', async () => {
    const { id, token } = await create();
    expect(token).toMatch(/^tk_[\w-]{43}$/);
    expect((await server.owner.request('GET', '/api/v1/tokens')).text).not.toContain(token);
    const rows = await server.system.database.read.selectFrom('tokens').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token);
    const program = server.withToken(token);
    await program.get('/events');
    await program.refused('GET', '/accounts', undefined, 'permission.denied');
    await program.refused('GET', '/session', undefined, 'permission.denied');
    const { items } = await server.owner.get<{ items: object[] }>('/tokens');
    expect(items).toEqual([
      expect.objectContaining({ id, name: 'ci', createdBy: ownerEmail, lastUsedAt: '2026-11-20T09:00:00.000Z' }),
    ]);
  });

  test('needs no origin: no browser sends it by itself', async () => {
    const { token } = await create({ name: 'ci', role: 'owner' });
    const program = server.withToken(token).with({ origin: 'https://elsewhere.example' });
    await program.post('/accounts', newcomer, 201);
  });

  test('ends when it is revoked, and is revoked once', async () => {
    const { id, token } = await create();
    await server.owner.delete(`/tokens/${id}`);
    await server.withToken(token).refused('GET', '/events', undefined, 'session.required');
    await server.owner.refused('DELETE', `/tokens/${id}`, undefined, 'token.not-found');
    expect(await types(`object=${id}`)).toEqual(['token.revoked', 'token.created']);
  });

  test('ends at its end', async () => {
    const { token } = await create({ name: 'ci', role: 'viewer', expiresAt: '2026-11-20T12:00:00+01:00' });
    server.clock.advance({ hours: 1, minutes: 59 });
    await server.withToken(token).get('/events');
    server.clock.advance({ minutes: 1 });
    await server.withToken(token).refused('GET', '/events', undefined, 'session.required');
  });

  test('lasts a year where nobody says how long, and for ever only where somebody says so', async () => {
    const made = (body: object) => server.owner.post<{ expiresAt: string | null }>('/tokens', body, 201);
    expect((await made({ name: 'ci', role: 'viewer' })).expiresAt).toBe('2027-11-20T09:00:00.000Z');
    expect((await made({ name: 'ci', role: 'viewer', expiresAt: null })).expiresAt).toBeNull();
  });

  test('does not begin after its end', async () => {
    const body = { name: 'ci', role: 'viewer', expiresAt: '2026-11-20T09:00:00Z' };
    const problem = await server.owner.refused('POST', '/tokens', body, 'request.invalid');
    expect(problem.errors?.[0]?.path).toBe('expiresAt');
  });
});
