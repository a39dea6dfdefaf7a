// Accounts of people, for owners.
import {
  accountBulkSchema,
  accountListSchema,
  accountPatchSchema,
  accountRequestSchema,
  accountSchema,
  bulkAnswerSchema,
  bulkQuerySchema,
} from '@usher/protocol';
import * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import type { App } from '../../http/app.ts';
import { initiatorOf, personOf } from '../../http/caller.ts';
import type { AccountsService } from './accounts-service.ts';
import { accountQuery, listAccounts } from './read-model.ts';

const tags = ['Accounts'];
const access = 'accounts.manage' as const;
const params = z.object({ id: z.string() });

/** Adds `/accounts`. */
export function accountRoutes(app: App, { accounts, read }: { accounts: AccountsService; read: Reader }): void {
  app.get(
    '/accounts',
    {
      config: { access },
      schema: { tags, summary: 'Accounts', querystring: accountQuery, response: { 200: accountListSchema } },
    },
    (request) => listAccounts(read, request.query),
  );

  app.post(
    '/accounts',
    {
      config: { access },
      schema: { tags, summary: 'Make an account', body: accountRequestSchema, response: { 201: accountSchema } },
    },
    async (request, reply) => reply.code(201).send(await accounts.create(request.body, initiatorOf(request))),
  );

  app.post(
    '/accounts/bulk',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Enable or disable many accounts, but never the one that asks',
        querystring: bulkQuerySchema,
        body: accountBulkSchema,
        response: { 200: bulkAnswerSchema },
      },
    },
    async (request) => {
      const { id } = personOf(request);
      return { changed: await accounts.bulk(request.body, request.query.dryRun === true, initiatorOf(request), id) };
    },
  );

  app.get(
    '/accounts/:id',
    { config: { access }, schema: { tags, summary: 'An account', params, response: { 200: accountSchema } } },
    (request) => accounts.get(request.params.id),
  );

  app.patch(
    '/accounts/:id',
    {
      config: { access },
      schema: {
        tags,
        summary: 'Change an account: name, role, status, password',
        params,
        body: accountPatchSchema,
        response: { 200: accountSchema },
      },
    },
    (request) => accounts.change(request.params.id, request.body, initiatorOf(request)),
  );
}
