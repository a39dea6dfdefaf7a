// The list of workstations: what each filter means, every order, and where pages end.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Workstation } from '@usher/protocol';
import { testServer, type TestServer } from '@usher/testkit';
import { countMatching, findByNames, matching, resolveFilter } from './read-model.ts';
import { listWorkstations, workstationListQuery } from './workstation-list.ts';
import { everyWay } from './test-support/every-way.ts';
import { addProduct, addWorkstations } from './test-support/fleet.ts';

let server: TestServer;
const code = '{11111111-2222-3333-4444-555555555555}';

async function start(): Promise<void> {
  server = await testServer();
  const { database } = server.system;
  await addProduct(database, 'pr_one', code);
  await addWorkstations(database, [
    { id: 'ws_a', hostname: 'Alpha', user: 'zoe', versions: { pr_one: ['3.9', '3.10'] }, tags: ['lab', 'VIP'] },
    { id: 'ws_b', hostname: 'bravo', user: 'yann', status: 'pending', versions: { pr_one: ['3.10.0', '3.10'] } },
    { id: 'ws_c', hostname: 'CHARLIE', status: 'disabled', release: '11', lastSeenAt: '2026-11-19T09:00:00.000Z' },
    { id: 'ws_d', hostname: 'delta_1', user: 'adam', status: 'pending', versions: { pr_one: [null] }, tags: ['lab'] },
    { id: 'ws_e', hostname: 'echo', versions: { pr_one: ['3.022.1', null] }, lastSeenAt: null },
    {
      id: 'ws_z',
      hostname: 'gone',
      retiredAt: '2026-11-01T00:00:00.000Z',
      tags: ['lab'],
      versions: { pr_one: ['3.9'] },
    },
  ]);
}

interface Page {
  readonly items: Workstation[];
  readonly total: number;
}

const list = (query: string) => server.owner.get<Page>(`/workstations${query}`);
const ids = async (query: string) => (await list(query)).items.map(({ id }) => id.slice(3)).join('');

