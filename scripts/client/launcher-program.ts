// Compiles `usher-start.exe`, the small program that shortcuts point at, from its C source.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../setup.mjs';

/** Its source; what is built depends on it. */
export const launcherSource = join(root, 'packaging', 'windows', 'usher-start.c');

/**
 * No C library, as the few functions of Windows that it uses are enough; no time stamp, so that the same source gives
 * the same bytes; and the defences that a linker can give (addresses at random, no execution of data).
 */
const options = [
  ...['-Os', '-s', '-Wall', '-Werror', '-nostdlib', '-ffreestanding', '-fno-ident', '-fno-asynchronous-unwind-tables'],
  ...['-mno-stack-arg-probe', '-mwindows', '-e', 'start'],
  ...['-Wl,--no-insert-timestamp', '-Wl,--dynamicbase', '-Wl,--nxcompat', '-Wl,--high-entropy-va'],
];
const libraries = ['-lkernel32', '-luser32'];

/** The program, not yet with facts or a signature. @throws {Error} where the compiler is missing or refuses */
export async function launcherProgram(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-launcher-'));
  try {
    const target = join(folder, 'usher-start.exe');
    await promisify(execFile)('x86_64-w64-mingw32-gcc', [...options, '-o', target, launcherSource, ...libraries]);
    return await readFile(target);
  } finally {
    await rm(folder, { recursive: true });
  }
}
