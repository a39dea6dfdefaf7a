// The catalogue over HTTP, as TUF clients ask for it: metadata open to all, files for workstations.
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import type { App } from '../../http/app.ts';
import { workstationOf, type WorkstationCaller } from '../../http/caller.ts';
import { matchesTag, sendFile } from '../../http/send-file.ts';
import { ProblemError } from '../../problem-error.ts';
import type { Admission } from '../downloads/admission.ts';
import { findDocument, findTarget } from './read-model.ts';
import { findFile } from './store.ts';

/** What the routes need. */
export interface CatalogueRouteTools {
  readonly read: Reader;
  /** Where the file with that SHA-256 lies. */
  readonly installerFile: (sha256: string) => string;
  readonly admitDownload: Admission;
}

const tags = ['Catalogue'];
const json = 'application/json';
const anyFile = (type: string) => ({ description: 'The file', content: { [type]: { schema: z.unknown() } } });
const unchanged = { description: 'Unchanged', content: {} };

/** Versioned metadata never changes under its name; the timestamp is asked for again each time. */
const metadataName = /^(?:[1-9]\d{0,9}\.(?:root|snapshot|targets)|timestamp)\.json$/;
/** `director.json` and `prohibited.json`, also with their hash before the name. */
const documentName = /^(?:[0-9a-f]{64}\.)?(?:director|prohibited)\.json$/;

/**
 * Adds `/workstation/tuf`. Everything that a policy is verified with is open: a workstation asks for it before it has a token, and to verify
 * an answer that refuses it.
 */
export function catalogueRoutes(app: App, { read, installerFile, admitDownload }: CatalogueRouteTools): void {
  app.get(
    '/workstation/tuf/:name',
    {
      config: { access: 'open' },
      schema: {
        tags,
        summary: 'TUF metadata: timestamp.json, N.root.json, N.snapshot.json, N.targets.json',
        params: z.object({ name: z.string() }),
        response: { 200: anyFile(json), 304: unchanged },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const content = metadataName.test(name) ? await findFile(read, name) : undefined;
      if (content === undefined) {
        // The next root does not exist until it does: nobody may remember that it did not.
        reply.header('cache-control', 'no-store');
        throw new ProblemError('trust.not-found');
      }
      const isVersioned = name !== 'timestamp.json';
      return sendJsonText(request, reply, content, isVersioned ? 'public, max-age=86400, immutable' : 'no-cache');
    },
  );

  app.get(
    '/workstation/tuf/targets/:document',
    {
      config: { access: 'open' },
      schema: {
        tags,
        summary: 'A document of the catalogue: director.json or prohibited.json, also with its SHA-256 before the name',
        params: z.object({ document: z.string() }),
        response: { 200: anyFile(json), 304: unchanged },
      },
    },
    async (request, reply) => {
      const { document } = request.params;
      const content = documentName.test(document) ? await findDocument(read, document) : undefined;
      if (content === undefined) throw new ProblemError('target.not-found');
      return sendJsonText(request, reply, content, 'no-cache');
    },
  );

  app.get(
    '/workstation/tuf/targets/installers/*',
    {
      config: { access: 'workstation' },
      schema: {
        tags,
        summary: 'An installer of the catalogue, by its path or with its SHA-256 before the name',
        description:
          'For authorized workstations alone: others get 403 with the number 1002 or 1008. Takes Range and If-Range. ' +
          '`Priority: u=7` says that nobody waits: beyond the cap of such downloads the answer is 429 with Retry-After.',
        params: z.object({ '*': z.string() }),
        response: { 200: anyFile('application/x-msi'), 206: anyFile('application/x-msi'), 304: unchanged },
      },
    },
    async (request, reply) => {
      refuseUnauthorized(workstationOf(request));
      const target = await findTarget(read, `installers/${request.params['*']}`);
      if (target === null) throw new ProblemError('target.not-found');
      const { sha256, size } = target;
      await admitDownload(request, reply);
      return sendFile(request, reply, { path: installerFile(sha256), size, sha256, type: 'application/x-msi' });
    },
  );
}

function refuseUnauthorized({ status }: WorkstationCaller): void {
  if (status === 'pending') throw new ProblemError('workstation.pending');
  if (status === 'disabled') throw new ProblemError('workstation.disabled');
}

/** Answers with a JSON text as it is, or with 304 where the client has it already. */
function sendJsonText(request: FastifyRequest, reply: FastifyReply, text: string, caching: string): FastifyReply {
  const tag = `"${createHash('sha256').update(text).digest('hex')}"`;
  reply.header('etag', tag).header('cache-control', caching);
  if (matchesTag(request.headers['if-none-match'], tag)) return reply.code(304).send();
  return reply.type(json).serializer(String).send(text);
}
