// The history behind the plots.
import type { Instant, Json } from './column-types.ts';

/** Counts at each time at which they had changed: true until the next one. */
interface CountHistoryTable {
  /** A product, whose workstations are counted by version; or an update, whose assignments are counted by state. */
  ownerId: string;
  at: Instant;
  /** `{ "3.22.1": 17 }`, without zeros. */
  counts: Json;
}

/** Failed attempts of one workstation by one cause. */
interface FailureHistoryTable {
  /** The day (`2026-11-20`), or once that is long ago the month (`2026-11`). */
  period: string;
  updateId: string;
  /** `<code>/<exit code>`, either empty where there is none. */
  cause: string;
  workstationId: string;
  number: number;
  lastAt: Instant;
}

/** How far the events have been taken into the history. */
interface HistoryCursorTable {
  /** Always 1. */
  id: number;
  seq: number;
}

/** Counts and failures over time. */
export interface HistoryTables {
  countHistory: CountHistoryTable;
  failureHistory: FailureHistoryTable;
  historyCursor: HistoryCursorTable;
}
