// What must survive a loss of power reaches the disk before anything is said about it.
import { open } from 'node:fs/promises';

/** Waits until a file's bytes, or a folder's entries (a file that was made, linked or renamed there), are on the disk. */
export async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
