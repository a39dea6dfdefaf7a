// Updates, their assignments, what workstations reported, and whose turn it is to download.
import type { Generated } from 'kysely';
import type { Flag, Instant, Json, Nullable } from './column-types.ts';

interface UpdatesTable {
  id: string;
  number: number;
  name: string;
  productId: string;
  targetVersion: string;
  targetVersionKey: string;
  requirement: string;
  cutoffAt: Nullable<Instant>;
  cutoffLocal: Nullable<string>;
  startsAt: Nullable<Instant>;
  onFailure: string;
  /** `none`, `download` or `install`. */
  background: Generated<string>;
  state: string;
  pausedReason: Nullable<string>;
  createdBy: Json;
  createdAt: Instant;
  startedAt: Nullable<Instant>;
  endedAt: Nullable<Instant>;
}

interface AssignmentsTable {
  updateId: string;
  workstationId: string;
  state: string;
  /** The last report applied: (attempt, seq). */
  attempt: number;
  seq: number;
  failures: number;
  progressBytes: Nullable<number>;
  progressTotal: Nullable<number>;
  restartNeeded: Flag;
  /** When a policy first carried it. */
  toldAt: Nullable<Instant>;
  /** The time zone that the workstation reported then: what makes a cut-off by its wall clock an instant, for good. */
  timeZone: Nullable<string>;
  /** When a verdict first offered or required it. */
  offeredAt: Nullable<Instant>;
  /** The cut-off as an instant, made one when the workstation was first told. */
  cutoffAt: Nullable<Instant>;
  relaxedUntil: Nullable<Instant>;
  /** As `because` of the updates makes it; a sentence where an older server wrote it. */
  why: Nullable<string>;
  lastError: Nullable<Json>;
  addedAt: Instant;
  updatedAt: Instant;
  /** When the workstation came to the target; null where it was there before the update could reach it. */
  installedAt: Nullable<Instant>;
}

interface ReportsTable {
  id: string;
  workstationId: string;
  updateId: string;
  at: Instant;
  receivedAt: Instant;
  attempt: Nullable<number>;
  seq: Nullable<number>;
  state: string;
  /** Whether it moved the assignment; else it was only recorded. */
  applied: Flag;
  code: Nullable<number>;
  exitCode: Nullable<number>;
  detail: Nullable<string>;
}

/** Whose turn it is to download while nobody waits for it. */
interface DownloadTurnsTable {
  workstationId: string;
  granted: Flag;
  askedAt: Instant;
  until: Instant;
}

/** Updates, assignments, reports and downloads. */
export interface UpdateTables {
  updates: UpdatesTable;
  assignments: AssignmentsTable;
  reports: ReportsTable;
  downloadTurns: DownloadTurnsTable;
}
