// The live stream: read in any pieces, resumed where it broke off, ended by a session that is over.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventStreamParser, listen, type StreamEvent } from './event-stream.ts';
import { eventTypeOf, staleSubjects } from './live.ts';

const text = ': hello\n\nid: 1\ndata: {"type":"update.started"}\n\nid: 2\r\nevent: tick\r\ndata: a\r\ndata: b\r\n\r\n';
const expected = [
  { id: '1', type: 'message', data: '{"type":"update.started"}' },
  { id: '2', type: 'tick', data: 'a\nb' },
];

describe('the stream', () => {
  it('is read the same whatever the pieces that it comes in', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 100 }), (sizes) => {
        const parser = new EventStreamParser();
        const events: StreamEvent[] = [];
        let rest = text;
        for (let index = 0; rest !== ''; index += 1) {
          const size = sizes[index % sizes.length] ?? 1;
          events.push(...parser.push(rest.slice(0, size)));
          rest = rest.slice(size);
        }
        expect(events).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('is asked for again with the event seen last, and begins anew where the server does not know that', async () => {
    const seen: (string | null)[] = [];
    const states: string[] = [];
    const ended = new AbortController();
    const answers = [
      () => new Response('id: 41\ndata: x\n\n', { status: 200 }),
      () => Promise.reject(new TypeError('network')),
      () => new Response('', { status: 422 }),
      () => new Response('', { status: 401 }),
    ];
    await listen({
      url: '/stream',
      fetch: async (_input, init) => {
        seen.push(new Headers(init?.headers).get('last-event-id'));
        return (answers.shift() ?? (() => new Response('', { status: 401 })))();
      },
      onEvent: () => undefined,
      onState: (state) => states.push(state),
      wait: () => Promise.resolve(),
      signal: ended.signal,
    });
    expect(seen).toEqual([null, '41', '41', null]);
    expect(states).toEqual(['live', 'reconnecting', 'reconnecting', 'reconnecting', 'refused']);
  });
});

describe('a live event', () => {
  it('makes stale what its kind concerns, and the events', () => {
    expect(staleSubjects('assignment.failed')).toEqual(['updates', 'workstations', 'overview', 'events']);
    expect(staleSubjects('something.new')).toEqual(['events']);
  });

  it('has its type in its data where the stream does not name it', () => {
    expect(eventTypeOf({ type: 'message', data: '{"type":"pass.given"}' })).toBe('pass.given');
    expect(eventTypeOf({ type: 'message', data: 'no json' })).toBe('');
  });
});
