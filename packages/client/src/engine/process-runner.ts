// Runs another program to its end, with a bound on its time and on what is kept of its output.
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { systemCode } from '../client-error.ts';

/** How a program ended. */
export interface ProcessResult {
  /** Null where a signal or the time limit ended it. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** The beginning of its standard output. */
  readonly stdout: Buffer;
}

/** How to run a program. */
export interface ProcessOptions {
  readonly timeoutMs: number;
  /** Windows: `args` are already quoted as the program wants them. */
  readonly verbatim?: boolean;
}

/** Runs programs. Rejects with the system's error where a program can't be started. */
export type ProcessRunner = (file: string, args: readonly string[], options: ProcessOptions) => Promise<ProcessResult>;

const mostOutput = 1024 * 1024;

/**
 * Why a program could not be started that may be over in a moment: nothing ran, so that trying again is harmless.
 * UNKNOWN is what Windows gives where a scanner, say, holds the file; Wine gives it now and then.
 */
const passingReasons = new Set(['EAGAIN', 'EBUSY', 'ETXTBSY', 'UNKNOWN']);
const startDelaysMs = [100, 300, 1_000];

/** Runs a program of this machine, without a shell and without a window. */
export const runProcess: ProcessRunner = async (file, args, options) => {
  for (const wait of startDelaysMs) {
    try {
      return await runOnce(file, args, options);
    } catch (error) {
      if (!passingReasons.has(systemCode(error) ?? '')) throw error;
      await delay(wait);
    }
  }
  return await runOnce(file, args, options);
};

const runOnce: ProcessRunner = (file, args, { timeoutMs, verbatim = false }) =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
      windowsVerbatimArguments: verbatim,
    });
    const output: Buffer[] = [];
    let kept = 0;
    let timedOut = false;
    child.stdout.on('data', (part: Buffer) => {
      if (kept < mostOutput) output.push(part);
      kept += part.length;
    });
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
      // What it started itself may hold the pipe open for long.
      child.stdout.destroy();
    }, timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode, timedOut, stdout: Buffer.concat(output).subarray(0, mostOutput) });
    });
  });
