// Reports of workstations: each counts once, and what can never apply is said to be so, so that it is not sent for ever.
import type { Report, reportsAnswerSchema } from '@usher/protocol';
import type { z } from 'zod';
import type { Database } from '../../database/database.ts';
import type { WorkstationCaller } from '../../http/caller.ts';
import type { Initiator } from '../../initiator.ts';
import type { UpdatesService } from '../updates/service.ts';
import { lockForCheck } from './known-facts.ts';
import { plainReport } from './plain-requests.ts';

type ReportsAnswer = z.output<typeof reportsAnswerSchema>;

/** Takes reports. */
export interface ReportsService {
  /** Records and applies them, all or none. Every id is accepted; `rejected` says which of them changed nothing, and why. */
  take(caller: WorkstationCaller, reports: readonly Report[], by: Initiator): Promise<ReportsAnswer>;
}

/** Makes the service. */
export function makeReportsService(tools: {
  readonly database: Database;
  readonly updates: Pick<UpdatesService, 'applyReports'>;
}): ReportsService {
  const { database, updates } = tools;
  return {
    take: async (caller, reports, by) => {
      const workstation = { id: caller.id, hostname: caller.name };
      const once = [...new Map(reports.map((report) => [report.id, plainReport(report)])).values()];
      const refused = await database.transaction(async (tx) => {
        await lockForCheck(tx.db, caller.id);
        return updates.applyReports(tx, workstation, once, by);
      });
      return {
        accepted: once.map(({ id }) => id),
        rejected: [...refused].map(([id, reason]) => ({ id, reason })),
      };
    },
  };
}
