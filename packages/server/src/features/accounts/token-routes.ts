// API tokens, for owners.
import { createdTokenSchema, tokenListSchema, tokenRequestSchema } from '@usher/protocol';
import * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import type { App } from '../../http/app.ts';
import { initiatorOf, personOf } from '../../http/caller.ts';
import { noContent } from '../../http/no-content.ts';
import { listTokens, tokenQuery } from './read-model.ts';
import type { TokensService } from './tokens-service.ts';

const tags = ['API tokens'];
const access = 'tokens.manage' as const;

/** Adds `/tokens`. */
export function tokenRoutes(app: App, { tokens, read }: { tokens: TokensService; read: Reader }): void {
  app.get(
    '/tokens',
    {
      config: { access },
      schema: { tags, summary: 'API tokens', querystring: tokenQuery, response: { 200: tokenListSchema } },
    },
    (request) => listTokens(read, request.query),
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
