// `npm run fuzz`: round after round of every fuzzer, each from a seed of its own, until the time is up or one fails.
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fuzzers } from './fuzzers.ts';
import { parseSeeds, seedsFile } from './seeds.ts';
import { watchForHang } from './watch-for-hang.ts';

const help = `
usage: npm run fuzz [-- [--minutes N] [--only NAME,…] [--seed N]]

Tries hostile inputs until the time is up or one is not taken as it should be. First those seeds that failed once.
  --minutes N    how long (10)
  --only NAME,…  of: ${fuzzers.map(({ name }) => name).join(', ')}
  --seed N       one round from this seed, as a failure prints it
`;
const largestSeed = 2 ** 31 - 1;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function replay(name: string, seed: number): string {
  return `npm run fuzz -- --only ${name} --seed ${seed}`;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      only: { type: 'string' },
      seed: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(help.trim());
    return 0;
  }
  const names = values.only?.split(',');
  const unknown = names?.find((name) => !fuzzers.some((fuzzer) => fuzzer.name === name));
  if (unknown !== undefined) throw new Error(`There is no fuzzer ${unknown}.`);
  const chosen = fuzzers.filter(({ name }) => names?.includes(name) ?? true);
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error('--minutes takes a number above 0.');
  const watch = watchForHang();

  /** Rounds one after another; false where one failed. */
  const run = async (fuzzer: (typeof fuzzers)[number], seed: number): Promise<boolean> => {
    watch.begin(`${fuzzer.name} hangs. Again: ${replay(fuzzer.name, seed)}`);
    const failure = await fuzzer.run(seed);
    watch.end();
    if (failure === null) return true;
    say(`${fuzzer.name} failed.\n${failure}\nAgain: ${replay(fuzzer.name, seed)}\nKeep the seed in ${seedsFile}.`);
    return false;
  };

  try {
    if (values.seed !== undefined) {
      const seed = Number(values.seed);
      for (const fuzzer of chosen) if (!(await run(fuzzer, seed))) return 1;
      say('All as it should be.');
      return 0;
    }
    for (const { fuzzer: name, seed } of parseSeeds(readFileSync(seedsFile, 'utf8'))) {
      const fuzzer = chosen.find((one) => one.name === name);
      if (fuzzer !== undefined && !(await run(fuzzer, seed))) return 1;
    }
    const tried = new Map(chosen.map(({ name }) => [name, 0]));
    const end = performance.now() + minutes * 60_000;
    while (performance.now() < end) {
      for (const fuzzer of chosen) {
        if (!(await run(fuzzer, randomInt(largestSeed)))) return 1;
        tried.set(fuzzer.name, (tried.get(fuzzer.name) ?? 0) + fuzzer.roundSize);
      }
    }
    for (const [name, count] of tried) say(`${name}: ${count} inputs, all taken or refused as they should be`);
    return 0;
  } finally {
    await watch.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
