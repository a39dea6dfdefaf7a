// New events as they are recorded, to whoever listens: server-sent events that resume where a listener left off.
import type { EventItem } from '@usher/protocol';
import type { Reader } from '../../database/database.ts';
import type { EventLog } from './event-log.ts';
import { eventsAfter, type EventFilter } from './read-model.ts';
import { readHead } from './store.ts';

/** How often a stream says something when nothing happens, so that proxies keep it open; milliseconds. */
const heartbeatEvery = 15_000;

/** How often it looks for events that another process recorded; milliseconds. */
const usualLook = 1_000;

/** A stream ends after this long, and the listener comes back and is noted as present; milliseconds. */
const longest = 15 * 60_000;

const perRead = 200;

/** Who listens. */
export interface Listener {
  /** Aborted when the listener has left. */
  readonly signal: AbortSignal;
  /** Whether the listener may still hear what is recorded: asked before anything is told, and while nothing is. */
  readonly isAllowed: () => Promise<boolean>;
}

/** The open streams of one server. */
export interface EventStreams {
  /** The text of one stream: everything after a number, then whatever is recorded, until the listener leaves or must. */
  open(filter: EventFilter, after: number, listener: Listener): AsyncGenerator<string>;
  /** Ends every stream. */
  end(): void;
}

/** Makes the streams. Waiting is done in real time: a stream is a live connection. */
export function makeEventStreams(tools: { read: Reader; events: EventLog; lookEvery?: number }): EventStreams {
  const { read, events, lookEvery = usualLook } = tools;
  const ending = new AbortController();

  async function* open(filter: EventFilter, after: number, listener: Listener): AsyncGenerator<string> {
    const signal = AbortSignal.any([listener.signal, ending.signal, AbortSignal.timeout(longest)]);
    const news = new News(events, signal);
    try {
      yield 'retry: 2000\n: connected\n\n';
      let last = after;
      let quiet = 0;
      while (!signal.aborted) {
        const { seq: head } = await readHead(read);
        const items = head > last ? await eventsAfter(read, filter, last, perRead) : [];
        if (!(await listener.isAllowed())) return;
        for (const item of items) {
          yield eventText(item);
          last = item.seq;
        }
        if (items.length === perRead) continue;
        // What the filter passes over is not searched again: everything up to the head was there to be found.
        last = Math.max(last, head);
        quiet = items.length > 0 ? 0 : quiet + lookEvery;
        if (quiet >= heartbeatEvery) {
          quiet = 0;
          yield ': still here\n\n';
        }
        await news.wait(lookEvery);
      }
    } finally {
      news.end();
    }
  }

  return { open, end: () => ending.abort() };
}

function eventText(item: EventItem): string {
  return `id: ${item.seq}\ndata: ${JSON.stringify(item)}\n\n`;
}

/** Waits for the next recorded event, a while, or the end: whichever comes first. */
class News {
  readonly #end: () => void;
  readonly #signal: AbortSignal;
  #isNews = false;
  #wake: (() => void) | undefined;

  constructor(events: EventLog, signal: AbortSignal) {
    this.#signal = signal;
    const wake = (): void => {
      this.#isNews = true;
      this.#wake?.();
    };
    const stopListening = events.onRecorded(wake);
    signal.addEventListener('abort', wake);
    this.#end = () => {
      stopListening();
      signal.removeEventListener('abort', wake);
    };
  }

  async wait(milliseconds: number): Promise<void> {
    if (!this.#isNews && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = undefined;
    this.#isNews = false;
  }

  end(): void {
    this.#end();
  }
}
