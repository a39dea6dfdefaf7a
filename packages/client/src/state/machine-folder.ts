// Where the client of a machine keeps its state, unless it is told otherwise.
import { posix, win32 } from 'node:path';

/** The folder: below `ProgramData` on Windows, below `/var/lib` elsewhere. */
export function machineFolderOf(
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return platform === 'win32'
    ? win32.join(environment.ProgramData ?? 'C:\\ProgramData', 'Usher')
    : posix.join('/var/lib', 'usher-client');
}
