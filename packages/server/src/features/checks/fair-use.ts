// How much one workstation may ask and tell: far more than an honest one does, and not so much that it fills the log or the disk.
import type { Clock } from '../../clock.ts';
import type { Database } from '../../database/database.ts';
import { Allowances } from '../../http/allowances.ts';
import type { WorkstationCaller } from '../../http/caller.ts';
import type { Initiator } from '../../initiator.ts';
import { ProblemError } from '../../problem-error.ts';
import type { EventLog } from '../events/event-log.ts';

/** More than an engine lets the people at its desk ask (four a second, all together): none of them can use it up for the others. */
const checksAllowed = { most: 600, perSecond: 5 };
/** Reports and starts: a queue of several weeks at once, and then more often than a slow download tells how far it is (every five seconds). */
const reportsAllowed = { most: 10_000, perSecond: 1 / 4 };
/** One alarm a day. */
const alarmsAllowed = { most: 1, perSecond: 1 / 86_400 };

/** The limits of workstations, each one's its own: how many share an address does not matter. */
export interface FairUse {
  /** @throws ProblemError `request.too-many`; the workstation decides by its last signed policy meanwhile */
  takeCheck(caller: WorkstationCaller, by: Initiator): Promise<void>;
  /**
   * @param count how many reports and starts are told
   * @throws ProblemError `request.too-many`; the workstation keeps them until they are taken
   */
  takeReports(caller: WorkstationCaller, count: number, by: Initiator): Promise<void>;
}

/** Makes the limits, kept in memory: each process of a server has its own. */
export function makeFairUse(tools: {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
}): FairUse {
  const { database, events, clock } = tools;
  const checks = new Allowances({ clock, ...checksAllowed });
  const reports = new Allowances({ clock, ...reportsAllowed });
  const alarms = new Allowances({ clock, ...alarmsAllowed });

  async function take(from: Allowances, what: string, amount: number, caller: WorkstationCaller, by: Initiator) {
    try {
      from.take(caller.id, amount);
    } catch (error) {
      if (error instanceof ProblemError && alarms.isTaken(caller.id)) {
        await database.transaction((tx) => {
          const object = { kind: 'workstation', id: caller.id, name: caller.name };
          events.record(tx, { ...by, type: 'workstation.alert', object, data: { what } });
          return Promise.resolve();
        });
      }
      throw error;
    }
  }

  return {
    takeCheck: (caller, by) => take(checks, 'asks-too-often', 1, caller, by),
    takeReports: (caller, count, by) => take(reports, 'tells-too-much', count, caller, by),
  };
}
