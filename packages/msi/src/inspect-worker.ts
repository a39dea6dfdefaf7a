// What runs in the worker of `inspectInstaller`: reads one file and answers once.
import { parentPort, workerData } from 'node:worker_threads';
import { CompoundFile } from './compound-file.ts';
import { InstallerError } from './installer-error.ts';
import type { InspectAnswer, InspectQuestion } from './inspection.ts';
import { readFacts } from './read-installer.ts';
import { verifyFile } from './verify-signature.ts';

async function answer({ path, ...options }: InspectQuestion): Promise<InspectAnswer> {
  try {
    const inspection = await CompoundFile.with(path, async (file) => ({
      facts: readFacts(file),
      signature: await verifyFile(file, options),
    }));
    return { kind: 'inspection', inspection };
  } catch (error) {
    if (error instanceof InstallerError) return { kind: 'refused', code: error.code, message: error.message };
    if (isSystemError(error)) {
      return { kind: 'unreadable', code: error.code, syscall: error.syscall, message: error.message };
    }
    // Anything else ends the worker, which its owner takes as a refusal.
    throw error;
  }
}

const isSystemError = (error: unknown): error is Error & { code: string; syscall: string } =>
  error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';

parentPort?.postMessage(await answer(workerData as InspectQuestion));
