// Writes a file so that a reader, and a machine that loses power, sees the old content or the new, never a part.
import { open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemCode } from '../client-error.ts';
import { diskFull, isDiskFull } from './room.ts';

/** What Windows answers while another program (a virus scanner, an indexer) has the file open for a moment. */
const passing = new Set(['EPERM', 'EACCES', 'EBUSY']);
const renameDelaysMs = [5, 10, 20, 40, 80, 160, 320];

/**
 * Writes `content` to `path`: a temporary file beside it, `fsync`, rename, `fsync` of the folder. The file is readable
 * by its owner alone (on Windows the folder's rights decide). One writer at a time: the instance lock sees to that.
 * @throws ClientError `disk.full`; the old content is there still
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    const handle = await open(temporary, 'w', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await renameDurably(temporary, path);
  } catch (error) {
    if (isDiskFull(error) || systemCode(error) === 'EISDIR') await removeFile(temporary);
    if (!isDiskFull(error)) throw error;
    throw diskFull(path, error);
  }
}

/** Renames within one folder, waits out another program's short hold on the target, and makes the rename durable. */
export async function renameDurably(from: string, to: string): Promise<void> {
  for (const wait of [...renameDelaysMs, null]) {
    try {
      await rename(from, to);
      break;
    } catch (error) {
      if (wait === null || !passing.has(systemCode(error) ?? '')) throw error;
      await delay(wait);
    }
  }
  await syncFolder(dirname(to));
}

/** Removes a file; one that is not there is as good. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

/** Windows knows no `fsync` of a folder (it answers EPERM, EACCES or EISDIR): there NTFS journals the rename. */
async function syncFolder(path: string): Promise<void> {
  const unsupported = new Set(['EPERM', 'EACCES', 'EISDIR', 'EINVAL']);
  try {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!unsupported.has(systemCode(error) ?? '')) throw error;
  }
}
