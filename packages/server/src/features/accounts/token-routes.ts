// API tokens, for owners.
import {
  bulkAnswerSchema,
  bulkQuerySchema,
  createdTokenSchema,
  tokenBulkSchema,
  tokenListSchema,
  tokenRequestSchema,
} from '@usher/protocol';
import * as z from 'zod';
import { isoNow, type Clock } from '../../clock.ts';
import type { Reader } from '../../database/database.ts';
import type { App } from '../../http/app.ts';
import { initiatorOf, personOf } from '../../http/caller.ts';
import { noContent } from '../../http/no-content.ts';
import { listTokens, tokenQuery } from './read-model.ts';
import type { TokensService } from './tokens-service.ts';

const tags = ['API tokens'];
const access = 'tokens.manage' as const;

/** Adds `/tokens`. */
export function tokenRoutes(app: App, tools: { tokens: TokensService; read: Reader; clock: Clock }): void {
  const { tokens, read, clock } = tools;

  app.get(
    '/tokens',
    {
      config: { access },
      schema: { tags, summary: 'API tokens', querystring: tokenQuery, response: { 200: tokenListSchema } },
    },
    (request) => listTokens(read, request.query, isoNow(clock)),
  );

  app.post(
    '/tokens',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Make an API token: its text is answered this once',
        body: tokenRequestSchema,
        response: { 201: createdTokenSchema },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await tokens.create(request.body, personOf(request), initiatorOf(request))),
  );

  app.post(
    '/tokens/bulk',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Revoke many API tokens',
        querystring: bulkQuerySchema,
        body: tokenBulkSchema,
        response: { 200: bulkAnswerSchema },
      },
    },
    async (request) => ({
      changed: await tokens.bulk(request.body, request.query.dryRun === true, initiatorOf(request)),
    }),
  );

  app.delete(
    '/tokens/:id',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Revoke an API token',
        params: z.object({ id: z.string() }),
        response: { 204: noContent },
      },
    },
    async (request, reply) => {
      await tokens.revoke(request.params.id, initiatorOf(request));
      return reply.code(204).send(null);
    },
  );
}
