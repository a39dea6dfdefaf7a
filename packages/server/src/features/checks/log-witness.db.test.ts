// Workstations as witnesses of the event log: what was lost or rewritten is found by the next check of any of them.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CheckAnswer, EventItem, TrustOverview } from '@usher/protocol';
import { startAgain, testServer, type TestServer } from '@usher/testkit';
import { generateSigningKey, signLogHead } from '@usher/trust';
import { systemRandom } from '../../ids.ts';
import { chainHash, contentText, type EventContent } from '../events/event-chain.ts';
import { operatorOf } from '../trust/test-support/operator.ts';
import { addMachines, addProduct, checkBody, eventsOf, type Machine } from '../updates/test-support/scene.ts';

type Log = NonNullable<CheckAnswer['log']>;

let server: TestServer;
let machine: Machine;
let another: Machine;

beforeEach(async () => {
  server = await testServer();
  await addProduct(server);
  [machine, another] = (await addMachines(server, 2)) as [Machine, Machine];
});
afterEach(() => server.close());

/** What a check tells of the newest event. */
async function ask(who: Machine, log?: object): Promise<Log> {
  const body = checkBody(who, '3.22.0', log === undefined ? {} : { log });
  const answer = await server.withToken(who.token).post<CheckAnswer>('/workstation/check', body);
  if (answer.log === undefined) throw new Error('The answer tells of no event.');
  return answer.log;
}

async function readiness(): Promise<number> {
  return (await server.anonymous.request('GET', '/readyz')).status;
}

async function someEvents(count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    await server.owner.post('/groups', { name: `Group ${number} ${Math.random()}`, filter: {} }, 201);
  }
}

const write = (change: Parameters<TestServer['system']['database']['transaction']>[0]) =>
  server.system.database.transaction(change);

/** The log as it was at that event: what an older copy of the database has. */
async function loseAfter(seq: number): Promise<void> {
  await write(async ({ db }) => {
    await db.deleteFrom('events').where('seq', '>', seq).execute();
    const { hash } = await db.selectFrom('events').select('hash').where('seq', '=', seq).executeTakeFirstOrThrow();
    await db.updateTable('eventHead').set({ seq, hash }).execute();
  });
}

/** Rewrites the log from an event on, with every hash that follows, as whoever has the database can. */
async function rewriteFrom(seq: number, change: (events: EventContent[]) => EventContent[]): Promise<void> {
  await write(async ({ db }) => {
    const rows = await db.selectFrom('events').selectAll().where('seq', '>=', seq).orderBy('seq').execute();
    let previousHash = rows[0]?.previousHash ?? '';
    const changed = change(rows.map(({ content }) => JSON.parse(content) as EventContent));
    await db.deleteFrom('events').where('seq', '>=', seq).execute();
    for (const [index, event] of changed.entries()) {
      const content = contentText({ ...event, seq: seq + index });
      const hash = chainHash(previousHash, content);
      const { id, type, at, actor, object, address, data } = event;
      const columns = {
        ...{ actorKind: actor.kind, actorId: actor.id, actorName: actor.name },
        ...{ objectKind: object.kind, objectId: object.id, objectName: object.name },
      };
      const row = { seq: seq + index, id, type, at, address, data: JSON.stringify(data), content, previousHash, hash };
      await db
        .insertInto('events')
        .values({ ...row, ...columns })
        .execute();
      previousHash = hash;
    }
    await db
      .updateTable('eventHead')
      .set({ seq: seq + changed.length - 1, hash: previousHash })
      .execute();
  });
}

describe('a server whose log', () => {
  const harm: Record<string, (first: number) => Promise<void>> = {
    'is that of an older copy of the database': (first) => loseAfter(first),
    'lost an event, and was made whole again': (first) => rewriteFrom(first, (events) => events.toSpliced(1, 1)),
    'has an event that was changed, and was made whole again': (first) =>
      rewriteFrom(first, (events) => events.map((event, at) => (at === 1 ? { ...event, data: {} } : event))),
    'has two events in another order, and was made whole again': (first) =>
      rewriteFrom(first, ([one, two, ...others]) => [two!, one!, ...others]),
    'has one event more, and was made whole again': (first) =>
      rewriteFrom(first, ([one, ...others]) => [one!, { ...one!, id: 'ev_ffffffffffffffffffffffff' }, ...others]),
  };

  test.each(Object.keys(harm))('%s is found by the next check of any workstation', async (kind) => {
    const [{ seq: first } = { seq: 0 }] = (await eventsOf(server, 'account')).slice(-1);
    await someEvents(3);
    const told = await ask(machine);
    await ask(another);
    await harm[kind]?.(first);
    expect(await server.owner.get('/events/verify')).toMatchObject({ intact: true });
    server = await startAgain(server);
    expect(await readiness()).toBe(200);

    await ask(machine, told);
    expect(await readiness()).toBe(503);
    expect(await eventsOf(server, 'trust.log-contradicted')).toMatchObject([
      { object: { id: machine.id }, data: { seen: { seq: told.seq, hash: told.hash }, proved: true } },
    ]);
    server = await startAgain(server);
    expect(await readiness()).toBe(503);
    const { warnings } = await server.owner.get<TrustOverview>('/trust');
    expect(warnings.map(({ code }) => code)).toContain('log-contradicted');
  });
});

