// Accounts, sessions, API tokens and the setup, as the composition takes them.
import type { FastifyReply } from 'fastify';
import type { Feature } from '../../feature.ts';
import type { Identification } from '../../http/access.ts';
import { accountRoutes } from './account-routes.ts';
import { makeAccountsService, type AccountsService, type AccountTools } from './accounts-service.ts';
import { identifyPerson } from './identification.ts';
import { sessionRoutes } from './session-routes.ts';
import { makeSessionsService, type SessionsService } from './sessions-service.ts';
import { setupRoutes } from './setup-routes.ts';
import { makeSetupService, type SetupService } from './setup-service.ts';
import { tokenRoutes } from './token-routes.ts';
import { makeTokensService } from './tokens-service.ts';

/** The feature with what the composition and the commands use of it. */
export interface AccountsFeature extends Feature {
  readonly accounts: AccountsService;
  readonly setup: SetupService;
  readonly identifyPerson: Identification['person'];
  readonly isSignedIn: SessionsService['isSignedIn'];
}

/** Makes the feature. */
export function accountsFeature(
  tools: AccountTools & {
    publicOrigin: () => string | null;
    /** Answers with the console's page, where there is a console. */
    consolePage: ((reply: FastifyReply) => FastifyReply) | null;
  },
): AccountsFeature {
  const { database, clock, publicOrigin, consolePage } = tools;
  const accounts = makeAccountsService(tools);
  const sessions = makeSessionsService(tools);
  const tokens = makeTokensService(tools);
  const setup = makeSetupService({ ...tools, accounts });
  return {
    name: 'accounts',
    accounts,
    setup,
    identifyPerson: (request) => identifyPerson(request, sessions),
    isSignedIn: (caller) => sessions.isSignedIn(caller),
    routes: (app) => {
      sessionRoutes(app, { sessions, accounts, publicOrigin });
      accountRoutes(app, { accounts, read: database.read });
      tokenRoutes(app, { tokens, read: database.read, clock });
    },
    pages: (app) => setupRoutes(app, { setup, clock, publicOrigin, consolePage }),
    jobs: [{ name: 'sessions.sweep', at: '30 7 * * * *', leaseFor: 60_000, run: () => sessions.sweep() }],
  };
}
