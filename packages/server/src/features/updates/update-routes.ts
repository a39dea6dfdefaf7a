// Updates over HTTP: made, changed, listed, and moved through their life.
import {
  optionalReasonSchema,
  previewSchema,
  updateListSchema,
  updatePatchSchema,
  updateRequestSchema,
  updateSchema,
} from '@usher/protocol';
import * as z from 'zod';
import type { Clock } from '../../clock.ts';
import type { Reader } from '../../database/database.ts';
import type { App } from '../../http/app.ts';
import { initiatorOf } from '../../http/caller.ts';
import { previewOf } from './preview.ts';
import { listUpdates, updateOf, updateQuery } from './read-model.ts';
import type { UpdatesService } from './service.ts';

const tags = ['Updates'];
const access = 'updates.manage' as const;
const params = z.object({ id: z.string().max(80) });

/** Adds `/updates`. */
export function updateRoutes(app: App, tools: { updates: UpdatesService; read: Reader; clock: Clock }): void {
  const { updates, read, clock } = tools;

  app.get(
    '/updates',
    {
      config: { access: 'read' },
      schema: { tags, summary: 'Updates', querystring: updateQuery, response: { 200: updateListSchema } },
    },
    (request) => listUpdates(read, request.query),
  );

  app.post(
    '/updates',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Make an update, as a draft',
        body: updateRequestSchema,
        response: { 201: updateSchema },
      },
    },
    async (request, reply) => {
      const id = await updates.create(request.body, initiatorOf(request));
      return reply.code(201).send(await updateOf(read, id));
    },
  );

  app.get(
    '/updates/:id',
    { config: { access: 'read' }, schema: { tags, summary: 'An update', params, response: { 200: updateSchema } } },
    (request) => updateOf(read, request.params.id),
  );

  app.patch(
    '/updates/:id',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Change an update: everything in a draft; later its name, cut-off and what happens on failure',
        params,
        body: updatePatchSchema,
        response: { 200: updateSchema },
      },
    },
    async (request) => {
      await updates.change(request.params.id, request.body, initiatorOf(request));
      return updateOf(read, request.params.id);
    },
  );

  app.get(
    '/updates/:id/preview',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'What starting it would do, in numbers',
        description:
          'Each workstation is counted once among disabled, pending, alreadyThere, notApplicable and eligible. downgrades are those of ' +
          'the eligible that have a higher version now; silentFor30Days counts whatever else they are.',
        params,
        response: { 200: previewSchema },
      },
    },
    (request) => previewOf(read, clock, request.params.id),
  );

  const actions = {
    start: 'Start it: at once, or at its startsAt where that is still to come',
    pause: 'Pause it: what is under way finishes, nothing new begins',
    resume: 'Resume it',
    cancel: 'End it for good',
  } as const;
  for (const action of ['start', 'pause', 'resume', 'cancel'] as const) {
    app.post(
      `/updates/:id/${action}`,
      {
        config: { access },
        schema: {
          tags,
          summary: actions[action],
          params,
          body: optionalReasonSchema,
          response: { 200: updateSchema },
        },
      },
      async (request) => {
        await updates[action](request.params.id, request.body.reason, initiatorOf(request));
        return updateOf(read, request.params.id);
      },
    );
  }
}
