// Reports of workstations: each counts once, and what can never apply is said to be so, so that it is not sent for ever.
import type { MachineAlarm, Report, reportsAnswerSchema, StartReport } from '@usher/protocol';
import type * as z from 'zod';
import type { Database } from '../../database/database.ts';
import type { WorkstationCaller } from '../../http/caller.ts';
import type { Initiator } from '../../initiator.ts';
import type { UpdatesService } from '../updates/service.ts';
import { lockForCheck } from './known-facts.ts';
import { recordMachineAlarms } from './machine-alarms.ts';
import { recordOfflineStarts, type OfflineStartTools } from './offline-starts.ts';
import { plainAlarm, plainReport, plainStart } from './plain-requests.ts';

type ReportsAnswer = z.output<typeof reportsAnswerSchema>;

/** What a workstation tells at once. */
interface Told {
  readonly reports: readonly Report[];
  /** Starts that it decided by itself. */
  readonly starts?: readonly StartReport[] | undefined;
  /** What is wrong with its machine. */
  readonly alarms?: readonly MachineAlarm[] | undefined;
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
    take: async (caller, { reports, starts = [], alarms = [] }, by) => {
      const workstation = { id: caller.id, hostname: caller.name };
      const once = eachOnce(reports.map(plainReport));
      const onceStarted = eachOnce(starts.map(plainStart));
      const onceRaised = eachOnce(alarms.map(plainAlarm));
      const refused = await database.transaction(async (tx) => {
        await lockForCheck(tx.db, caller.id);
        const refusedStarts = await recordOfflineStarts(tx, tools, workstation, onceStarted, by);
        await recordMachineAlarms(tx, tools, workstation, onceRaised, by);
        const refusedReports = once.length === 0 ? [] : await updates.applyReports(tx, workstation, once, by);
        return [...refusedStarts, ...refusedReports];
      });
      return {
        accepted: [...once, ...onceStarted, ...onceRaised].map(({ id }) => id),
        rejected: refused.map(([id, reason]) => ({ id, reason })),
      };
    },
  };
}

/** Of those of one id, the last. */
function eachOnce<Told extends { readonly id: string }>(all: readonly Told[]): readonly Told[] {
  return [...new Map(all.map((each) => [each.id, each])).values()];
}
