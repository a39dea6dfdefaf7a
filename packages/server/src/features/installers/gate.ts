// Lets only so many do something at once; the others wait their turn.

/** Runs work when it is its turn. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/** @param most how many at once */
export function makeGate(most: number): Gate {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The place passes on without becoming free in between.
      if (next === undefined) free += 1;
      else next();
    }
  };
}
