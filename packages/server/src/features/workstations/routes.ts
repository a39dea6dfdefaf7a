// Workstations over HTTP, for people.
import {
  bulkAnswerSchema,
  bulkRequestSchema,
  optionalReasonSchema,
  replaceRequestSchema,
  workstationDetailSchema,
  workstationListSchema,
  workstationPatchSchema,
} from '@usher/protocol';
import * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import type { App } from '../../http/app.ts';
import { initiatorOf } from '../../http/caller.ts';
import { noContent } from '../../http/no-content.ts';
import type { WorkstationsService } from './service.ts';
import { workstationDetail } from './workstation-detail.ts';
import { listWorkstations, workstationListQuery } from './workstation-list.ts';

const tags = ['Workstations'];
const config = { access: 'workstations.manage' as const };
const params = z.object({ id: z.string() });
const reason = optionalReasonSchema;
const detail = { 200: workstationDetailSchema };

/** Adds `/workstations`. */
export function workstationRoutes(
  app: App,
  { workstations, read }: { readonly workstations: WorkstationsService; readonly read: Reader },
): void {
  app.get(
    '/workstations',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'Workstations, those that wait for approval first',
        querystring: workstationListQuery,
        response: { 200: workstationListSchema },
      },
    },
    (request) => listWorkstations(read, request.query),
  );

  app.get(
    '/workstations/:id',
    { config: { access: 'read' }, schema: { tags, summary: 'A workstation', params, response: detail } },
    (request) => workstationDetail(read, request.params.id),
  );

  app.patch(
    '/workstations/:id',
    {
      config,
      schema: { tags, summary: 'Change tags or note', params, body: workstationPatchSchema, response: detail },
    },
    async (request) => {
      await workstations.change(request.params.id, request.body, initiatorOf(request));
      return workstationDetail(read, request.params.id);
    },
  );

  app.delete(
    '/workstations/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Retire a workstation: its token ends, its history stays',
        params,
        body: reason,
        response: { 204: noContent },
      },
    },
    async (request, reply) => {
      await workstations.retire(request.params.id, request.body.reason, initiatorOf(request));
      return reply.code(204).send(null);
    },
  );

  for (const action of ['authorize', 'disable'] as const) {
    const summary = {
      authorize: 'Let a workstation take part',
      disable: 'Let a workstation start nothing more (1008)',
    };
    app.post(
      `/workstations/:id/${action}`,
      { config, schema: { tags, summary: summary[action], params, body: reason, response: detail } },
      async (request) => {
        await workstations[action](request.params.id, request.body.reason, initiatorOf(request));
        return workstationDetail(read, request.params.id);
      },
    );
  }

  app.post(
    '/workstations/:id/replace',
    {
      config,
      schema: {
        tags,
        summary: 'Let another record take over the place of this one, which is retired: answers that other one',
        params,
        body: replaceRequestSchema,
        response: detail,
      },
    },
    async (request) => {
      const { with: successor, reason: why } = request.body;
      await workstations.replace(request.params.id, successor, why, initiatorOf(request));
      return workstationDetail(read, successor);
    },
  );

  app.post(
    '/workstations/bulk',
    {
      config,
      schema: {
        tags,
        summary: 'Do one thing to many workstations',
        body: bulkRequestSchema,
        response: { 200: bulkAnswerSchema },
      },
      // A hundred thousand ids of 80 characters.
      bodyLimit: 10 * 1024 * 1024,
    },
    async (request) => ({ changed: await workstations.bulk(request.body, initiatorOf(request)) }),
  );
}
