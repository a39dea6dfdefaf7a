// A command of the server, run beside a test in its own process.
import type { Console } from '../command.ts';
import { runCommand } from '../run-command.ts';

/** What a command left. */
export interface Finished {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end. */
export async function finishedCommand(
  args: readonly string[],
  surroundings: Pick<Console, 'environment' | 'folder' | 'clock'>,
  input = '',
): Promise<Finished> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await runCommand(args, {
    ...surroundings,
    out: (line) => void out.push(line),
    fault: (line) => void err.push(line),
    input: () => Promise.resolve(input),
  });
  return { status, out: out.join('\n'), err: err.join('\n') };
}
