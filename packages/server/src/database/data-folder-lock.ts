// One server per data folder: a lock that the operating system lets go when the process dies, however it dies.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isBusy } from './sqlite-dialect.ts';

/** Another process uses the data folder. */
export class DataFolderInUseError extends Error {
  readonly code = 'data-folder.in-use';

  constructor(folder: string) {
    super(
      `Another Usher server is using the data folder ${folder}. Stop it first, or give this one a folder of its own with USHER_DATA.`,
    );
  }
}

/** A data folder that is held. */
export interface DataFolderLock {
  release(): void;
}

/**
 * Takes the data folder, making it where it is missing. SQLite's own file lock is used because Node has none.
 * @throws DataFolderInUseError
 */
export function lockDataFolder(folder: string): DataFolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(folder, 'usher.lock'), { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if (isBusy(error)) throw new DataFolderInUseError(folder);
    throw error;
  }
  return { release: () => lock.close() };
}
