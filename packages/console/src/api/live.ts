// Keeps what is on screen current: each live event makes the queries of its subject stale, at most once a second.
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useState } from 'react';
import { apiBase } from './client.ts';
import { listen } from './event-stream.ts';
import type { Subject } from './queries.ts';

/** How the connection for live events stands. */
export type LiveState = 'connecting' | 'live' | 'reconnecting';

/** How the connection stands, for the sign in the navigation. */
export const LiveContext = createContext<LiveState>('connecting');

/** How the connection for live events stands. */
export function useLiveState(): LiveState {
  return use(LiveContext);
}

const subjectsOf: Readonly<Record<string, readonly Subject[]>> = {
  installer: ['installers', 'overview', 'trust'],
  product: ['products', 'overview'],
  publisher: ['products'],
  prohibition: ['products', 'installers', 'overview', 'trust'],
  update: ['updates', 'overview'],
  assignment: ['updates', 'workstations', 'overview'],
  workstation: ['workstations', 'overview'],
  start: ['workstations', 'overview'],
  pass: ['workstations'],
  account: ['accounts', 'session'],
  token: ['tokens'],
  key: ['keys', 'overview'],
  group: ['groups'],
  trust: ['trust', 'about', 'overview', 'installers'],
  settings: ['about'],
};

/** Which subjects an event of this type makes stale; the list of events always is. */
export function staleSubjects(eventType: string): readonly Subject[] {
  const kind = eventType.split('.')[0] ?? '';
  return [...(subjectsOf[kind] ?? []), 'events'];
}

/** The event type of one message: its name, or where the server names none, the `type` in its data. */
export function eventTypeOf(message: { type: string; data: string }): string {
  if (message.type !== 'message') return message.type;
  try {
    const data: unknown = JSON.parse(message.data);
    if (typeof data === 'object' && data !== null && 'type' in data && typeof data.type === 'string') return data.type;
  } catch {
    // Not JSON: then it is none of the events that make something stale.
  }
  return '';
}

const pauseBetweenRefreshes = 1000;

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

function collectStale(client: QueryClient) {
  const waiting = new Set<Subject>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = () => {
    timer = null;
    const subjects = [...waiting];
    waiting.clear();
    for (const subject of subjects) void client.invalidateQueries({ queryKey: [subject] });
  };
  return {
    add: (subjects: readonly Subject[]) => {
      for (const subject of subjects) waiting.add(subject);
      timer ??= setTimeout(flush, pauseBetweenRefreshes);
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** Listens while mounted; after a gap (a server restart, a lost network) everything on screen is asked for again. */
export function useLiveEvents(): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  useEffect(() => {
    const ended = new AbortController();
    const stale = collectStale(client);
    let wasAway = false;
    void listen({
      url: `${apiBase}/events/stream`,
      fetch: (input, init) => fetch(input, init),
      wait,
      signal: ended.signal,
      onEvent: (message) => stale.add(staleSubjects(eventTypeOf(message))),
      onState: (next) => {
        if (next === 'live' && wasAway) void client.invalidateQueries();
        if (next === 'refused') void client.invalidateQueries({ queryKey: ['session'] });
        wasAway = next !== 'live';
        setState(next === 'live' ? 'live' : 'reconnecting');
      },
    });
    return () => {
      ended.abort();
      stale.stop();
    };
  }, [client]);
  return state;
}
