// Asks tasklist what a process is, and in which session it runs.
import { win32 } from 'node:path';
import type { Host } from '../engine/host.ts';
import { isNotStartable } from './powershell.ts';

/** A process of Windows. */
export interface ListedProcess {
  /** The name of the program's file, in small letters. */
  readonly image: string;
  /** 0 is that of services, and of tasks that run whether or not somebody is signed in; no window of it is ever seen. */
  readonly session: number;
}

/** The process of that number; null where there is none, or where there is no tasklist to ask. */
export async function listedProcess(
  { run }: Pick<Host, 'run'>,
  systemRoot: string,
  pid: number,
): Promise<ListedProcess | null> {
  const program = win32.join(systemRoot, 'System32', 'tasklist.exe');
  try {
    const { stdout } = await run(program, ['/FO', 'CSV', '/NH', '/FI', `PID eq ${pid}`], { timeoutMs: 10_000 });
    return processIn(stdout.toString('latin1'), pid);
  } catch (error) {
    if (isNotStartable(error)) return null;
    throw error;
  }
}

/** One process a line: `"image","pid","name of the session","session","memory"`. */
export function processIn(output: string, pid: number): ListedProcess | null {
  for (const line of output.split(/\r?\n/)) {
    const match = /^"([^"]*)","(\d+)","[^"]*","(\d+)"/.exec(line);
    if (match?.[1] !== undefined && Number(match[2]) === pid) {
      return { image: match[1].toLowerCase(), session: Number(match[3]) };
    }
  }
  return null;
}
