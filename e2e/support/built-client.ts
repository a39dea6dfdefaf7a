// The workstation client's executables, made anew where the code has changed since.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The executable for Windows. */
export const windowsClient = join(root, 'dist', 'client', 'usher-client.exe');

/** Where the client's program lies, to be run by Node itself. */
export const clientProgram = join(root, 'packages', 'client', 'src', 'main.ts');

/** Makes the executables, as `npm run build:client` does; takes a moment where they are up to date. */
export async function buildClient(): Promise<void> {
  await promisify(execFile)(process.execPath, [join(root, 'scripts', 'build-client.ts')], { cwd: root });
}
