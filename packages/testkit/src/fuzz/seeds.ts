// The seeds that are kept: those that once failed, and one a fuzzer to begin with.
import { fileURLToPath } from 'node:url';

/** The file that they are kept in. */
export const seedsFile: string = fileURLToPath(new URL('../../testdata/fuzz/seeds.json', import.meta.url));

/** A round that is run again at every test. */
export interface Seed {
  readonly fuzzer: string;
  readonly seed: number;
  /** What it found once. */
  readonly found: string | null;
}

/** Reads the file's text. */
export function parseSeeds(text: string): Seed[] {
  return (JSON.parse(text) as { seeds: Seed[] }).seeds;
}
