// How long a server asks to be left alone: `Retry-After` of an answer, and the pause that is kept between processes.
import type { IncomingHttpHeaders } from 'node:http';
import { ClientError } from '../client-error.ts';
import type { pauseSchema } from '../state/state-folder.ts';
import type { StateFile } from '../state/state-file.ts';
import type { Host } from './host.ts';

const longestWaitMs = 24 * 60 * 60 * 1000;
/** What the server can ask for at most between two questions, so that a mistake there silences no fleet for a day. */
const longestPauseMs = 10 * 60 * 1000;

/**
 * `Retry-After` (RFC 9110, section 10.2.3) in milliseconds, at most a day; null where there is none that can be read.
 * A date is taken from the answer's own `Date`, since this machine's clock may be wrong.
 */
export function retryAfterMs(headers: IncomingHttpHeaders): number | null {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1000, longestWaitMs);
  // The three forms of a date begin with the day's name (RFC 9110, section 5.6.7).
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return null;
  const wait = Date.parse(text) - Date.parse(headers.date ?? '');
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), longestWaitMs) : null;
}

/** The pause that the server has asked for. Whoever waits is not kept waiting: the last signed policy decides. */
export class RequestPause {
  readonly #record: StateFile<typeof pauseSchema>;
  readonly #host: Pick<Host, 'clock'>;

  constructor(record: StateFile<typeof pauseSchema>, host: Pick<Host, 'clock'>) {
    this.#record = record;
    this.#host = host;
  }

  /** @throws ClientError `server.busy` while the server does not want to be asked */
  async refuse(): Promise<void> {
    const pause = await this.#record.read();
    if (pause === null) return;
    const now = this.#host.clock.now();
    // A time outside the pause, even one before it: somebody set the clock, and nobody is silenced for that.
    const rest = pause.until - now;
    if (now < pause.from || rest <= 0) return;
    throw new ClientError(
      'server.busy',
      `The server asked not to be asked again for another ${Math.ceil(rest / 1000)} seconds.`,
      { retryAfterMs: rest, isPause: true },
    );
  }

  /** Notes what the server asked for. */
  async begin(ms: number): Promise<void> {
    const from = this.#host.clock.now();
    await this.#record.write({ from, until: from + Math.min(ms, longestPauseMs) });
  }
}
