// Recording events, and what the check of the chain finds when somebody has been at them.
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock, testDatabase, type TestDatabase } from '@usher/testkit';
import { openDatabase, type Transaction } from '../../database/database.ts';
import { systemRandom } from '../../ids.ts';
import { theSystem } from '../../initiator.ts';
import { makeLog } from '../../log.ts';
import { makeMetrics, type Metrics } from '../../metrics.ts';
import { chainHash, firstHash } from './event-chain.ts';
import { makeEventLog, type EventDraft, type EventLog } from './event-log.ts';
import { readAfter, readHead } from './store.ts';
import { verifyEvents } from './verify-events.ts';

let database: TestDatabase;
let events: EventLog;
let metrics: Metrics;
let lines: string[];
const clock = new ManualClock();

beforeEach(async () => {
  database = await testDatabase();
  lines = [];
  metrics = makeMetrics({ processMetrics: false });
  const log = makeLog('info', clock, { write: (line) => void lines.push(line) });
  events = makeEventLog({ clock, random: systemRandom, log, metrics });
});

afterEach(() => database.close());

const draft = (name: string): EventDraft => ({
  ...theSystem,
  type: 'settings.changed',
  object: { kind: 'setting', id: name, name },
  data: { value: name },
});

function record(...names: string[]): Promise<void> {
  return database.transaction((tx) => {
    for (const name of names) events.record(tx, draft(name));
    return Promise.resolve();
  });
}

const all = () => readAfter(database.read, 0, 10_000);

describe('recording', () => {
  test('chains every event to the one before it, from 64 zeros', async () => {
    await record('a');
    await record('b', 'c');
    const rows = await all();
    expect(rows.map((row) => row.seq)).toEqual([1, 2, 3]);
    expect(rows.map((row) => row.previousHash)).toEqual([firstHash, rows[0]?.hash, rows[1]?.hash]);
    for (const row of rows) expect(row.hash).toBe(chainHash(row.previousHash, row.content));
    expect(await readHead(database.read)).toEqual({ seq: 3, hash: rows[2]?.hash, highest: 3 });
  });

  test('writes the text that was hashed as canonical JSON', async () => {
    await record('a');
    const [row] = await all();
    expect(row?.content).toBe(
      `{"actor":{"id":null,"kind":"system","name":"Usher"},"address":null,"at":"2026-11-20T09:00:00.000Z",` +
        `"data":{"value":"a"},"id":"${row?.id ?? ''}","object":{"id":"a","kind":"setting","name":"a"},"seq":1,"type":"settings.changed"}`,
    );
  });

  test('writes the log line and the metric with it, and tells who listens', async () => {
    let told = 0;
    const stop = events.onRecorded(() => (told += 1));
    await record('a', 'b');
    stop();
    await record('c');
    expect(told).toBe(1);
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(Array(3).fill('settings.changed'));
    expect(await metrics.text()).toContain('usher_events_total{type="settings.changed"} 3');
  });

  test('leaves no trace of what was rolled back: no row, no line, no metric, no gap', async () => {
    const failing = database.transaction(async (tx) => {
      events.record(tx, draft('lost'));
      await Promise.reject(new Error('no'));
    });
    await expect(failing).rejects.toThrow('no');
    expect(lines).toEqual([]);
    expect(await metrics.text()).not.toContain('type="settings.changed"');
    await record('kept');
    expect((await all()).map((row) => [row.seq, row.objectId])).toEqual([[1, 'kept']]);
  });

  test('keeps one chain when many record at once, also from two servers', async () => {
    const second = openDatabase(database.config, { log: makeLog('silent', clock), synchronous: 'off' });
    const write = (target: typeof second, name: string) =>
      target.transaction((tx) => {
        events.record(tx, draft(name));
        return Promise.resolve();
      });
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => write(index % 2 === 0 ? database : second, `n${index}`)),
    );
    await second.close();
    expect(await verifyEvents(database.read)).toEqual({ intact: true, checked: 30 });
  });

  test('refuses an event that comes after the seal, instead of announcing what is not there', async () => {
    const late = database.transaction((tx) => {
      events.record(tx, draft('in time'));
      tx.beforeCommit(() => {
        events.record(tx, draft('late'));
        return Promise.resolve();
      });
      return Promise.resolve();
    });
    await expect(late).rejects.toThrow('sealed');
    expect([await all(), lines]).toEqual([[], []]);

    let ended: Transaction | undefined;
    await database.transaction((tx) => {
      ended = tx;
      events.record(tx, draft('in time'));
      return Promise.resolve();
    });
    expect(() => events.record(ended!, draft('late'))).toThrow('sealed');
    expect(await all()).toHaveLength(1);
  });

  test('seals thousands in one transaction', async () => {
    await record(...Array.from({ length: 2500 }, (_, index) => `n${index}`));
    expect(await verifyEvents(database.read)).toEqual({ intact: true, checked: 2500 });
  });

  test.each(['\0nul', 'half \uD800 pair', 'ação \u{1F600}', '{"json":1}'])(
    'takes any name (%j) and stays whole',
    async (name) => {
      await database.transaction((tx) => {
        events.record(tx, { ...draft('x'), object: { kind: 'workstation', id: 'ws_1', name }, data: { name } });
        return Promise.resolve();
      });
      expect(await verifyEvents(database.read)).toEqual({ intact: true, checked: 1 });
    },
  );

  test('leaves out what is undefined', async () => {
    await database.transaction((tx) => {
      events.record(tx, { ...draft('x'), data: { a: undefined, b: [undefined], c: null } });
      return Promise.resolve();
    });
    expect((await all())[0]?.data).toBe('{"b":[null],"c":null}');
    expect(await verifyEvents(database.read)).toMatchObject({ intact: true });
  });
});

