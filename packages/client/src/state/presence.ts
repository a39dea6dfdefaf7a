// Whether something lies at a path, and whether it is a folder.
import { statSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { systemCode } from '../client-error.ts';

/** Whether anything lies there, be it a link that leads nowhere. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Whether that is a folder, or leads to one; one that this account may not look at counts as none. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return false;
  }
}
