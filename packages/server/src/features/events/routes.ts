// Events over HTTP: the list, the export, the live stream, the check of the chain.
import { Readable } from 'node:stream';
import {
  eventExportQuerySchema,
  eventFilterSchema,
  eventListSchema,
  eventQuerySchema,
  eventVerificationSchema,
} from '@usher/protocol';
import * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import type { App } from '../../http/app.ts';
import { personOf, type PersonCaller } from '../../http/caller.ts';
import type { Metrics } from '../../metrics.ts';
import { invalidInput } from '../../problem-error.ts';
import type { EventStreams } from './event-stream.ts';
import { csv, jsonLines } from './export-events.ts';
import { allEvents, findSeq, listEvents } from './read-model.ts';
import { readHead } from './store.ts';
import { verifyEvents } from './verify-events.ts';

const tags = ['Events'];
const access = 'read' as const;

const file = (type: string) => ({ description: 'A file', content: { [type]: { schema: z.unknown() } } });

/** Adds `/events`. */
export function eventRoutes(
  app: App,
  tools: {
    read: Reader;
    streams: EventStreams;
    metrics: Metrics;
    isSignedIn: (caller: PersonCaller) => Promise<boolean>;
  },
): void {
  const { read, streams, metrics, isSignedIn } = tools;

  app.get(
    '/events',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Events, newest first',
        querystring: eventQuerySchema.strict(),
        response: { 200: eventListSchema },
      },
    },
    async (request) => {
      const { cursor, pageSize, ...filter } = request.query;
      if (cursor !== undefined && !/^\d{1,15}$/.test(cursor))
        throw invalidInput('cursor', 'is not one that a list gave');
      const before = cursor === undefined ? null : Number(cursor);
      const { items, nextCursor } = await listEvents(read, filter, { before, size: pageSize });
      return { items, nextCursor: nextCursor === null ? null : String(nextCursor) };
    },
  );

  app.get(
    '/events/export',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Everything that the filters show, as a file',
        querystring: eventExportQuerySchema.strict(),
        response: {
          200: { ...file('text/csv'), content: { ...file('text/csv').content, ...file('application/jsonl').content } },
        },
      },
    },
    (request, reply) => {
      const { format, ...filter } = request.query;
      const events = allEvents(read, filter);
      const isCsv = format === 'csv';
      return reply
        .type(isCsv ? 'text/csv; charset=utf-8; header=present' : 'application/jsonl; charset=utf-8')
        .header('content-disposition', `attachment; filename="usher-events.${format}"`)
        .header('cache-control', 'no-store')
        .send(Readable.from(isCsv ? csv(events) : jsonLines(events), { objectMode: false }));
    },
  );

  app.get(
    '/events/stream',
    {
      config: { access },
      schema: {
        tags,
        summary: 'New events as server-sent events; resumes after Last-Event-ID',
        querystring: eventFilterSchema.strict(),
        headers: z.object({ 'last-event-id': z.string().max(80).optional() }),
        response: { 200: file('text/event-stream') },
      },
    },
    async (request, reply) => {
      const from = request.headers['last-event-id'];
      const { seq: newest } = await readHead(read);
      const heard = from === undefined || from === '' ? newest : await findSeq(read, from);
      if (heard === null) throw invalidInput('Last-Event-ID', 'is no event of this server');
      // Whoever heard more than there is heard it of data that are no more: the new ones begin here.
      const after = Math.min(heard, newest);
      const gone = new AbortController();
      const caller = personOf(request);
      const listener = { signal: gone.signal, isAllowed: () => isSignedIn(caller) };
      const stream = Readable.from(streams.open(request.query, after, listener), { objectMode: false });
      metrics.streams.inc();
      // Of the socket, not of the request, which is over: a listener that leaves may only end its side of the connection.
      const { socket } = request.raw;
      const leave = (): void => gone.abort();
      socket.once('end', leave).once('close', leave);
      stream.once('close', () => {
        socket.off('end', leave).off('close', leave);
        metrics.streams.dec();
      });
      return reply
        .type('text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(stream);
    },
  );

  app.get(
    '/events/verify',
    {
      config: { access },
      schema: { tags, summary: 'Check the chain of all events', response: { 200: eventVerificationSchema } },
    },
    () => verifyEvents(read),
  );

  // Before the connections are waited for: a stream would never end by itself.
  app.addHook('preClose', (done) => {
    streams.end();
    done();
  });
}
