// Where the client of a machine keeps its state, unless it is told otherwise.
import { existsSync } from 'node:fs';
import { posix, win32 } from 'node:path';

/**
 * The folder: below `ProgramData` on Windows, below `/var/lib` elsewhere.
 *
 * Whoever starts a program chooses its environment. So where an engine is installed on the drive of this very program
 * (Windows, its programs and `ProgramData` are on one), that one is meant, whatever the environment says.
 * @param program the executable that runs; null where that says nothing
 */
export function machineFolderOf(
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
  program: string | null,
  isThere: (path: string) => boolean = existsSync,
): string {
  if (platform !== 'win32') return posix.join('/var/lib', 'usher-client');
  const usual = win32.join(win32.parse(program ?? '').root || 'C:\\', 'ProgramData', 'Usher');
  if (program !== null && isThere(win32.join(usual, 'public', 'engine.json'))) return usual;
  return environment.ProgramData === undefined ? usual : win32.join(environment.ProgramData, 'Usher');
}
