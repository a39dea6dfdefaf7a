// Events of before the mentions were kept are found by them too.
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '@usher/testkit';
import { systemClock } from '../../clock.ts';
import { migrate } from '../../database/migrate.ts';
import { withOlderDatabase } from '../../database/test-support/older-database.ts';
import { listEvents } from './read-model.ts';

let database: TestDatabase;

beforeEach(async () => {
  database = await testDatabase();
});

afterEach(() => database.close());

test('of an event that is there when they begin, the workstation that its data names', async () => {
  await withOlderDatabase(database, 7, async (older) => {
    const told = [
      ['update', 'up_a', 'ws_a', { workstation: { id: 'ws_a' } }],
      ['update', 'up_a', null, { workstation: { id: 'ws_a' }, detail: 'a\u0000b' }],
      ['update', 'up_a', null, { workstation: { id: 'ws_b' } }],
      ['workstation', 'ws_c', null, { workstation: { id: 'ws_b' } }],
      ['update', 'up_a', null, { counts: {} }],
    ] as const;
    await older.transaction(async ({ db }) => {
      for (const [index, [objectKind, objectId, actorId, data]] of told.entries()) {
        const who = { actorKind: 'system', actorId, actorName: 'usher', objectKind, objectId };
        const seals = { content: '{}', previousHash: '0'.repeat(64), hash: '0'.repeat(64) };
        const event = { seq: index + 1, id: `ev_${index}`, type: 'assignment.failed', at: '2026-11-20T09:00:00.000Z' };
        await db
          .insertInto('events')
          .values({ ...event, ...who, ...seals, data: JSON.stringify(data) })
          .execute();
      }
    });
    await migrate(older, systemClock);
    const rows = await sql<{ workstationId: string; seq: number }>`select * from ${sql.table('eventMentions')}
      order by seq`.execute(older.read);
    // PostgreSQL reads no JSON with a NUL in it: that one event is found under its update alone.
    const hasNul = older.dialect === 'sqlite' ? [{ workstationId: 'ws_a', seq: 2 }] : [];
    expect(rows.rows).toEqual([...hasNul, { workstationId: 'ws_b', seq: 3 }]);
    const page = await listEvents(older.read, { about: 'ws_b' }, { before: null, size: 10 });
    expect(page.items.map(({ seq }) => seq)).toEqual([3]);
  });
});