describe('the list of workstations', () => {
  beforeAll(start);
  afterAll(() => server.close());

  test('shows those that wait for approval first, and no retired ones', async () => {
    expect(await ids('')).toBe('bdcae');
    expect(await list('')).toMatchObject({ total: 5, page: 1, pageSize: 50 });
  });

  test.each([
    ['hostname', 'abcde'],
    ['-hostname', 'edcba'],
    ['user', 'cedba'],
    ['-user', 'abdec'],
    ['os', 'abdec'],
    ['-os', 'cedba'],
    ['status', 'eacdb'],
    ['-status', 'bdcae'],
    ['lastSeenAt', 'ecabd'],
    ['-lastSeenAt', 'dbace'],
    ['installedVersion', 'cdabe'],
    ['-installedVersion', 'ebadc'],
    ['desiredVersion', 'cdeab'],
    ['-desiredVersion', 'baedc'],
    ['activatedAt', 'abcde'],
    ['-activatedAt', 'edcba'],
    ['lastError', 'cabde'],
  ])('can be ordered by %s', async (sort, order) => {
    expect(await ids(`?sort=${sort}`)).toBe(order);
  });

  test.each(['hostname', '-status', 'installedVersion', '-installedVersion', 'lastSeenAt'])(
    'by %s, comes page by page without a gap or a repetition',
    async (sort) => {
      const whole = await ids(`?sort=${sort}`);
      for (const size of [1, 2, 3]) {
        const pages = [1, 2, 3, 4, 5, 6].map((page) => ids(`?sort=${sort}&pageSize=${size}&page=${page}`));
        expect((await Promise.all(pages)).join('')).toBe(whole);
      }
    },
  );

  test.each([
    { tag: 'lab' },
    { tag: 'lab', status: 'pending' as const },
    { tag: 'lab', q: 'o' },
    { version: '3.10' },
    { product: 'pr_one', version: '3.9', tag: 'lab' },
    { product: 'pr_one', version: '3.9' },
    { status: 'authorized' as const, version: '3.22.1.0' },
    { tag: 'lab', retired: true },
  ])('finds the same in every way, and as it is counted: %j', async (filter) => {
    const { read } = server.system.database;
    const resolved = await resolveFilter(read, filter);
    const along = await matching(read, resolved).select('workstations.id').orderBy('workstations.id').execute();
    expect(along.length).toBeGreaterThan(0);
    expect(await countMatching(read, resolved)).toBe(along.length);
    for (const limits of everyWay) {
      expect(await countMatching(read, resolved, limits), JSON.stringify(limits)).toBe(along.length);
      const asked = workstationListQuery.parse({
        ...filter,
        retired: filter.retired === undefined ? undefined : 'true',
      });
      const { items } = await listWorkstations(read, asked, limits);
      expect(items.map(({ id }) => ({ id })).sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(along);
    }
  });

  test.each([
    ['?status=pending', 'bd'],
    ['?status=authorized', 'ae'],
    ['?version=3.10', 'b'],
    ['?version=3.22.1.0', 'e'],
    ['?version=none', ''],
    [`?product=${code.toLowerCase()}`, 'bdae'],
    ['?product=pr_one&version=3.9', 'a'],
    ['?tag=lab', 'da'],
    ['?tag=LAB', ''],
    ['?tag=lab&status=pending', 'd'],
    ['?q=ALPH', 'a'],
    ['?q=YAN', 'b'],
    ['?q=_', 'd'],
    ['?q=%25', ''],
    ['?q=', 'bdcae'],
    ['?retired=true', 'z'],
    ['?retired=false', 'bdcae'],
    ['?q=o&tag=lab', 'a'],
  ])('narrowed by %s means %s', async (query, expected) => {
    expect(await ids(query)).toBe(expected);
    expect((await list(query)).total).toBe(expected.length);
  });

  test.each([
    ['?status=retired', 'request.invalid'],
    ['?sort=password', 'request.invalid'],
    ['?page=0', 'request.invalid'],
    ['?pageSize=501', 'request.invalid'],
    ['?colour=red', 'request.invalid'],
    ['?product=pr_none', 'product.not-found'],
    ['?group=gr_none', 'group.not-found'],
  ] as const)('refuses %s', async (query, problem) => {
    await server.owner.refused('GET', `/workstations${query}`, undefined, problem);
  });

  test('is there for viewers, and for nobody else', async () => {
    const viewer = await server.signIn('viewer');
    expect(await viewer.get('/workstations')).toMatchObject({ total: 5 });
    await server.anonymous.refused('GET', '/workstations', undefined, 'session.required');
    const { text } = await viewer.request('GET', '/api/v1/workstations');
    expect(text).not.toMatch(/token|publicKey/);
  });
});

describe('the list', () => {
  beforeEach(start);
  afterEach(() => server.close());

  test('finds one by its id, and by a machine id as Windows writes it', async () => {
    const machineId = '0d3f6a1e-6a0b-4d55-9d63-0c7a8e3b2f10';
    const id = 'ws_0123456789abcdefghjkmnpqrs';
    await addWorkstations(server.system.database, [{ id, hostname: 'foxtrot' }]);
    await server.system.database.transaction(async ({ db }) => {
      await db.updateTable('workstations').set({ machineId }).where('id', '=', id).execute();
    });
    expect((await list(`?q=${id}`)).items.map((item) => item.id)).toEqual([id]);
    expect((await list(`?q=${machineId}`)).items.map((item) => item.id)).toEqual([id]);
  });

  test('shows the version of the only product, of the one that is asked for, and of none where there are several', async () => {
    const version = async (query: string) =>
      (await list(query)).items.find(({ id }) => id === 'ws_a')?.installedVersion;
    expect(await version('')).toBe('3.9');
    await addProduct(server.system.database, 'pr_two', '{99999999-2222-3333-4444-555555555555}');
    expect(await version('')).toBeNull();
    expect(await version('?product=pr_one')).toBe('3.9');
    expect((await list('?version=3.9')).items.map(({ id }) => id)).toEqual(['ws_a']);
    expect(await ids('?sort=-installedVersion')).toBe('edcba');
  });
});

describe('a name', () => {
  beforeEach(start);
  afterEach(() => server.close());

  test('means one workstation in any case; none and several are said, never guessed', async () => {
    await addWorkstations(server.system.database, [
      { id: 'ws_2', hostname: 'ECHO' },
      { id: 'ws_3', hostname: 'Foxtrot' },
    ]);
    const found = await findByNames(server.system.database.read, [' ALPHA ', 'echo', 'gone', 'foxtrot']);
    expect([...found.ids]).toEqual([
      [' ALPHA ', 'ws_a'],
      ['foxtrot', 'ws_3'],
    ]);
    expect(found).toMatchObject({ ambiguous: ['echo'], unknown: ['gone'] });
  });
});
