// What workstations ask and tell over HTTP.
import { checkAnswerSchema, checkRequestSchema, reportsAnswerSchema, reportsRequestSchema } from '@usher/protocol';
import type { App } from '../../http/app.ts';
import { initiatorOf, workstationOf } from '../../http/caller.ts';
import { refuseOtherProtocol } from '../../http/workstation-protocol.ts';
import type { CheckService } from './check-service.ts';
import type { FairUse } from './fair-use.ts';
import type { ReportsService } from './reports-service.ts';

const tags = ['Workstation'];
const config = { access: 'workstation', makesTextsPlain: true } as const;

/** Bytes: a queue of weeks, with the log's tail of a good many failures. A client sends more in parts. */
const reportsLimit = 8 * 1024 * 1024;

/** Adds `/workstation/check` and `/workstation/reports`. */
export function checkRoutes(
  app: App,
  { checks, reports, fairUse }: { checks: CheckService; reports: ReportsService; fairUse: FairUse },
): void {
  app.post(
    '/workstation/check',
    {
      config,
      preValidation: refuseOtherProtocol,
      schema: {
        tags,
        summary: 'The question at every start, answered with a signed policy and a verdict',
        body: checkRequestSchema,
        response: { 200: checkAnswerSchema },
      },
    },
    async (request, reply) => {
      const caller = workstationOf(request);
      const by = initiatorOf(request);
      await fairUse.takeCheck(caller, by);
      const answer = await checks.check(caller, request.body, by);
      return reply.header('cache-control', 'no-store').send(answer);
    },
  );

  app.post(
    '/workstation/reports',
    {
      config,
      preValidation: refuseOtherProtocol,
      bodyLimit: reportsLimit,
      schema: {
        tags,
        summary:
          'What happened with updates, starts that were decided without the server, and what is wrong with the machine; what is sent twice counts once',
        description:
          'Every id is accepted and need not be sent again. `rejected` names those that changed nothing, and why: `not-assigned`, ' +
          '`assignment-closed`, `update-not-started`, `unknown-product`. Where a workstation tells too much, 429 with `Retry-After`: nothing was ' +
          'taken, and the same is told again later.',
        body: reportsRequestSchema,
        response: { 200: reportsAnswerSchema },
      },
    },
    async (request) => {
      const caller = workstationOf(request);
      const by = initiatorOf(request);
      const { body } = request;
      const { reports: told, starts = [], alarms = [] } = body;
      await fairUse.takeReports(caller, told.length + starts.length + alarms.length, by);
      return reports.take(caller, body, by);
    },
  );
}
