// Groups over HTTP.
import {
  bulkAnswerSchema,
  bulkQuerySchema,
  groupBulkSchema,
  groupListSchema,
  groupRequestSchema,
  groupSchema,
} from '@usher/protocol';
import * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import type { App } from '../../http/app.ts';
import { initiatorOf } from '../../http/caller.ts';
import { noContent } from '../../http/no-content.ts';
import { groupQuery, listGroups, readGroup } from './read-model.ts';
import type { GroupsService } from './service.ts';

const tags = ['Groups'];
const config = { access: 'workstations.manage' as const };
const params = z.object({ id: z.string() });

/** Adds `/groups`. */
export function groupRoutes(
  app: App,
  { groups, read }: { readonly groups: GroupsService; readonly read: Reader },
): void {
  app.get(
    '/groups',
    {
      config: { access: 'read' },
      schema: { tags, summary: 'Groups of workstations', querystring: groupQuery, response: { 200: groupListSchema } },
    },
    (request) => listGroups(read, request.query),
  );

  app.post(
    '/groups',
    {
      config,
      schema: { tags, summary: 'Save a filter as a group', body: groupRequestSchema, response: { 201: groupSchema } },
    },
    async (request, reply) => {
      const id = await groups.create(request.body, initiatorOf(request));
      return reply.code(201).send(await readGroup(read, id));
    },
  );

  app.post(
    '/groups/bulk',
    {
      config,
      schema: {
        tags,
        summary: 'Delete many groups',
        querystring: bulkQuerySchema,
        body: groupBulkSchema,
        response: { 200: bulkAnswerSchema },
      },
    },
    async (request) => ({
      changed: await groups.bulk(request.body, request.query.dryRun === true, initiatorOf(request)),
    }),
  );

  app.get(
    '/groups/:id',
    { config: { access: 'read' }, schema: { tags, summary: 'A group', params, response: { 200: groupSchema } } },
    (request) => readGroup(read, request.params.id),
  );

  app.patch(
    '/groups/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Change a group: its name, its filter',
        params,
        body: groupRequestSchema.partial(),
        response: { 200: groupSchema },
      },
    },
    async (request) => {
      await groups.change(request.params.id, request.body, initiatorOf(request));
      return readGroup(read, request.params.id);
    },
  );

  app.delete(
    '/groups/:id',
    { config, schema: { tags, summary: 'Delete a group', params, response: { 204: noContent } } },
    async (request, reply) => {
      await groups.remove(request.params.id, initiatorOf(request));
      return reply.code(204).send(null);
    },
  );
}
