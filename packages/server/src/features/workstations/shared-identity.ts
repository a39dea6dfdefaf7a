// Notices that two machines are one workstation: its name goes to and fro, as each of them says its own.
import type { Clock } from '../../clock.ts';

const day = 24 * 60 * 60 * 1000;
/** Names that changed are kept for so many workstations; a fleet is renamed rarely. */
const mostKept = 10_000;

interface Renaming {
  /** The name before the newest one. */
  readonly before: string;
  readonly at: number;
  readonly isTold: boolean;
}

/** Keeps, in memory, which names workstations had before. */
export interface SharedIdentities {
  /**
   * Notes that a workstation came under another name than the last time. True where that is the name that it had before
   * within a day, and this was not said within a day: a machine that is renamed keeps its new name.
   */
  isFirstReturn(workstationId: string, before: string, now: string): boolean;
}

/** Makes it. Each process of a server notices for itself. */
export function makeSharedIdentities(clock: Clock): SharedIdentities {
  const renamings = new Map<string, Renaming>();
  return {
    isFirstReturn: (workstationId, before, now) => {
      const known = renamings.get(workstationId);
      const at = clock.now();
      const isRecent = known !== undefined && at - known.at < day;
      const isReturn = isRecent && known.before === now;
      const isTold = isRecent && known.isTold;
      const oldest = renamings.size >= mostKept ? renamings.keys().next().value : undefined;
      if (oldest !== undefined) renamings.delete(oldest);
      // While it goes on, the day counts from what was said.
      renamings.set(workstationId, { before, at: isTold ? known.at : at, isTold: isTold || isReturn });
      return isReturn && !isTold;
    },
  };
}
