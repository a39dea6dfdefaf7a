// What whoever runs the server asks it: whether it lives, whether it can serve, what it counts.
import * as z from 'zod';
import type { Metrics } from '../metrics.ts';
import { ProblemError } from '../problem-error.ts';
import type { App } from './app.ts';

const text = z.unknown();

/** `/healthz`, `/readyz` and `/metrics`, open to all. */
export function operationalRoutes(app: App, tools: { ready: () => Promise<void>; metrics: Metrics }): void {
  const tags = ['Operation'];
  const status = z.object({ status: z.literal('ok') });
  app.get(
    '/healthz',
    { config: { access: 'open' }, schema: { tags, summary: 'Whether the process answers', response: { 200: status } } },
    () => ({ status: 'ok' as const }),
  );
  app.get(
    '/readyz',
    {
      config: { access: 'open' },
      schema: { tags, summary: 'Whether the server can serve: 503 says why not', response: { 200: status } },
    },
    async () => {
      try {
        await tools.ready();
      } catch (error) {
        app.log.warn({ error }, 'not ready');
        // What may be told says so itself; anything else could hold something of the inside.
        throw error instanceof ProblemError ? error : new ProblemError('server.not-ready', undefined, { cause: error });
      }
      return { status: 'ok' as const };
    },
  );
  app.get(
    '/metrics',
    {
      config: { access: 'open' },
      schema: {
        tags,
        summary: 'Counters in the text format of Prometheus',
        response: { 200: { description: 'Metrics', content: { 'text/plain': { schema: text } } } },
      },
    },
    async (_request, reply) => {
      reply.serializer(String).type('text/plain; version=0.0.4; charset=utf-8');
      return tools.metrics.text();
    },
  );
}
