// The contract as a document (OpenAPI 3.1), made from the schemas that the routes validate with, and readable as a page.
import swagger from '@fastify/swagger';
import { problemSchema } from '@usher/protocol';
import * as z from 'zod';
import type { Access } from './access.ts';
import type { App } from './app.ts';
import { docsPage, type ApiDocument } from './docs-page.ts';
import { describeDocument, describeRoute, operationId } from './openapi-transform.ts';

/** What a request carries, by the access of its route. */
function securityOf(access: Access): Record<string, string[]>[] {
  if (access === 'open') return [];
  if (access === 'workstation') return [{ workstationToken: [] }];
  return [{ session: [] }, { apiToken: [] }];
}

const problem = {
  description: 'A problem (RFC 9457)',
  content: { 'application/problem+json': { schema: problemSchema } },
};

/** An answer that is described with no content at all (304, say) as the document's generator takes it. */
function withoutEmptyContent(response: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(response).map(([status, answer]) => {
      const described = withoutContent.safeParse(answer);
      return [status, described.success ? z.null().describe(described.data.description) : answer];
    }),
  );
}

const withoutContent = z.object({ description: z.string(), content: z.strictObject({}) });

/** Collects every route that is added after this call, and serves the document and the page. */
export async function describeApi(app: App): Promise<void> {
  app.addHook('onRoute', (route) => {
    const { access } = route.config ?? {};
    if (access === undefined) return;
    const response = withoutEmptyContent((route.schema?.response ?? {}) as Readonly<Record<string, unknown>>);
    const needs = access === 'open' || access === 'workstation' || access === 'signed-in' ? undefined : access;
    route.schema = {
      ...route.schema,
      operationId: operationId(String(route.method), route.url),
      security: securityOf(access),
      ...(needs === undefined ? {} : { description: [route.schema?.description, `Needs: ${needs}.`].join(' ').trim() }),
      response: { '4xx': problem, '5xx': problem, ...response },
    };
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Usher',
        version: '1',
        description: 'Decides which version of a workstation application may run, and when it must change.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } as { name: string },
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'usher_session' },
          apiToken: { type: 'http', scheme: 'bearer', description: 'An API token, tk_…' },
          workstationToken: { type: 'http', scheme: 'bearer', description: 'The token of an activated workstation' },
        },
      },
    },
    transform: describeRoute,
    transformObject: describeDocument,
  });
  const tags = ['Operation'];
  app.get(
    '/api/v1/openapi.json',
    { config: { access: 'open' }, schema: { tags, summary: 'This document', response: { 200: z.unknown() } } },
    () => app.swagger(),
  );
  let page: string | undefined;
  app.get(
    '/api/docs',
    {
      config: { access: 'open' },
      schema: {
        tags,
        summary: 'The document as a page',
        response: { 200: { description: 'A page', content: { 'text/html': { schema: z.unknown() } } } },
      },
    },
    (_request, reply) => {
      page ??= docsPage(app.swagger() as unknown as ApiDocument);
      return reply.serializer(String).type('text/html; charset=utf-8').send(page);
    },
  );
}
