// Passes over HTTP: given and withdrawn at a workstation.
import { passAnswerSchema, passRequestSchema } from '@usher/protocol';
import * as z from 'zod';
import type { App } from '../../http/app.ts';
import { initiatorOf } from '../../http/caller.ts';
import { noContent } from '../../http/no-content.ts';
import type { PassesService } from './service.ts';

const tags = ['Workstations'];
const access = 'passes.give' as const;

/** Adds `/workstations/:id/passes`. */
export function passRoutes(app: App, passes: PassesService): void {
  app.post(
    '/workstations/:id/passes',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Give a pass: leave to start the product all the same, for hours',
        params: z.object({ id: z.string() }),
        body: passRequestSchema,
        response: { 201: passAnswerSchema },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await passes.give(request.params.id, request.body, initiatorOf(request))),
  );

  app.delete(
    '/workstations/:id/passes/:pid',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Withdraw a pass',
        params: z.object({ id: z.string(), pid: z.string() }),
        response: { 204: noContent },
      },
    },
    async (request, reply) => {
      await passes.withdraw(request.params.id, request.params.pid, initiatorOf(request));
      return reply.code(204).send(null);
    },
  );
}