describe('the check of the chain', () => {
  beforeEach(async () => {
    await record('a', 'b', 'c', 'd', 'e');
  });

  const tamper = (statement: ReturnType<typeof sql>) => database.transaction(({ db }) => statement.execute(db));

  test('finds a whole log whole, an empty one too', async () => {
    expect(await verifyEvents(database.read)).toEqual({ intact: true, checked: 5 });
    const empty = await testDatabase();
    expect(await verifyEvents(empty.read)).toEqual({ intact: true, checked: 0 });
    await empty.close();
  });

  test.each([
    ['a changed text', sql`update events set content = replace(content, '"c"', '"x"') where seq = 3`, 3],
    ['a column that says something else', sql`update events set ${sql.ref('actorName')} = 'Mallory' where seq = 2`, 2],
    ['changed data', sql`update events set data = '{}' where seq = 4`, 4],
    ['data that is not even JSON', sql`update events set data = 'nonsense' where seq = 4`, 4],
    ['a changed instant', sql`update events set at = '2020-01-01T00:00:00.000Z' where seq = 1`, 1],
    ['a removed event', sql`delete from events where seq = 3`, 3],
    ['a removed first event', sql`delete from events where seq = 1`, 1],
    ['a removed last event', sql`delete from events where seq = 5`, 5],
    ['a cut-off end', sql`delete from events where seq > 2`, 3],
    ['everything removed', sql`delete from events`, 1],
    ['a changed hash', sql`update events set hash = ${firstHash} where seq = 2`, 2],
    ['a changed previous hash', sql`update events set ${sql.ref('previousHash')} = ${firstHash} where seq = 4`, 4],
    ['a head that was moved back', sql`update ${sql.table('eventHead')} set seq = 3`, 3],
    ['a head with another hash', sql`update ${sql.table('eventHead')} set hash = ${firstHash}`, 5],
  ])('finds %s', async (_what, statement, brokenAt) => {
    await tamper(statement);
    const found = await verifyEvents(database.read);
    expect(found).toMatchObject({ intact: false, brokenAt });
    expect(found.reason).toMatch(/\.$/);
  });

  test('lets the server do other things meanwhile', async () => {
    await record(...Array.from({ length: 2500 }, (_, index) => `n${index}`));
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    expect(await verifyEvents(database.read)).toMatchObject({ intact: true, checked: 2505 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  test('finds two events that changed places', async () => {
    await tamper(sql`update events set seq = 99 where seq = 2`);
    await tamper(sql`update events set seq = 2 where seq = 3`);
    await tamper(sql`update events set seq = 3 where seq = 99`);
    expect(await verifyEvents(database.read)).toMatchObject({ intact: false, brokenAt: 2, checked: 1 });
  });

  test('finds an event that was put after the head', async () => {
    const [, , , , last] = await all();
    const after = { ...last!, seq: 6, id: 'ev_forged', previousHash: last!.hash };
    await database.transaction(({ db }) => db.insertInto('events').values(after).execute());
    expect(await verifyEvents(database.read)).toMatchObject({ intact: false, brokenAt: 6 });
  });
});
