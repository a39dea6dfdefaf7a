// Serves the web console: its files, and its page for every address that is not the API's.
import { fileURLToPath } from 'node:url';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Feature } from '../../feature.ts';
import type { App } from '../../http/app.ts';
import type { Random } from '../../ids.ts';
import { ProblemError } from '../../problem-error.ts';
import { readConsoleFiles, type ConsoleFiles } from './console-files.ts';

/** Where the build puts it. */
const builtFolder = fileURLToPath(new URL('../../../../console/dist', import.meta.url));

/** What the page holds in the place of the nonce of its styles. */
const noncePlaceholder = '__USHER_NONCE__';

/** The feature, with its page for an address that another feature answers. */
export interface ConsoleFeature extends Feature {
  /** Answers with the console's page; null while the console has not been built. */
  readonly sendPage: ((reply: FastifyReply) => FastifyReply) | null;
}

/** The page of the console, and the files that it is made of. */
export function consoleFeature(tools: { random: Random; folder?: string | undefined }): ConsoleFeature {
  const { page, files } = readConsoleFiles(tools.folder ?? builtFolder);
  return {
    name: 'console',
    sendPage: page === null ? null : (reply) => sendPage(page, tools.random, reply),
    pages: (app: App) => {
      const hidden = { config: { access: 'open' }, schema: { hide: true } } as const;
      app.get('/assets/*', hidden, async (request, reply) => sendFile(files, request, reply, true));
      app.get('/*', hidden, async (request, reply) => {
        const path = pathOf(request);
        if (path.startsWith('/api/')) throw new ProblemError('request.not-found');
        if (files.has(path) && path !== '/index.html') return sendFile(files, request, reply, false);
        // A program asks for a file that is not there; no address of the console ends like the name of one.
        if (/\.[^/]*$/.test(path) && path !== '/index.html') throw new ProblemError('request.not-found');
        if (page === null) {
          throw new ProblemError(
            'server.not-ready',
            'The console has not been built. Start the server with "npm start".',
          );
        }
        return sendPage(page, tools.random, reply);
      });
    },
  };
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}

async function sendFile(files: ConsoleFiles['files'], request: FastifyRequest, reply: FastifyReply, isHashed: boolean) {
  const file = files.get(pathOf(request));
  if (file === undefined) throw new ProblemError('request.not-found');
  reply
    .type(file.type)
    .header('etag', file.etag)
    .header('vary', 'accept-encoding')
    // A hashed name never holds anything else; the others are asked for again.
    .header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  const compressed = acceptsBrotli(request) ? await file.compressed() : null;
  if (compressed === null) return reply.send(file.content);
  return reply.header('content-encoding', 'br').send(compressed);
}

function acceptsBrotli(request: FastifyRequest): boolean {
  return /(^|,)\s*br\s*(;\s*q=(?!0(\.0*)?\s*(,|$))|,|$)/.test(request.headers['accept-encoding'] ?? '');
}

/** The page, with a nonce of its own: styles that the console makes while it runs carry it, and no other style counts. */
function sendPage(page: string, random: Random, reply: FastifyReply): FastifyReply {
  const nonce = random(16).toString('base64');
  reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header(
      'content-security-policy',
      [
        "default-src 'none'",
        "script-src 'self'",
        `style-src 'self' 'nonce-${nonce}'`,
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join(';'),
    );
  // A text already, whatever the route says of its answers.
  return reply.serializer(String).send(page.replaceAll(noncePlaceholder, nonce));
}
