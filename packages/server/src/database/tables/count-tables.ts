// Counts that triggers keep.
import type { Flag } from './column-types.ts';

/** A count that triggers keep. On PostgreSQL it is the sum of its slots. */
interface KeptCount {
  slot: number;
  number: number;
}

/** Assignments, by update and state. */
interface AssignmentCountsTable extends KeptCount {
  updateId: string;
  state: string;
}

/** Workstations that are not retired; `claiming` where one claims another's place. */
interface WorkstationCountsTable extends KeptCount {
  status: string;
  online: Flag;
  claiming: Flag;
}

/** What workstations that are not retired have of a product. */
interface InstalledCountsTable extends KeptCount {
  productId: string;
  /** Empty where nothing is installed, `?` for a text that is no version. */
  versionKey: string;
  /** Empty where it is not known. */
  productCode: string;
  osArch: string;
  osLanguage: string;
}

/** Workstations that are not retired, by tag and status. */
interface TagCountsTable extends KeptCount {
  tag: string;
  status: string;
}

/** How many assignments and workstations are of a kind. */
export interface CountTables {
  assignmentCounts: AssignmentCountsTable;
  workstationCounts: WorkstationCountsTable;
  installedCounts: InstalledCountsTable;
  tagCounts: TagCountsTable;
}
