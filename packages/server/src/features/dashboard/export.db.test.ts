// Exports: the rows and the order that the filters show, the columns that are asked for, and no formula for a spreadsheet.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '@usher/testkit';
import {
  addMachines,
  addProduct,
  approveNew,
  check,
  draft,
  report,
  running,
  withLastingOwner,
} from '../updates/test-support/scene.ts';

let server: TestServer;
let product: Awaited<ReturnType<typeof addProduct>>;

beforeEach(async () => {
  server = await withLastingOwner(await testServer());
  product = await addProduct(server);
  for (const version of ['3.22.0', '3.23.0']) await approveNew(server, product, version);
});

afterEach(() => server.close());

async function exported(path: string) {
  const answer = await server.owner.request('GET', `/api/v1${path}`);
  expect(answer.status).toBe(200);
  return { ...answer, lines: answer.text.split(/\r?\n/).filter((line) => line !== '') };
}

describe('an export', () => {
  test('of workstations has the rows of the list, in its order, with the columns that were asked for', async () => {
    for (const hostname of ['PC-C', 'PC-A', '=cmd|calc', 'PC-B']) await addMachines(server, 1, { hostname });
    await addMachines(server, 1, { hostname: 'PC-D', status: 'disabled' });
    const { headers, text } = await exported(
      '/workstations/export?status=authorized&sort=-hostname&columns=hostname,status,installedVersion',
    );
    expect(headers['content-type']).toContain('text/csv');
    expect(headers['content-disposition']).toBe('attachment; filename="usher-workstations.csv"');
    expect(text).toBe(
      [
        'hostname,status,installedVersion',
        'PC-C,authorized,',
        'PC-B,authorized,',
        'PC-A,authorized,',
        "'=cmd|calc,authorized,",
        '',
      ].join('\r\n'),
    );
  });

  test('of a fleet is whole, whatever the order', async () => {
    const machines = await addMachines(server, 1201);
    for (const machine of machines.slice(0, 5)) await check(server, machine, '3.22.0');
    for (const sort of ['hostname', '-lastSeenAt', 'installedVersion', '-installedVersion', '-status']) {
      const { lines } = await exported(`/workstations/export?sort=${sort}&columns=id`);
      expect(lines).toHaveLength(1202);
      expect(new Set(lines)).toEqual(new Set(['id', ...machines.map(({ id }) => id)]));
      const { items } = await server.owner.get<{ items: { id: string }[] }>(`/workstations?sort=${sort}&pageSize=100`);
      expect(lines.slice(1, 101)).toEqual(items.map(({ id }) => id));
    }
  });

  test('of an update’s failed workstations says why they failed', async () => {
    const machines = await addMachines(server, 2);
    const update = await running(server, { product: product.id, version: '3.23.0', requirement: 'optional' }, machines);
    const [first] = machines;
    if (first === undefined) throw new Error('no machine');
    await check(server, first, '3.22.0');
    await report(server, first, update.id, { state: 'downloading', attempt: 1, seq: 1 });
    const failed = { state: 'failed', attempt: 1, seq: 2, code: 2042, exitCode: 1603 };
    await report(server, first, update.id, { ...failed, detail: 'Fatal "error"', logTail: '+1\nend' });
    const columns = 'columns=hostname,state,attempts,installedVersion,lastError,logTail';
    const { text } = await exported(`/updates/${update.id}/workstations/export?state=failed&${columns}`);
    expect(text).toBe(
      `hostname,state,attempts,installedVersion,lastError,logTail\r\n` +
        `${first.hostname},failed,1,3.22.0,"2042 (1603) Fatal ""error""","'+1\nend"\r\n`,
    );
    await server.owner.refused('GET', '/updates/up_none/workstations/export', undefined, 'update.not-found');
  });

  test('of updates and installers follows their filters too, also as JSON Lines', async () => {
    await draft(server, { product: product.id, version: '3.22.0', requirement: 'mandatory', name: 'Back' });
    await draft(server, { product: product.id, version: '3.23.0', requirement: 'mandatory', name: '-1 forward' });
    const updates = await exported('/updates/export?sort=name&columns=name,target,state,total');
    expect(updates.lines).toEqual(['name,target,state,total', "'-1 forward,3.23.0,draft,0", 'Back,3.22.0,draft,0']);
    const installers = await exported(
      '/installers/export?version=3.22.0&format=jsonl&columns=version,decision,installedOn',
    );
    expect(installers.headers['content-type']).toContain('application/jsonl');
    expect(installers.lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { version: '3.22.0', decision: 'approved', installedOn: 0 },
    ]);
  });

  test('has every column where none is named, and refuses one that there is not', async () => {
    await addMachines(server, 1);
    const { lines } = await exported('/workstations/export');
    expect(lines[0]).toMatch(/^hostname,status,user,os,.*,id$/);
    for (const columns of ['hostname,secret', 'constructor', '']) {
      await server.owner.refused('GET', `/workstations/export?columns=${columns}`, undefined, 'request.invalid');
    }
    await server.owner.refused('GET', '/workstations/export?page=2', undefined, 'request.invalid');
    await server.owner.refused('GET', '/workstations/export?group=none', undefined, 'group.not-found');
    await server.anonymous.refused('GET', '/workstations/export', undefined, 'session.required');
  });
});
