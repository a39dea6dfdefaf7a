// A folder for one test file, gone afterwards.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Makes a folder that is removed when the tests of the calling file have run. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'usher-msi-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
