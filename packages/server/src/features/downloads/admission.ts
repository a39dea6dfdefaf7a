// Who may download now: whoever waits at a workstation always, what is fetched ahead only within the cap.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { workstationOf } from '../../http/caller.ts';
import type { Log } from '../../log.ts';
import { ProblemError } from '../../problem-error.ts';
import { keptFor, type DownloadSlots } from './download-slots.ts';

/**
 * Lets a download through that is about to be sent with this reply.
 * @throws ProblemError `download.no-slot` with the time after which to ask again
 */
export type Admission = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Makes the admission. What people wait for is counted in this process alone, and makes the others wait. */
export function makeAdmission({ slots, log }: { readonly slots: DownloadSlots; readonly log: Log }): Admission {
  let awaited = 0;

  return async (request, reply) => {
    if (request.method === 'HEAD') return;
    const { raw } = reply;
    if (!isBackground(request.headers.priority)) {
      awaited += 1;
      raw.once('close', () => (awaited -= 1));
      return;
    }
    const { id } = workstationOf(request);
    const seconds = await slots.take(id, awaited);
    if (seconds !== null) {
      const detail = `Other downloads come first. Ask again in ${seconds} seconds.`;
      throw new ProblemError('download.no-slot', detail, { retryAfter: seconds });
    }
    const say = (error: unknown) => log.warn({ error, workstation: id }, 'a turn to download could not be noted');
    const timer = setInterval(() => void slots.take(id, awaited).catch(say), keptFor / 3);
    timer.unref();
    raw.once('close', () => clearInterval(timer));
    // What is cut before that keeps its turn for a while.
    raw.once('finish', () => {
      clearInterval(timer);
      void slots.giveBack(id).catch(say);
    });
  };
}

/** The least urgent there is (RFC 9218, section 4.1): the client says so where nobody waits. */
function isBackground(priority: string | string[] | undefined): boolean {
  return String(priority ?? '')
    .split(',')
    .some((member) => /^\s*u=7\s*(?:;|$)/.test(member));
}
