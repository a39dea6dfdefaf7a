// Reports of workstations: each counts once, and what can never apply is said to be so, so that it is not sent for ever.
import type { Report, reportsAnswerSchema, StartReport } from '@usher/protocol';
import type * as z from 'zod';
import type { Database } from '../../database/database.ts';
import type { WorkstationCaller } from '../../http/caller.ts';
import type { Initiator } from '../../initiator.ts';
import type { UpdatesService } from '../updates/service.ts';
import { lockForCheck } from './known-facts.ts';
import { recordOfflineStarts, type OfflineStartTools } from './offline-starts.ts';
import { plainReport, plainStart } from './plain-requests.ts';

type ReportsAnswer = z.output<typeof reportsAnswerSchema>;

/** What a workstation tells at once. */
interface Told {
  readonly reports: readonly Report[];
  /** Starts that it decided by itself. */
  readonly starts?: readonly StartReport[] | undefined;
}

/** Takes reports. */
export interface ReportsService {
  /** Records and applies them, all or none. Every id is accepted; `rejected` says which of them changed nothing, and why. */
  take(caller: WorkstationCaller, told: Told, by: Initiator): Promise<ReportsAnswer>;
}

/** Makes the service. */
export function makeReportsService(
  tools: {
    readonly database: Database;
    readonly updates: Pick<UpdatesService, 'applyReports'>;
  } & OfflineStartTools,
): ReportsService {
  const { database, updates } = tools;
  return {
    take: async (caller, { reports, starts = [] }, by) => {
      const workstation = { id: caller.id, hostname: caller.name };
      const once = [...new Map(reports.map((report) => [report.id, plainReport(report)])).values()];
      const onceStarted = [...new Map(starts.map((start) => [start.id, plainStart(start)])).values()];
      const refused = await database.transaction(async (tx) => {
        await lockForCheck(tx.db, caller.id);
        const refusedStarts = await recordOfflineStarts(tx, tools, workstation, onceStarted, by);
        const refusedReports = once.length === 0 ? [] : await updates.applyReports(tx, workstation, once, by);
        return [...refusedStarts, ...refusedReports];
      });
      return {
        accepted: [...once, ...onceStarted].map(({ id }) => id),
        rejected: refused.map(([id, reason]) => ({ id, reason })),
      };
    },
  };
}
