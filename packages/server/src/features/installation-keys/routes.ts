// Installation keys over HTTP, for owners.
import {
  bulkAnswerSchema,
  bulkQuerySchema,
  createdInstallationKeySchema,
  installationKeyBulkSchema,
  installationKeyListSchema,
  installationKeyRequestSchema,
} from '@usher/protocol';
import * as z from 'zod';
import { isoNow, type Clock } from '../../clock.ts';
import type { Reader } from '../../database/database.ts';
import type { App } from '../../http/app.ts';
import { initiatorOf } from '../../http/caller.ts';
import { noContent } from '../../http/no-content.ts';
import { installationKeyQuery, listInstallationKeys } from './read-model.ts';
import type { InstallationKeysService } from './service.ts';

const tags = ['Installation keys'];
const access = 'keys.manage' as const;

/** Adds `/installation-keys`. */
export function installationKeyRoutes(
  app: App,
  tools: { readonly keys: InstallationKeysService; readonly read: Reader; readonly clock: Clock },
): void {
  const { keys, read, clock } = tools;

  app.get(
    '/installation-keys',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Installation keys',
        querystring: installationKeyQuery,
        response: { 200: installationKeyListSchema },
      },
    },
    (request) => listInstallationKeys(read, request.query, isoNow(clock)),
  );

  app.post(
    '/installation-keys',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Make an installation key: its text is answered this once',
        body: installationKeyRequestSchema,
        response: { 201: createdInstallationKeySchema },
      },
    },
    async (request, reply) => reply.code(201).send(await keys.create(request.body, initiatorOf(request))),
  );

  app.post(
    '/installation-keys/bulk',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Revoke many installation keys',
        querystring: bulkQuerySchema,
        body: installationKeyBulkSchema,
        response: { 200: bulkAnswerSchema },
      },
    },
    async (request) => ({
      changed: await keys.bulk(request.body, request.query.dryRun === true, initiatorOf(request)),
    }),
  );

  app.delete(
    '/installation-keys/:id',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Revoke an installation key',
        params: z.object({ id: z.string() }),
        response: { 204: noContent },
      },
    },
    async (request, reply) => {
      await keys.revoke(request.params.id, initiatorOf(request));
      return reply.code(204).send(null);
    },
  );
}
