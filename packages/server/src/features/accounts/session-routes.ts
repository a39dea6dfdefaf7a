// Signing in and out, and one's own profile.
import { accountSchema, passwordChangeSchema, profilePatchSchema, signInSchema } from '@usher/protocol';
import type { FastifyRequest } from 'fastify';
import type { App } from '../../http/app.ts';
import { initiatorOf, personOf, type AccountCaller } from '../../http/caller.ts';
import { refuseCrossSite } from '../../http/cross-site.ts';
import { noContent } from '../../http/no-content.ts';
import { ProblemError } from '../../problem-error.ts';
import type { AccountsService } from './accounts-service.ts';
import { clearSessionCookie, setSessionCookie } from './identification.ts';
import type { SessionsService } from './sessions-service.ts';

const tags = ['Session'];

/** Adds `/session`. */
export function sessionRoutes(
  app: App,
  services: { sessions: SessionsService; accounts: AccountsService; publicOrigin: () => string | null },
): void {
  const { sessions, accounts } = services;

  app.post(
    '/session',
    {
      config: { access: 'open' },
      schema: { tags, summary: 'Sign in', body: signInSchema, response: { 201: accountSchema } },
    },
    async (request, reply) => {
      // Another site must not sign somebody in under its own account either.
      refuseCrossSite(request, services.publicOrigin());
      const { account, secret } = await sessions.signIn(request.body, request.ip);
      setSessionCookie(request, reply, secret);
      return reply.code(201).send(account);
    },
  );

  app.get(
    '/session',
    {
      config: { access: 'signed-in' },
      schema: { tags, summary: 'The account that is signed in', response: { 200: accountSchema } },
    },
    (request) => accounts.get(accountOf(request).id),
  );

  app.delete(
    '/session',
    { config: { access: 'signed-in' }, schema: { tags, summary: 'Sign out', response: { 204: noContent } } },
    async (request, reply) => {
      await sessions.signOut(accountOf(request), initiatorOf(request));
      clearSessionCookie(request, reply);
      return reply.code(204).send(null);
    },
  );

  app.patch(
    '/session',
    {
      config: { access: 'signed-in' },
      schema: { tags, summary: 'Change one’s own profile', body: profilePatchSchema, response: { 200: accountSchema } },
    },
    (request) => sessions.changeProfile(accountOf(request), request.body, initiatorOf(request)),
  );

  app.post(
    '/session/password',
    {
      config: { access: 'signed-in' },
      schema: {
        tags,
        summary: 'Change one’s own password; other sessions end',
        body: passwordChangeSchema,
        response: { 200: accountSchema },
      },
    },
    async (request) => {
      const caller = accountOf(request);
      await sessions.changePassword(caller, request.body, initiatorOf(request));
      return accounts.get(caller.id);
    },
  );
}

/** A session is a person's: an API token has neither profile nor password. */
function accountOf(request: FastifyRequest): AccountCaller {
  const person = personOf(request);
  if (person.kind !== 'account') throw new ProblemError('permission.denied', 'An API token has no session.');
  return person;
}