describe('what a workstation shows', () => {
  test('is believed without a proof as long as none has ever come with one', async () => {
    const { seq } = await ask(machine);
    await ask(machine, { seq: seq + 7, hash: 'e'.repeat(64) });
    expect(await readiness()).toBe(503);
    expect(await eventsOf(server, 'trust.log-contradicted')).toMatchObject([{ data: { proved: false } }]);
  });

  test('without a proof is a dispute, and no alarm, where workstations prove what they show', async () => {
    const told = await ask(machine);
    await ask(machine, told);
    const invented = { seq: told.seq + 7, hash: 'e'.repeat(64) };
    const notADirector = generateSigningKey(systemRandom);
    const proofs = [undefined, 'x', told.proof, signLogHead(invented, another.id, notADirector)];
    for (const proof of proofs) await ask(another, { ...invented, ...(proof === undefined ? {} : { proof }) });
    expect(await readiness()).toBe(200);
    expect(await eventsOf(server, 'trust.log-contradicted')).toEqual([]);
    expect(await eventsOf(server, 'trust.log-disputed')).toMatchObject([
      { object: { id: another.id }, data: { seen: invented, proved: false } },
    ]);
    const { warnings } = await server.owner.get<TrustOverview>('/trust');
    expect(warnings.map(({ code }) => code)).toContain('log-disputed');

    // Another workstation's proof proves nothing, and one's own proves what it says alone.
    await ask(another, { ...(await ask(another)), hash: 'e'.repeat(64) });
    expect(await readiness()).toBe(200);
  });

  test('with a proof counts whoever shows it, also where nobody has authorized it', async () => {
    const [pending] = (await addMachines(server, 1, { status: 'pending' })) as [Machine];
    const told = await ask(pending);
    await ask(pending, { ...told, proof: undefined, seq: told.seq + 7 });
    expect(await readiness()).toBe(200);
    await someEvents(1);
    await loseAfter(told.seq - 1);
    await ask(pending, told);
    expect(await readiness()).toBe(503);
  });

  test('is proved by the director of that time, however often its key was exchanged since', async () => {
    const operator = operatorOf(server);
    const told = await ask(machine);
    await operator.does('key rotate director --at-once');
    await ask(machine, told);
    await rewriteFrom(told.seq, (events) => events.map((event) => ({ ...event, at: '2026-01-01T00:00:00.000Z' })));
    await ask(machine, told);
    expect(await eventsOf(server, 'trust.log-contradicted')).toMatchObject([{ data: { proved: true } }]);
  });
});

describe('an alarm', () => {
  test('ends when somebody says why, and what is proved after that alarms anew', async () => {
    const operator = operatorOf(server);
    expect(await operator.does('events alarms')).toBe('No workstation has said anything against the log.');
    await someEvents(2);
    const told = await ask(machine);
    await loseAfter(told.seq - 1);
    await ask(machine, told);
    const [alarm] = (await eventsOf(server, 'trust.log-contradicted')) as [EventItem];
    expect(await operator.does('events alarms')).toMatch(
      new RegExp(
        `^${alarm.seq} .* alarm: ${machine.hostname} has seen event ${told.seq} with the hash ${told.hash.slice(0, 16)}; `,
      ),
    );

    expect(await operator.fails(`events acknowledge ${alarm.seq}`)).toMatch(/Say up to which event, and why/);
    expect(await operator.fails(`events acknowledge ${alarm.seq - 1} --reason x`)).toMatch(/is no open alarm/);
    expect(await readiness()).toBe(503);
    expect(await operator.does(`events acknowledge ${alarm.seq} --reason disk-failure`)).toMatch(/acknowledged/);
    expect(await readiness()).toBe(200);
    expect(await operator.fails(`events acknowledge ${alarm.seq} --reason again`)).toMatch(/is no open alarm/);
    expect(await eventsOf(server, 'trust.log-acknowledged')).toMatchObject([
      { actor: { kind: 'system' }, data: { through: alarm.seq, reason: 'disk-failure' } },
    ]);

    // The same event again says nothing new; another one does.
    await ask(machine, told);
    expect(await readiness()).toBe(200);
    const later = await ask(machine);
    await someEvents(1);
    await rewriteFrom(later.seq, (events) => events.map((event) => ({ ...event, at: '2026-01-01T00:00:00.000Z' })));
    await ask(machine, later);
    expect(await readiness()).toBe(503);
  });

  test('of one workstation is told once, whatever else it shows meanwhile', async () => {
    await someEvents(2);
    const [one, two] = [await ask(machine), (await someEvents(1), await ask(machine))];
    await loseAfter(one.seq - 1);
    for (const shown of [one, two, one]) await ask(machine, shown);
    expect(await eventsOf(server, 'trust.log-contradicted')).toHaveLength(1);
  });
});
