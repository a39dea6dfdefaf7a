// A folder for one test, gone afterwards.
import { existsSync, statfsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const memory = '/dev/shm';
/** Bytes that the tests of several files at once stay far below. A container often has 64 MB there, which is too little. */
const enough = 1024 ** 3;

/** In memory where there is room: the state is synced at every write, which a disk makes slow. */
const parent = existsSync(memory) && roomIn(memory) >= enough ? memory : tmpdir();

function roomIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Makes a folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(parent, 'usher-client-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
