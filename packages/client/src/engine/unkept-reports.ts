// The reports that the disk had no room for: kept in the memory of a process, whichever of its queues has them to tell.
import type { MachineAlarm, Report, StartReport } from '@usher/protocol';
import type { Counters } from '../state/state-folder.ts';

/** Whatever waits to be told, with its number. */
export type Queued = (Report | StartReport | MachineAlarm) & { readonly seq: number };

/** A report has a log's tail of 64 KB at most. */
const mostKept = 200;

/** What one process keeps for one state folder. */
export class UnkeptReports {
  #entries: readonly Queued[] = [];
  #counters: Counters | null = null;
  #owner: string | null = null;

  /** In order. */
  get entries(): readonly Queued[] {
    return this.#entries;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0 && this.#counters === null;
  }

  /** Whose reports they are from now on: what was said of another workstation is not told of this one. */
  belongTo(workstationId: string | null): void {
    if (workstationId !== this.#owner) this.#forget();
    this.#owner = workstationId;
  }

  /** Those on the disk, or what is newer than they are. */
  newest(onDisk: Counters | null): Counters | null {
    const mine = this.#counters;
    if (mine === null || onDisk === null) return onDisk ?? mine;
    const attempts = { ...onDisk.attempts };
    for (const [updateId, attempt] of Object.entries(mine.attempts)) {
      attempts[updateId] = Math.max(attempt, attempts[updateId] ?? 1);
    }
    const seq = Math.max(mine.seq, onDisk.seq);
    const uncounted = [...new Set([...onDisk.uncounted, ...mine.uncounted])];
    return { ...onDisk, seq, attempts, uncounted, alarms: { ...onDisk.alarms, ...mine.alarms } };
  }

  /** Gives the number of those that are not kept any longer for it: the oldest. */
  keep(entry: Queued, counters: Counters): number {
    const all = [...this.#entries, entry];
    this.#entries = all.slice(-mostKept);
    this.#counters = counters;
    return all.length - this.#entries.length;
  }

  /** One of them is on the disk, or told. */
  drop({ id }: Queued): void {
    this.#entries = this.#entries.filter((each) => each.id !== id);
  }

  /** The numbers that they have are on the disk. */
  dropCounters(): void {
    this.#counters = null;
  }

  #forget(): void {
    this.#entries = [];
    this.#counters = null;
  }
}
