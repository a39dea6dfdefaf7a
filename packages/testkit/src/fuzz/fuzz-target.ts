// What is fuzzed, and how one round of it runs: everything follows from the seed, so that a failure replays.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';

/** Something that takes hostile input. */
export interface FuzzTarget<T> {
  readonly name: string;
  /** How many inputs a round tries. It belongs to the seed: with another number, a seed means something else. */
  readonly roundSize: number;
  /** Milliseconds that one input may take, on a machine that has other things to do. */
  readonly slowest: number;
  /** Whether a failing input can be tried again by itself, and so be made smaller. */
  readonly shrinks: boolean;
  /** Sets up a round. */
  open(): Promise<FuzzRound<T>>;
}

/** A round under way. */
export interface FuzzRound<T> {
  readonly inputs: fc.Arbitrary<T>;
  /** Tries one input. Whatever is thrown is a failure; a refusal that the code names is none. */
  check(input: T): Promise<void> | void;
  close(): Promise<void>;
}

/** A round with its inputs hidden, so that targets of all kinds fit one list. */
export interface Fuzzer {
  readonly name: string;
  /** How many inputs a round tries. */
  readonly roundSize: number;
  /** Runs the round of a seed; null where all went well, else a text for people. */
  run(seed: number): Promise<string | null>;
}

/** Makes a fuzzer of a target. */
export function makeFuzzer<T>(target: FuzzTarget<T>): Fuzzer {
  const { name, roundSize } = target;
  return { name, roundSize, run: (seed) => runRound(target, seed) };
}

const longestReport = 5_000;

async function runRound<T>(target: FuzzTarget<T>, seed: number): Promise<string | null> {
  const round = await target.open();
  try {
    const property = fc.asyncProperty(round.inputs, async (input) => {
      const start = performance.now();
      await round.check(input);
      const took = performance.now() - start;
      if (took > target.slowest) throw new Error(`took ${took.toFixed(0)} ms, more than ${target.slowest}`);
    });
    const details = await fc.check(property, { seed, numRuns: target.roundSize, endOnFailure: !target.shrinks });
    if (!details.failed) return null;
    const { errorInstance: error, counterexample } = details;
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${why}\nThe input: ${fc.stringify(counterexample).slice(0, longestReport)}`;
  } finally {
    await round.close();
  }
}

/** Requires that two values are the same. */
export function requireSame(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}
