// Reads server-sent events over fetch, so that a reconnection can say what was seen last. (HTML standard, 9.2.6)

/** One event of the stream. */
export interface StreamEvent {
  readonly id: string | null;
  readonly type: string;
  readonly data: string;
}

/** Takes chunks of text as they come and gives back the events that they complete. */
export class EventStreamParser {
  private rest = '';
  private id: string | null = null;
  private type = '';
  private data: string[] = [];

  push(chunk: string): StreamEvent[] {
    this.rest += chunk;
    const events: StreamEvent[] = [];
    for (;;) {
      const end = /\r\n|\n|\r(?=[^])/.exec(this.rest);
      if (end === null) return events;
      const line = this.rest.slice(0, end.index);
      this.rest = this.rest.slice(end.index + end[0].length);
      const event = this.takeLine(line);
      if (event !== null) events.push(event);
    }
  }

  private takeLine(line: string): StreamEvent | null {
    if (line === '') return this.dispatch();
    if (line.startsWith(':')) return null;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') this.id = value;
    if (field === 'event') this.type = value;
    if (field === 'data') this.data.push(value);
    return null;
  }

  private dispatch(): StreamEvent | null {
    const { data, type, id } = this;
    this.data = [];
    this.type = '';
    return data.length === 0 ? null : { id, type: type === '' ? 'message' : type, data: data.join('\n') };
  }
}

/** What a connection needs of the world. */
export interface EventStreamOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly onEvent: (event: StreamEvent) => void;
  readonly onState: (state: 'live' | 'reconnecting' | 'refused') => void;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

const longestWait = 15_000;

/**
 * Listens until the signal ends it, connecting again with a growing pause (1 to 15 s) and the id seen last.
 * A 401 or 403 ends it as `refused`: the session is over, and only signing in helps.
 */
export async function listen(options: EventStreamOptions): Promise<void> {
  let lastId: string | null = null;
  let pause = 1000;
  while (!options.signal.aborted) {
    try {
      const headers = new Headers({ accept: 'text/event-stream' });
      if (lastId !== null) headers.set('last-event-id', lastId);
      const response = await options.fetch(options.url, { headers, signal: options.signal, cache: 'no-store' });
      if (response.status === 401 || response.status === 403) {
        options.onState('refused');
        return;
      }
      // An id that this server does not know (another database was put in place): begin anew.
      if (response.status === 422) lastId = null;
      if (response.ok && response.body !== null) {
        options.onState('live');
        pause = 1000;
        lastId = await readAll(response.body, options.onEvent, lastId);
      }
    } catch {
      // A lost connection is the expected case here: the state says so, and the loop connects again.
    }
    if (isAborted(options.signal)) return;
    options.onState('reconnecting');
    await options.wait(pause, options.signal);
    pause = Math.min(pause * 2, longestWait);
  }
}

/** Asked anew each time: TypeScript would take an earlier answer for good. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function readAll(
  body: ReadableStream<Uint8Array>,
  onEvent: (event: StreamEvent) => void,
  before: string | null,
): Promise<string | null> {
  const parser = new EventStreamParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let lastId = before;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return lastId;
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        lastId = event.id ?? lastId;
        onEvent(event);
      }
    }
  } catch {
    return lastId;
  } finally {
    reader.releaseLock();
  }
}
