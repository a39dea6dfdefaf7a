// `usher events verify`: an auditor who changes nothing, not even what a newer release would add.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sql } from 'kysely';
import { testServer, type TestServer } from '@usher/testkit';
import { operatorOf } from '../trust/test-support/operator.ts';

let server: TestServer;
beforeEach(async () => {
  server = await testServer();
});
afterEach(() => server.close());

async function steps(): Promise<number[]> {
  const { rows } = await sql<{ number: number }>`select number from migrations order by number`.execute(
    server.system.database.read,
  );
  return rows.map(({ number }) => number);
}

test('the audit reads the log as it is, and leaves the database as it was', async () => {
  const operator = operatorOf(server);
  const all = await steps();
  const forget = sql`delete from migrations where number = ${all.at(-1)}`;
  await server.system.database.transaction(({ db }) => forget.execute(db));
  expect(await operator.does('events verify')).toMatch(/^The log is whole: \d+ events\.$/);
  expect(JSON.parse(await operator.does('events verify --json'))).toMatchObject({ intact: true });
  expect(await steps()).toEqual(all.slice(0, -1));
  const putBack = sql`insert into migrations (number, name, "appliedAt") values (${all.at(-1)}, 'x', 'x')`;
  await server.system.database.transaction(({ db }) => putBack.execute(db));

  await server.system.database.transaction(({ db }) =>
    db.updateTable('events').set({ actorName: 'somebody else' }).where('seq', '=', 2).execute(),
  );
  expect(await operator.fails('events verify')).toMatch(/broken at event 2\. Its columns do not say what was sealed/);
  expect(await operator.fails('events')).toMatch(/Say "events verify"/);
  expect(await operator.fails('events verify 1')).toMatch(/--help/);
});
