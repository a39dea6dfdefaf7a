// Bodies that come slowly, ended: whoever sends a letter a minute cannot hold connections and memory for ever.
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from '../problem-error.ts';

/** What is slow. */
interface Patience {
  /** Milliseconds within which the body of a call is there: a megabyte or a few. */
  readonly textMs: number;
  /** An upload brings so many bytes at least in each time of so many milliseconds, and may take as long as it takes. */
  readonly windowMs: number;
  readonly bytesPerWindow: number;
}

/** A megabyte in a minute is 17 KB a second; an upload of a kilobyte a second still goes through. */
const patience: Patience = { textMs: 60_000, windowMs: 60_000, bytesPerWindow: 64 * 1024 };

/** After the refusal of a text, until its connection is cut. */
const graceMs = 1000;

/** Has the instance end slow bodies: before anything else looks at a request, and whatever it is answered. */
export function endSlowBodies(app: FastifyInstance, limits: Patience = patience): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (hasBody(request)) watch(request.raw, isForm(request) ? uploadRule(request.raw, limits) : textRule(limits));
    done();
  });
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (!hasBody(request) || isForm(request)) {
      done(null, payload);
      return;
    }
    const read = new PassThrough();
    // Nobody may read it, as where there is nothing at the address: its errors are nobody's then, and what is left of it is let go of with the
    // answer, as Node does with a body that is not read.
    read.on('error', () => undefined);
    reply.raw.once('finish', () => read.resume());
    const deadline = setTimeout(() => {
      if (request.raw.complete) return;
      reply.header('connection', 'close');
      read.destroy(new ProblemError('request.too-slow'));
    }, limits.textMs);
    read.once('close', () => clearTimeout(deadline));
    payload.once('error', (error) => read.destroy(error));
    payload.once('close', () => clearTimeout(deadline));
    done(null, payload.pipe(read));
  });
}

/** Ends the connection of a body that is not complete in time. */
interface Rule {
  readonly everyMs: number;
  /** Whether the connection ends, asked each time. */
  readonly isTooSlow: () => boolean;
}

function watch(raw: IncomingMessage, { everyMs, isTooSlow }: Rule): void {
  const timer = setInterval(() => {
    if (raw.complete) clearInterval(timer);
    else if (isTooSlow()) raw.destroy();
  }, everyMs);
  timer.unref();
  for (const end of ['end', 'close']) raw.once(end, () => clearInterval(timer));
}

function textRule({ textMs }: Patience): Rule {
  return { everyMs: textMs + Math.min(textMs, graceMs), isTooSlow: () => true };
}

function uploadRule({ socket }: IncomingMessage, { windowMs, bytesPerWindow }: Patience): Rule {
  let before = socket.bytesRead;
  return {
    everyMs: windowMs,
    isTooSlow: () => {
      const now = socket.bytesRead;
      const isSlow = now - before < bytesPerWindow;
      before = now;
      return isSlow;
    },
  };
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isForm({ headers }: FastifyRequest): boolean {
  return headers['content-type']?.toLowerCase().startsWith('multipart/form-data') === true;
}
