// How long a server asks to be left alone: `Retry-After` of an answer, and the pause that is kept between processes.
import type { Policy } from '@usher/core';
import type { IncomingHttpHeaders } from 'node:http';
import { asClientError, ClientError } from '../client-error.ts';
import type { Log } from '../state/log.ts';
import { ifThereIsRoom } from '../state/room.ts';
import type { pausesSchema } from '../state/state-folder.ts';
import type { StateFile } from '../state/state-file.ts';
import type { Host } from './host.ts';

const longestWaitMs = 24 * 60 * 60 * 1000;
/** What the server can ask for at most between two questions, so that a mistake there silences no fleet for a day. */
const longestPauseMs = 10 * 60 * 1000;
/** The server's code of a 429. */
export const tooMany = 'request.too-many';

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

/** What the server limits apart, so that too much of one thing does not silence the others. */
export type Pausable = 'check' | 'reports' | 'metadata';

/** The pauses that the server has asked for. Whoever waits is not kept waiting: the last signed policy decides. */
export class RequestPauses {
  readonly #record: StateFile<typeof pausesSchema>;
  readonly #host: Pick<Host, 'clock'>;
  readonly #log: Log;

  constructor(record: StateFile<typeof pausesSchema>, host: Pick<Host, 'clock'>, log: Log) {
    this.#record = record;
    this.#host = host;
    this.#log = log;
  }

  /** @throws ClientError `server.busy` while the server does not want to be asked for that */
  async refuse(what: Pausable): Promise<void> {
    const pause = (await this.#record.read())?.[what];
    if (pause === undefined) return;
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

  /** Notes what the server asked for; without room on the disk it is asked again sooner. */
  async begin(what: Pausable, ms: number): Promise<void> {
    const from = this.#host.clock.now();
    const pause = { from, until: from + Math.min(ms, longestPauseMs) };
    await ifThereIsRoom(this.#log, async () => {
      await this.#record.write({ ...(await this.#record.read()), [what]: pause });
    });
  }
}

/**
 * The policy to decide by where `because` is why there is no answer to a check. Whom the server tells that it was asked too
 * often, it answered a moment ago: what it said then holds for as long as a pause may last, also where the product wants the
 * server for every start. Nobody is locked out for asking.
 */
export function heldThroughPause<Held extends Pick<Policy, 'offline'>>(policy: Held, because: Error | null): Held {
  if (asClientError(because, 'server.busy')?.facts.problem !== tooMany) return policy;
  const graceHours = Math.max(policy.offline.graceHours, longestPauseMs / 3_600_000);
  return { ...policy, offline: { ...policy.offline, graceHours } };
}
