// Empties a folder but for what is named: a list of what stays holds for files that nobody has thought of yet, too.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../client-error.ts';

/** Removes everything in a folder whose name is not among those; a folder that is not there is empty already. */
export async function removeAllBut(kept: ReadonlySet<string>, folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (!kept.has(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** The names in a folder; none where it is not there. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  return await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
}
