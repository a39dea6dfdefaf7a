// Tells a full disk from other failures: what is kept only for later is then not kept, and nobody is locked out for it.
import { asClientError, ClientError, systemCode } from '../client-error.ts';
import type { Log } from './log.ts';

/** What a file system answers that has no room left, for the disk or for this account. */
const full = new Set(['ENOSPC', 'EDQUOT']);

/** Whether a failure of the system says that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  return full.has(systemCode(error) ?? '');
}

/** The same as the person sees it; `path` is what could not be written, null where that is not known. */
export function diskFull(path: string | null, cause: unknown): ClientError {
  const what = path === null ? '' : `: ${path} cannot be written`;
  const message = `The disk is full${what}. Code 2043. Free some space, then try again.`;
  return new ClientError('disk.full', message, { cause });
}

/** Writes what can be done without. Where the disk is full, that is noted, and everything goes on; false then. */
export async function ifThereIsRoom(log: Log, write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (asClientError(error, 'disk.full') === null && !isDiskFull(error)) throw error;
    log.warn(error instanceof Error ? error.message : String(error));
    return false;
  }
}
