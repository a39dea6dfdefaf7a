// The overview and the plots over HTTP.
import {
  burnUpSchema,
  complianceSeriesSchema,
  failureQuerySchema,
  failureSeriesSchema,
  overviewSchema,
  seriesQuerySchema,
  versionSeriesSchema,
} from '@usher/protocol';
import * as z from 'zod';
import type { Clock } from '../../clock.ts';
import type { Reader } from '../../database/database.ts';
import type { App } from '../../http/app.ts';
import { complianceSeries, failureSeries } from './failures.ts';
import { overview } from './overview.ts';
import { burnUp, versionSeries } from './series.ts';

const tags = ['Overview'];
const config = { access: 'read' as const };

/** Adds `/overview` and `/updates/:id/burn-up`. */
export function overviewRoutes(app: App, { read, clock }: { readonly read: Reader; readonly clock: Clock }): void {
  app.get(
    '/overview',
    {
      config,
      schema: { tags, summary: 'What needs attention, and how everything stands', response: { 200: overviewSchema } },
    },
    () => overview(read, clock),
  );

  app.get(
    '/overview/versions',
    {
      config,
      schema: {
        tags,
        summary: 'How many workstations had which version, over time',
        querystring: seriesQuerySchema.strict(),
        response: { 200: versionSeriesSchema },
      },
    },
    (request) => versionSeries(read, clock, request.query),
  );

  app.get(
    '/overview/failures',
    {
      config,
      schema: {
        tags,
        summary: 'Failed attempts by cause, most frequent first',
        querystring: failureQuerySchema.strict(),
        response: { 200: failureSeriesSchema },
      },
    },
    (request) => failureSeries(read, clock, request.query),
  );

  app.get(
    '/overview/compliance',
    {
      config,
      schema: {
        tags,
        summary: 'How long the updates that were started lately took to reach their workstations',
        querystring: seriesQuerySchema.strict(),
        response: { 200: complianceSeriesSchema },
      },
    },
    (request) => complianceSeries(read, clock, request.query),
  );

  app.get(
    '/updates/:id/burn-up',
    {
      config,
      schema: {
        tags,
        summary: 'How many workstations of an update had its target over time',
        params: z.object({ id: z.string().max(80) }),
        response: { 200: burnUpSchema },
      },
    },
    (request) => burnUp(read, clock, request.params.id),
  );
}
