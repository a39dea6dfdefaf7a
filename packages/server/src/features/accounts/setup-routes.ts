// The page behind the one-time link: makes the first account, for a browser or for a program. The console shows it; where
// no console was built, a plain form does.
import { accountSchema, setupRequestSchema, shortestPassword } from '@usher/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { Clock } from '../../clock.ts';
import type { App } from '../../http/app.ts';
import { countedAddress } from '../../http/client-address.ts';
import { refuseCrossSite } from '../../http/cross-site.ts';
import { escapeHtml, htmlPage } from '../../http/page.ts';
import { RateLimiter } from '../../http/rate-limiter.ts';
import { faultsOf, invalidInputs, ProblemError } from '../../problem-error.ts';
import type { SetupService } from './setup-service.ts';
import { languageFor, spentLinkPage } from './spent-link-page.ts';

const tags = ['Setup'];
const formType = 'application/x-www-form-urlencoded';

/** Adds `/setup`. */
export function setupRoutes(
  app: App,
  tools: {
    setup: SetupService;
    clock: Clock;
    publicOrigin: () => string | null;
    consolePage: ((reply: FastifyReply) => FastifyReply) | null;
  },
): void {
  const { setup, clock, publicOrigin, consolePage } = tools;
  const limiter = new RateLimiter({ clock, most: 20, period: 15 * 60_000 });

  app.addContentTypeParser(formType, { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(body.toString())));
  });
  // A person who follows the link reads a page, also where something is wrong.
  app.setErrorHandler((error, request, reply) => {
    if (!wantsPage(request) || !(error instanceof ProblemError)) throw error;
    reply.code(error.kind.status);
    if (error.code !== 'setup.link-invalid') {
      const said = error.message.startsWith(error.kind.title) ? '' : `<p>${escapeHtml(error.message)}</p>`;
      return sendPage(reply, error.kind.title, said);
    }
    const language = languageFor(request.headers['accept-language']);
    const { title, body } = spentLinkPage(language, consolePage === null ? null : '/sign-in');
    return sendPage(reply.header('vary', 'accept-language'), title, body, language);
  });

  app.get(
    '/setup',
    {
      config: { access: 'open' },
      schema: {
        tags,
        summary: 'The page that makes the first account',
        querystring: z.object({ token: z.string().max(200).default('') }),
        response: { 200: { description: 'A page', content: { 'text/html': { schema: z.unknown() } } } },
      },
    },
    async (request, reply) => {
      await limited(request, () => setup.confirmLink(request.query.token));
      if (consolePage !== null) return consolePage(reply);
      return sendPage(reply, 'Set up Usher', formHtml(request.query.token, '', []));
    },
  );

  app.post(
    '/setup',
    {
      config: { access: 'open' },
      // Checked in the handler, so that a person gets the form back with what was wrong.
      schema: {
        tags,
        summary: 'Make the first account, an owner',
        body: z.unknown(),
        response: { 201: accountSchema, 422: z.unknown() },
      },
    },
    async (request, reply) => {
      refuseCrossSite(request, publicOrigin());
      const given = setupRequestSchema.safeParse(withoutEmpty(request.body));
      if (!given.success) {
        const errors = faultsOf(given.error);
        if (!wantsPage(request)) throw invalidInputs(errors);
        const { token, email } = z
          .object({ token: z.string().catch(''), email: z.string().catch('') })
          .parse(request.body);
        return sendPage(reply.code(422), 'Set up Usher', formHtml(token, email, errors.map(describeFault)));
      }
      const account = await limited(request, () => setup.complete(given.data, request.ip));
      if (!wantsPage(request)) return reply.code(201).send(account);
      const done = `<p>The account <strong>${escapeHtml(account.email)}</strong> was made. It is an owner.</p>
<p>Sign in with it: <code>POST /api/v1/session</code>. The <a href="/api/docs">API’s page</a> says how.</p>`;
      return sendPage(reply.code(201), 'Usher is set up', done);
    },
  );

  async function limited<T>(request: FastifyRequest, work: () => Promise<T>): Promise<T> {
    const network = countedAddress(request.ip);
    limiter.refuseWhenExceeded(network);
    // Counted first: of many guesses at once no more get through than one after another.
    limiter.count(network);
    const result = await work();
    limiter.giveBack(network);
    return result;
  }
}

function wantsPage(request: FastifyRequest): boolean {
  if (request.method === 'GET') return true;
  return request.headers['content-type']?.startsWith(formType) ?? false;
}

function sendPage(reply: FastifyReply, title: string, body: string, language?: string): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .serializer(String)
    .send(htmlPage(title, body, language));
}

/** A form sends what was left empty as an empty text. */
function withoutEmpty(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== ''));
}

function describeFault({ path }: { path: string }): string {
  if (path === 'password') return `The password needs at least ${shortestPassword} characters.`;
  if (path === 'email') return 'The e-mail address is not one.';
  return `${path} is not valid.`;
}

function formHtml(token: string, email: string, faults: readonly string[]): string {
  const said = faults.map((fault) => `<p class="fault" role="alert">${escapeHtml(fault)}</p>`).join('\n');
  return `<p>This makes the first account. It is an owner: it may do everything, and make more accounts.</p>
${said}
<form method="post" action="/setup">
<input type="hidden" name="token" value="${escapeHtml(token)}">
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="username" required value="${escapeHtml(email)}">
<label for="name">Name (may be left out)</label>
<input id="name" name="name" type="text" autocomplete="name">
<label for="password">Password, at least ${shortestPassword} characters</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="${shortestPassword}" required>
<button type="submit">Make the account</button>
</form>`;
}
