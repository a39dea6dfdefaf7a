// Where the client of a machine keeps its state, unless it is told otherwise.
import { existsSync, realpathSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import { systemCode } from '../client-error.ts';

/** What of a machine decides; tests have their own. */
export interface FolderFacts {
  /** The Windows folder as the system itself knows it; null where it does not say. */
  readonly windowsFolder: () => string | null;
  readonly isThere: (path: string) => boolean;
}

const ofThisMachine: FolderFacts = { windowsFolder, isThere: existsSync };

/**
 * The folder: below `ProgramData` on Windows, below `/var/lib` elsewhere.
 *
 * Whoever starts a program chooses its environment, and on a drive for data every user may make a `ProgramData`. So where
 * an engine is installed on the drive of Windows, that one is meant, whatever the environment says and wherever the program
 * lies. The environment is heeded on a machine that has none there.
 */
export function machineFolderOf(
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
  facts: FolderFacts = ofThisMachine,
): string {
  if (platform !== 'win32') return posix.join('/var/lib', 'usher-client');
  const drive = /^(?:\\\\\?\\)?([A-Za-z]:)\\/.exec(facts.windowsFolder() ?? '')?.[1] ?? 'C:';
  const usual = win32.join(`${drive}\\`, 'ProgramData', 'Usher');
  if (facts.isThere(win32.join(usual, 'public', 'engine.json'))) return usual;
  return environment.ProgramData === undefined ? usual : win32.join(environment.ProgramData, 'Usher');
}

/**
 * By the link `\SystemRoot` of the object manager, which the kernel makes at its start and no user can change ("Object
 * Directories", Windows drivers); the variable of that name is anybody's.
 */
function windowsFolder(): string | null {
  try {
    return realpathSync.native('\\\\?\\GLOBALROOT\\SystemRoot');
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}
