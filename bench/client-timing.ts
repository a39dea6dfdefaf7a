// How long processes take, and what is said of it: for the benches of the client.
import { spawn } from 'node:child_process';

/** A command and its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]];

/** The least that a program in JavaScript takes: what the client's figures are set against. */
export const bareNode: CommandLine = [process.execPath, '-e', '0'];

/** Milliseconds that a process takes from its start to its end. Rejects where it fails. */
export function timed([program, ...args]: CommandLine): Promise<number> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (status) => {
      if (status === 0) resolve(performance.now() - begun);
      else reject(new Error(`${program} ${args.join(' ')} ended with ${String(status)}`));
    });
  });
}

/**
 * The times of several commands, run in turn, so that a machine that is slower for a while is so for all of them. Each is
 * run once before, uncounted.
 * @param time runs one to its end, and says how many milliseconds it took
 */
export async function timedInTurn<Name extends string>(
  commands: Readonly<Record<Name, CommandLine>>,
  rounds: number,
  time: (command: CommandLine) => Promise<number> = timed,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const all = Object.entries<CommandLine>(commands);
  const times: Record<string, number[]> = {};
  for (const [, command] of all) await time(command);
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, command] of all) (times[name] ??= []).push(await time(command));
  }
  return times as Record<Name, readonly number[]>;
}

/** The time that this part of them stays within; the median for 0.5. */
export function within(times: readonly number[], part: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** Says whether a bound is met; where it is not, the bench fails. */
export function say(isMet: boolean, text: string): void {
  console.log(`  ${isMet ? 'ok  ' : 'MISS'} ${text}`);
  if (!isMet) process.exitCode = 1;
}

/** Times of the application alone, through the client, and of a bare Node. */
export type StartTimes = Readonly<Record<'alone' | 'through' | 'node', readonly number[]>>;

/** What a start adds, by medians: in milliseconds, and as a multiple of a bare Node. */
export function addedBy(times: StartTimes): { readonly added: number; readonly ratio: number } {
  const added = within(times.through, 0.5) - within(times.alone, 0.5);
  return { added, ratio: added / within(times.node, 0.5) };
}

/** Says what a start adds, against its bound. */
export function sayAdded(what: string, boundMs: number, times: StartTimes): void {
  const { added, ratio } = addedBy(times);
  say(
    added < boundMs,
    `${what} adds ${added.toFixed(0)} ms, ${ratio.toFixed(1)} bare Nodes (the bound is ${boundMs} ms)`,
  );
}
