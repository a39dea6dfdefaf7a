// The live stream, over a real connection.
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ownerEmail, sessionCookie, testPassword, testServer, type TestServer } from '@usher/testkit';
import { theSystem } from '../../initiator.ts';
import { makeEventStreams } from './event-stream.ts';

let server: TestServer;
let cookie: string;

beforeEach(async () => {
  server = await testServer({ listen: true });
  const answer = await server.anonymous.request('POST', '/api/v1/session', {
    email: ownerEmail,
    password: testPassword,
  });
  cookie = sessionCookie(answer);
});

afterEach(() => server.close());

async function record(name: string): Promise<void> {
  const { database, events } = server.system;
  await database.transaction((tx) => {
    events.record(tx, { ...theSystem, type: 'group.created', object: { kind: 'group', id: name } });
    return Promise.resolve();
  });
}

/** A listener that collects what it hears. */
async function listen(query = '', headers: Record<string, string> = {}) {
  const leaving = new AbortController();
  const response = await fetch(`${server.url}/api/v1/events/stream${query}`, {
    headers: { cookie, ...headers },
    signal: leaving.signal,
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const heard: { id: string; object: string }[] = [];
  const ended = (async () => {
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const id = /^id: (.*)$/m.exec(part)?.[1];
        const data = /^data: (.*)$/m.exec(part)?.[1];
        if (id !== undefined && data !== undefined) {
          heard.push({ id, object: (JSON.parse(data) as { object: { id: string } }).object.id });
        }
      }
    }
  })();
  return { heard, ended, leave: () => leaving.abort() };
}

test('tells what is recorded, as it is recorded', async () => {
  await record('before');
  const { heard, ended, leave } = await listen();
  await record('a');
  await record('b');
  await expect.poll(() => heard.map(({ object }) => object)).toEqual(['a', 'b']);
  leave();
  await expect(ended).rejects.toThrow();
  await expect.poll(() => server.system.metrics.text()).toContain('usher_event_streams 0');
});

test('goes on after the last event that a listener has, by number or by id', async () => {
  await record('a');
  await record('b');
  const { items } = await server.owner.get<{ items: { id: string; seq: number }[] }>('/events?object=a');
  for (const reference of [String(items[0]?.seq), String(items[0]?.id)]) {
    const { heard, ended, leave } = await listen('', { 'last-event-id': reference });
    await expect.poll(() => heard.map(({ object }) => object)).toEqual(['b']);
    leave();
    await expect(ended).rejects.toThrow();
  }
});

test('begins with the next one for whoever heard more than there is, as after data that were put back', async () => {
  const { heard, ended, leave } = await listen('', { 'last-event-id': '99999999' });
  await record('a');
  await expect.poll(() => heard.map(({ object }) => object)).toEqual(['a']);
  leave();
  await expect(ended).rejects.toThrow();
});

test('is narrowed like the list', async () => {
  const { heard, ended, leave } = await listen('?object=b');
  await record('a');
  await record('b');
  await expect.poll(() => heard.map(({ object }) => object)).toEqual(['b']);
  leave();
  await expect(ended).rejects.toThrow();
});

test('ends with the session or the API token that opened it, and tells nothing recorded after that', async () => {
  const { token, id } = await server.owner.post<{ token: string; id: string }>(
    '/tokens',
    { name: 'ci', role: 'viewer' },
    201,
  );
  const person = await listen('?type=group');
  const program = await listen('?type=group', { cookie: '', authorization: `Bearer ${token}` });
  await record('a');
  await expect.poll(() => [...person.heard, ...program.heard].map(({ object }) => object)).toEqual(['a', 'a']);
  await server.owner.delete(`/tokens/${id}`);
  await server.owner.with({ cookie }).delete('/session');
  await record('b');
  await Promise.all([person.ended, program.ended]);
  expect([...person.heard, ...program.heard].map(({ object }) => object)).toEqual(['a', 'a']);
});

test('does not search the log again and again while nothing is recorded', async () => {
  await record('a');
  const { database, events } = server.system;
  let searches = 0;
  const read = new Proxy(database.read, {
    get: (target, name, receiver) => {
      if (name !== 'selectFrom') return Reflect.get(target, name, receiver) as unknown;
      return (table: 'events' | 'eventHead') => {
        if (table === 'events') searches += 1;
        return target.selectFrom(table);
      };
    },
  });
  const leaving = new AbortController();
  const streams = makeEventStreams({ read, events, lookEvery: 10 });
  const stream = streams.open({ object: 'nothing' }, 0, {
    signal: leaving.signal,
    isAllowed: () => Promise.resolve(true),
  });
  const drained = (async () => {
    for await (const _ of stream);
  })();
  await expect.poll(() => searches).toBe(1);
  await delay(100);
  expect(searches).toBe(1);
  await record('nothing');
  await expect.poll(() => searches).toBe(2);
  leaving.abort();
  await drained;
});

test('ends when the server stops, which does not wait for it', async () => {
  const { ended } = await listen();
  await server.system.stop();
  await ended;
});

test('refuses an event that is none, and those who may not read', async () => {
  const stranger = server.owner.with({ 'last-event-id': 'ev_unknown' });
  await stranger.refused('GET', '/events/stream', undefined, 'request.invalid');
  await server.anonymous.refused('GET', '/events/stream', undefined, 'session.required');
});
