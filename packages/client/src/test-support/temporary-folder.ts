// A folder for one test, gone afterwards.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** In memory where there is such a file system: the state is synced at every write, which a disk makes slow. */
const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Makes a folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(parent, 'usher-client-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
