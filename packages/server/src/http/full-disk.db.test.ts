// A server whose disk is full: what is to be written is refused in a sentence, and it is not ready until there is room.
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startAgain, testServer, type TestServer } from '@usher/testkit';

let server: TestServer;

beforeEach(async () => {
  server = await testServer();
});
afterEach(() => server.close());

/** Each with an end: the embedded database by its own limit; PostgreSQL by the error that it gives when its disk is full. */
const fullDisks = {
  sqlite: {
    begin: ['pragma max_page_count = 1'],
    end: ['pragma max_page_count = 1000000'],
  },
  postgres: {
    begin: [
      `create function no_room() returns trigger language plpgsql as $$ begin raise exception using errcode = 'disk_full'; end $$`,
      'create trigger no_room before insert on "groups" execute function no_room()',
      'create trigger no_room before insert on "settings" execute function no_room()',
    ],
    end: ['drop function no_room cascade'],
  },
} as const;

async function disk(what: 'begin' | 'end'): Promise<void> {
  const { database } = server.system;
  await database.transaction(async ({ db }) => {
    for (const statement of fullDisks[database.dialect][what]) await sql.raw(statement).execute(db);
  });
}

const makeGroup = (number: number) =>
  server.owner.request('POST', '/api/v1/groups', { name: `Group ${number}`, filter: {} });
const ready = () => server.anonymous.request('GET', '/readyz');

/** What is free in pages that are taken already is used up first. */
async function firstRefusal() {
  for (let number = 0; number < 200; number += 1) {
    const answer = await makeGroup(number);
    if (answer.status !== 201) return answer;
  }
  throw new Error('There is always room.');
}

test('a write is 507 with a code of its own, reading goes on, and the server is ready again once there is room', async () => {
  await disk('begin');
  expect((await ready()).status).toBe(200);
  expect(await firstRefusal()).toMatchObject({
    status: 507,
    body: { code: 'server.disk-full', detail: expect.stringContaining('has to make room') as string },
  });
  expect(await ready()).toMatchObject({
    status: 503,
    body: { code: 'server.not-ready', detail: expect.stringContaining('is full') as string },
  });
  expect((await server.owner.request('GET', '/api/v1/groups')).status).toBe(200);

  await disk('end');
  expect((await ready()).status).toBe(200);
  expect((await makeGroup(1000)).status).toBe(201);
  const left = server.system.database.read.selectFrom('settings').select('name').where('name', '=', 'room.probe');
  expect(await left.execute()).toEqual([]);
});

test('a full disk keeps no server from starting, which says at once that it is not ready', async () => {
  await disk('begin');
  server.clock.advance({ minutes: 1 });
  server = await startAgain(server);
  // The limit of the embedded database ends with its connection.
  if (server.system.database.dialect === 'sqlite') await disk('begin');
  else expect((await ready()).status).toBe(503);
  expect((await firstRefusal()).status).toBe(507);
  expect((await ready()).status).toBe(503);
});
