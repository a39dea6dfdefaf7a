// Events as people and their programs get them: list, export, check.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '@usher/testkit';
import type { Actor, EventType } from '@usher/protocol';
import { listEvents, type EventPage } from './read-model.ts';

let server: TestServer;

beforeEach(async () => {
  server = await testServer();
});

afterEach(() => server.close());

interface Listed {
  items: { seq: number; type: string; object: { id: string; name?: string }; at: string }[];
  nextCursor: string | null;
}

const ann: Actor = { kind: 'account', id: 'ac_ann', name: 'ann@usher.example' };
const bob: Actor = { kind: 'account', id: 'ac_bob', name: 'bob@usher.example' };

async function record(type: EventType, name: string, actor: Actor = ann): Promise<void> {
  const { database, events } = server.system;
  await database.transaction((tx) => {
    events.record(tx, {
      actor,
      address: '192.0.2.7',
      type,
      object: { kind: 'thing', id: `id_${name}`, name },
      data: { name },
    });
    return Promise.resolve();
  });
}

const names = (list: Listed) => list.items.map((item) => item.object.name);

describe('the list', () => {
  test('shows the newest first and goes on by cursor, without gap or repetition', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await record('group.created', name);
    const seen: (string | undefined)[] = [];
    let cursor = '';
    do {
      const page = await server.owner.get<Listed>(`/events?type=group&pageSize=2${cursor}`);
      seen.push(...names(page));
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
      // A new event does not shift what comes next.
      if (seen.length === 2) await record('group.created', 'f');
    } while (cursor !== '');
    expect(seen).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  test('shows an event whole', async () => {
    await record('group.created', 'a');
    const { items } = await server.owner.get<Listed>('/events?pageSize=1');
    expect(items[0]).toEqual({
      id: expect.stringMatching(/^ev_/) as string,
      seq: expect.any(Number) as number,
      type: 'group.created',
      at: '2026-11-20T09:00:00.000Z',
      actor: ann,
      object: { kind: 'thing', id: 'id_a', name: 'a' },
      data: { name: 'a' },
      address: '192.0.2.7',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      previousHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  test.each([
    ['type=group.changed', ['b']],
    ['type=group', ['c', 'b', 'a']],
    ['actor=ac_bob', ['c']],
    ['object=id_a', ['a']],
    ['about=id_a', ['a']],
    ['about=ac_bob', ['c']],
    ['type=group&about=ac_bob', ['c']],
    ['type=group.created&object=id_b', []],
    ['q=ID_B', ['b']],
    ['q=bob%40', ['c']],
    ['q=%25', ['d%']],
    ['from=2026-11-20T10:00:00.000Z&type=group', ['c', 'b']],
    ['to=2026-11-20T10:00:00.000Z&type=group', ['a']],
    ['from=2026-11-20T12:00:00%2B02:00&to=2026-11-20T11:00:00.000Z&type=group', ['b']],
    ['from=2026-11-20T10:00:00.000Z&actor=ac_ann&type=group', ['b']],
  ])('narrowed by %s', async (query, expected) => {
    await record('group.created', 'a');
    await record('settings.changed', 'd%');
    server.clock.advance({ hours: 1 });
    await record('group.changed', 'b');
    server.clock.advance({ hours: 1 });
    await record('group.deleted', 'c', bob);
    const session = await server.anonymous.signIn('owner@usher.example', 'correct horse battery staple');
    const list = await session.get<Listed>(`/events?${query}`);
    expect(names(list)).toEqual(expected);
    const lines = (await session.request('GET', `/api/v1/events/export?${query}`)).text.trim().split('\n');
    expect(lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown)).toEqual(list.items);
  });

  test.each([['cursor=x'], ['pageSize=501'], ['from=yesterday'], ['typo=group.created'], ['type=zz'], ['type=grou']])(
    'refuses %s',
    async (query) => {
      await server.owner.refused('GET', `/events?${query}`, undefined, 'request.invalid');
    },
  );
});

test('what happened to a workstation is found, also where it stands under an update', async () => {
  const { database, events } = server.system;
  const update = { kind: 'update', id: 'up_one', name: 'One' };
  const system: Actor = { kind: 'system', name: 'usher' };
  const record = (type: EventType, actor: Actor, data: Record<string, unknown>) =>
    database.transaction((tx) => {
      events.record(tx, { actor, address: null, type, object: update, data });
      return Promise.resolve();
    });
  await record('assignment.added', ann, { added: 2, ids: ['ws_a', 'ws_b', 'ws_a'] });
  await record('assignment.offered', { kind: 'workstation', id: 'ws_a', name: 'A' }, { workstation: { id: 'ws_a' } });
  await record('assignment.failed', system, { workstation: { id: 'ws_a', hostname: 'A' } });
  await record('assignment.failed', system, { workstation: { id: 'ws_b', hostname: 'B' } });
  await record('assignment.retried', ann, { retried: 1, asked: ['ws_a'] });
  const typesOf = async (query: string) => {
    const { items } = await server.owner.get<Listed>(`/events?${query}`);
    return items.map(({ type }) => type);
  };
  const all = ['assignment.retried', 'assignment.failed', 'assignment.offered', 'assignment.added'];
  expect(await typesOf('about=ws_a')).toEqual(all);
  expect(await typesOf('about=ws_a&type=assignment.failed')).toEqual(['assignment.failed']);
  expect(await typesOf('about=ws_b')).toEqual(['assignment.failed', 'assignment.added']);
  expect(await typesOf('object=ws_a')).toEqual([]);
});

describe('a search in a long log', () => {
  test('finds the same, in however small parts it goes on', async () => {
    const { database, events } = server.system;
    const types = ['group.created', 'group.changed', 'settings.changed', 'key.created'] as const;
    await database.transaction((tx) => {
      for (let n = 0; n < 60; n += 1) {
        const object = { kind: 'thing', id: `id_${n % 7}`, name: n % 5 === 0 ? 'Rare' : 'common' };
        events.record(tx, { actor: n % 3 === 0 ? bob : ann, address: null, type: types[n % 4] ?? types[0], object });
      }
      return Promise.resolve();
    });
    const filters = [{ q: 'rare' }, { q: 'rare', type: 'group' }, { q: 'common', about: 'id_3' }, { q: 'nowhere' }];
    const range = fc.record({ size: fc.integer({ min: 1, max: 9 }), searched: fc.integer({ min: 1, max: 30 }) });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...filters), range, async (filter, { size, searched }) => {
        const whole = await listEvents(database.read, filter, { before: null, size: 500 });
        const found: number[] = [];
        let before: number | null = null;
        do {
          const page: EventPage = await listEvents(database.read, filter, { before, size, searched });
          expect(page.items.length).toBeLessThanOrEqual(size);
          found.push(...page.items.map(({ seq }) => seq));
          before = page.nextCursor;
        } while (before !== null);
        expect(found).toEqual(whole.items.map(({ seq }) => seq));
      }),
      { numRuns: 20 },
    );
  });
});

describe('the export', () => {
  test('as CSV neutralises what a spreadsheet would run, and quotes what has to be', async () => {
    await record('group.created', '=HYPERLINK("http://evil.example")');
    const answer = await server.owner.request('GET', '/api/v1/events/export?format=csv&type=group');
    expect(answer.headers['content-type']).toContain('text/csv');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="usher-events.csv"');
    const [head, row] = answer.text.split('\r\n');
    expect(head).toBe(
      'seq,id,at,type,actorKind,actorId,actorName,objectKind,objectId,objectName,address,data,previousHash,hash',
    );
    expect(row).toContain(`,"'=HYPERLINK(""http://evil.example"")",`);
    expect(row).not.toMatch(/,"?=/);
  });

  test('holds every event, however many pages they make', async () => {
    const { database, events } = server.system;
    await database.transaction((tx) => {
      for (let n = 0; n < 2345; n += 1) {
        events.record(tx, {
          actor: ann,
          address: null,
          type: 'group.created',
          object: { kind: 'group', id: `gr_${n}` },
        });
      }
      return Promise.resolve();
    });
    const answer = await server.owner.request('GET', '/api/v1/events/export?type=group');
    const seqs = answer.text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { seq: number }).seq);
    expect(new Set(seqs).size).toBe(2345);
    expect(seqs).toEqual([...seqs].sort((left, right) => right - left));
  });

  test('is for those who may read alone', async () => {
    await server.anonymous.refused('GET', '/events/export', undefined, 'session.required');
  });
});

test('the check says how much of the log is whole', async () => {
  await record('group.created', 'a');
  const { items } = await server.owner.get<Listed>('/events?pageSize=1');
  expect(await server.owner.get('/events/verify')).toEqual({ intact: true, checked: items[0]?.seq });
});
