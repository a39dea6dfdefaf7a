// Inspects an installer file in a worker of its own, so that no file can take the whole process down.
import { Worker } from 'node:worker_threads';
import { InstallerError } from './installer-error.ts';
import type { InspectAnswer, Inspection, InspectQuestion } from './inspection.ts';

const DEFAULT_MEMORY_MB = 128;
/** With less, the engine cannot even start a thread, and takes the whole process down instead. */
const LEAST_MEMORY_MB = 16;
const DEFAULT_TIMEOUT_MS = 10 * 60 * 1000;

export interface InspectOptions {
  /** The present instant: what a signature without a time stamp is judged by. */
  readonly now: Date;
  /** See `VerifyOptions`. */
  readonly timeStampAuthorities?: readonly string[] | undefined;
  /** Megabytes of memory that the inspection may use; at least 16, and 128 unless said otherwise. */
  readonly memoryLimitMb?: number;
  /** Milliseconds after which it is given up; ten minutes unless said otherwise: it reads the file once. */
  readonly timeoutMs?: number;
}

/**
 * Reads the facts of the installer file at `path` and verifies its signature, in a worker with a memory limit.
 * Rejects as `readInstaller` and `verifySignature` do; a file that takes more memory or time than allowed is
 * `installer.malformed`. Rejects with a `RangeError` when the limit is too small for any file.
 */
export async function inspectInstaller(path: string, options: InspectOptions): Promise<Inspection> {
  const { now, timeStampAuthorities, memoryLimitMb = DEFAULT_MEMORY_MB, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  if (memoryLimitMb < LEAST_MEMORY_MB) throw new RangeError(`An inspection needs at least ${LEAST_MEMORY_MB} MB`);
  const question: InspectQuestion = { path, now, timeStampAuthorities };
  const worker = new Worker(new URL('./inspect-worker.ts', import.meta.url), {
    workerData: question,
    resourceLimits: { maxOldGenerationSizeMb: memoryLimitMb },
    // The process's own switches and secrets are nothing that parsing a file needs.
    execArgv: [],
    env: {},
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    const answer = await new Promise<InspectAnswer>((resolve, reject) => {
      const giveUp = (reason: string, cause?: unknown): void =>
        reject(new InstallerError('installer.malformed', `File: ${reason}.`, { cause }));
      timer = setTimeout(() => giveUp(`reading it takes longer than ${timeoutMs} ms`), timeoutMs);
      worker.once('message', resolve);
      worker.once('error', (error) => giveUp('reading it failed', error));
      worker.once('exit', () => giveUp('reading it ended without a result'));
    });
    return unwrap(answer);
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

function unwrap(answer: InspectAnswer): Inspection {
  switch (answer.kind) {
    case 'inspection':
      return answer.inspection;
    case 'refused':
      throw new InstallerError(answer.code, answer.message);
    case 'unreadable':
      throw Object.assign(new Error(answer.message), { code: answer.code, syscall: answer.syscall });
  }
}
