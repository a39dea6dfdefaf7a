// New events as they are recorded, to whoever listens: server-sent events that resume where a listener left off.
import type { EventItem } from '@usher/protocol';
import type { Reader } from '../../database/database.ts';
import type { EventLog } from './event-log.ts';
import { eventsAfter, type EventFilter } from './read-model.ts';

/** How often a stream says something when nothing happens, so that proxies keep it open; milliseconds. */
const heartbeatEvery = 15_000;

/** How often it looks for events that another process recorded; milliseconds. */
const lookEvery = 1_000;

/** A stream ends after this long, and the listener comes back with a session that is checked anew; milliseconds. */
const longest = 15 * 60_000;

const perRead = 200;

/** The open streams of one server. */
export interface EventStreams {
  /** The text of one stream: everything after a number, then whatever is recorded, until the signal. */
  open(filter: EventFilter, after: number, signal: AbortSignal): AsyncGenerator<string>;
  /** Ends every stream. */
  end(): void;
}

/** Makes the streams. Waiting is done in real time: a stream is a live connection. */
export function makeEventStreams(tools: { read: Reader; events: EventLog }): EventStreams {
  const { read, events } = tools;
  const ending = new AbortController();

  async function* open(filter: EventFilter, after: number, given: AbortSignal): AsyncGenerator<string> {
    const signal = AbortSignal.any([given, ending.signal, AbortSignal.timeout(longest)]);
    const news = new News(events, signal);
    try {
      yield 'retry: 2000\n: connected\n\n';
      let last = after;
      let quiet = 0;
      while (!signal.aborted) {
        const items = await eventsAfter(read, filter, last, perRead);
        for (const item of items) {
          yield eventText(item);
          last = item.seq;
        }
        if (items.length === perRead) continue;
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
