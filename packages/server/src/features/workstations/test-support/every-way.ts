// Every way in which a list of workstations can be read, for few of them, so that they can be held against each other.
import type { Limits } from '../limits.ts';

const no = { few: 0, lookups: 0, lacking: 0, ahead: 0 };

/** What decides how a list is read, so set that each way is taken even with a handful of workstations. */
export const everyWay: readonly Limits[] = [
  no,
  { ...no, lacking: 2 },
  { ...no, lacking: 100 },
  { ...no, lacking: 100, lookups: 100 },
  { ...no, ahead: 100 },
  { ...no, few: 100 },
  { few: 3, lookups: 4, lacking: 5, ahead: 4 },
];
