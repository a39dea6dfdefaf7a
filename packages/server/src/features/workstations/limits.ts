// Up to which numbers of workstations a list is read in one way, and beyond them in another.

/** Numbers of workstations that decide how they are read; what is read is always the same. */
export interface Limits {
  /** So many are found by what they have and sorted; more are read along an index. */
  readonly few: number;
  /** So many are looked up one by one; for more a table is made of what they are looked up in. */
  readonly lookups: number;
  /** So many that lack something are put in a table, or counted one by one, instead of all those that have it. */
  readonly lacking: number;
  /** So many are read to see whether they are all, before anything is counted. */
  readonly ahead: number;
}

/** What is quickest with a hundred thousand workstations. */
export const usualLimits: Limits = { few: 10_000, lookups: 5000, lacking: 30_000, ahead: 1000 };
