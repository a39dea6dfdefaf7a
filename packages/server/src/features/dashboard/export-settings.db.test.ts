// Exports of what is set up: groups, products, accounts, API tokens and installation keys, for those who may see the list.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testPassword, testServer, type TestServer } from '@usher/testkit';
import { addProduct, addWorkstations } from '../workstations/test-support/fleet.ts';

let server: TestServer;

beforeEach(async () => {
  server = await testServer();
  const { database } = server.system;
  await addProduct(database, 'pr_one', '{11111111-2222-3333-4444-555555555555}');
  await addProduct(database, 'pr_two', '{11111111-2222-3333-4444-666666666666}');
  await addWorkstations(database, [
    { id: 'ws_a', tags: ['lab'], versions: { pr_one: ['3.22.1', '3.23.0'], pr_two: ['7.0.0'] } },
    { id: 'ws_b', versions: { pr_one: ['3.22.1'] } },
    { id: 'ws_c', versions: { pr_one: [null], pr_two: ['7.0.0'] } },
  ]);
});

afterEach(() => server.close());

async function exported(path: string): Promise<string> {
  const answer = await server.owner.request('GET', `/api/v1${path}`);
  expect(answer.status).toBe(200);
  return answer.text;
}

test('a list is exported with its filters, its order and the columns that are asked for', async () => {
  await server.owner.post('/groups', { name: '=Lab', filter: { tag: 'lab' } }, 201);
  await server.owner.post('/groups', { name: 'Everything', filter: {} }, 201);
  expect(await exported('/groups/export?q=lab&columns=name,workstations,filter')).toBe(
    `name,workstations,filter\r\n'=Lab,1,"{""tag"":""lab""}"\r\n`,
  );
  expect(await exported('/groups/export?sort=-name&format=jsonl&columns=name')).toBe(
    '{"name":"Everything"}\n{"name":"=Lab"}\n',
  );
  await server.owner.patch('/products/pr_two', { enforcement: 'observe' });
  expect(await exported('/products/export?enforcement=observe&columns=name,enforcement,workstations')).toBe(
    'name,enforcement,workstations\r\nProduct pr_two,observe,2\r\n',
  );
  const ben = { name: 'ben', email: 'ben@usher.example', role: 'viewer', password: testPassword };
  await server.owner.post('/accounts', ben, 201);
  expect(await exported('/accounts/export?role=viewer&columns=email,role,status')).toBe(
    'email,role,status\r\nben@usher.example,viewer,active\r\n',
  );
  await server.owner.post('/tokens', { name: 'ci', role: 'viewer' }, 201);
  expect(await exported('/tokens/export?status=valid&columns=name,status,role')).toBe(
    'name,status,role\r\nci,valid,viewer\r\n',
  );
  await server.owner.post('/installation-keys', { label: 'Floor 3', maxUses: 5 }, 201);
  expect(await exported('/installation-keys/export?columns=label,status,autoAuthorize,uses,maxUses')).toBe(
    'label,status,autoAuthorize,uses,maxUses\r\nFloor 3,valid,false,0,5\r\n',
  );
});

test('no file has a secret, whatever columns there are', async () => {
  const { token } = await server.owner.post<{ token: string }>('/tokens', { name: 'ci', role: 'viewer' }, 201);
  const { key } = await server.owner.post<{ key: string }>('/installation-keys', { label: 'Floor 3' }, 201);
  const texts = await Promise.all(
    ['/accounts', '/tokens', '/installation-keys'].map((path) => exported(`${path}/export`)),
  );
  for (const text of texts) {
    expect(text).not.toContain(token);
    expect(text).not.toContain(key);
    expect(text).not.toMatch(/hash|argon|password/i);
  }
});

test('is refused to those who may not see the list itself', async () => {
  for (const role of ['viewer', 'operator', 'approver'] as const) {
    const other = await server.signIn(role);
    await other.get('/groups');
    for (const path of ['/accounts', '/tokens', '/installation-keys']) {
      await other.refused('GET', `${path}/export`, undefined, 'permission.denied');
    }
    const groups = await other.request('GET', '/api/v1/groups/export');
    expect(groups.status).toBe(200);
  }
  await server.owner.refused('GET', '/tokens/export?columns=hash', undefined, 'request.invalid');
});

test('the version of a workstation is never empty where the list is about several products', async () => {
  const columns = 'columns=hostname,installedVersion,desiredVersion';
  expect(await exported(`/workstations/export?sort=hostname&${columns}`)).toBe(
    [
      'hostname,installedVersion,desiredVersion',
      'ws_a,"Product pr_one 3.22.1, Product pr_two 7.0.0",Product pr_one 3.23.0',
      'ws_b,3.22.1,',
      'ws_c,Product pr_two 7.0.0,',
      '',
    ].join('\r\n'),
  );
  expect(await exported(`/workstations/export?sort=hostname&product=pr_two&${columns}`)).toContain('ws_a,7.0.0,');
});
