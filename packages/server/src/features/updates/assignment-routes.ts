// The workstations of an update over HTTP: listed, added, removed, tried again.
import {
  addWorkstationsAnswerSchema,
  addWorkstationsSchema,
  assignmentListSchema,
  countSchema,
  removeWorkstationsSchema,
  retryRequestSchema,
} from '@usher/protocol';
import * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import type { App } from '../../http/app.ts';
import { initiatorOf } from '../../http/caller.ts';
import { assignmentQuery, listAssignments } from './assignment-list.ts';
import type { UpdatesService } from './service.ts';

const tags = ['Updates'];
const access = 'updates.manage' as const;
const params = z.object({ id: z.string().max(80) });

/** Bytes: 100,000 ids or long host names. */
const bodyLimit = 32 * 1024 * 1024;

/** Adds `/updates/:id/workstations` and `/updates/:id/retry`. */
export function assignmentRoutes(app: App, tools: { updates: UpdatesService; read: Reader }): void {
  const { updates, read } = tools;

  app.get(
    '/updates/:id/workstations',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'The workstations of an update, each with its state, progress and last error',
        params,
        querystring: assignmentQuery,
        response: { 200: assignmentListSchema },
      },
    },
    (request) => listAssignments(read, request.params.id, request.query),
  );

  app.post(
    '/updates/:id/workstations',
    {
      config: { access },
      bodyLimit,
      schema: {
        tags,
        summary: 'Add workstations, also while it runs: by ids, names, a filter, or all',
        params,
        body: addWorkstationsSchema,
        response: { 200: addWorkstationsAnswerSchema },
      },
    },
    (request) => updates.add(request.params.id, request.body, initiatorOf(request)),
  );

  app.delete(
    '/updates/:id/workstations',
    {
      config: { access },
      bodyLimit,
      schema: {
        tags,
        summary: 'Take workstations out: these, or all that a filter shows',
        params,
        body: removeWorkstationsSchema,
        response: { 200: z.object({ removed: countSchema }) },
      },
    },
    (request) => updates.remove(request.params.id, request.body, initiatorOf(request)),
  );

  app.post(
    '/updates/:id/retry',
    {
      config: { access },
      bodyLimit,
      schema: {
        tags,
        summary: 'Try failed workstations again: these, those that a filter shows, or all',
        params,
        body: retryRequestSchema,
        response: { 200: z.object({ retried: countSchema }) },
      },
    },
    (request) => {
      const { reason, ...which } = request.body;
      return updates.retry(request.params.id, which, reason, initiatorOf(request));
    },
  );
}
