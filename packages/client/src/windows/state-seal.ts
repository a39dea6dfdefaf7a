// By what a state folder of Windows is known again where nothing says whom it belongs to: a secret in it, whose hash lies where
// only administrators write.
import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join, win32 } from 'node:path';
import type { Host } from '../engine/host.ts';
import { writeAtomically } from '../state/atomic-file.ts';
import { isThere } from '../state/presence.ts';
import { readTextIfThere } from '../state/state-file.ts';
import { isNotStartable } from './powershell.ts';
import { Registry, unlessUnreadable } from './registry.ts';

/** Its name in the state folder. */
const fileName = 'seal';
/** Users may read it and not write there, as in all of `HKLM\SOFTWARE` ("Registry Key Security and Access Rights", Windows). */
const key = 'HKLM\\SOFTWARE\\Usher\\State';
const timeoutMs = 30_000;

/**
 * True where this very folder was the machine's own before: it holds the secret. Nobody else could have read that, nor move
 * the folder away, and no other folder holds it.
 */
export async function isSealed(host: Host, systemRoot: string, folder: string): Promise<boolean> {
  const secret = await secretIn(folder);
  if (secret === null) return false;
  try {
    const read = () => new Registry(host.run, systemRoot).value(key, nameOf(folder), '64');
    return (await unlessUnreadable(read)) === hash(secret);
  } catch (error) {
    if (isNotStartable(error)) return false;
    throw error;
  }
}

/**
 * Seals a folder that is the machine's own. False where the registry does not take it.
 * @param wasReadable others could have read the secret that is there: it is drawn anew
 */
export async function seal(host: Host, systemRoot: string, folder: string, wasReadable: boolean): Promise<boolean> {
  const kept = wasReadable ? null : await secretIn(folder);
  const secret = kept ?? Buffer.from(host.random(32)).toString('hex');
  if (kept === null) await writeAtomically(join(folder, fileName), secret);
  const program = win32.join(systemRoot, 'System32', 'reg.exe');
  const value = ['/v', nameOf(folder), '/t', 'REG_SZ', '/d', hash(secret)];
  try {
    return (await host.run(program, ['add', key, ...value, '/f', '/reg:64'], { timeoutMs })).exitCode === 0;
  } catch (error) {
    if (isNotStartable(error)) return false;
    throw error;
  }
}

/** A link, and whatever is too long, is none of ours. */
async function secretIn(folder: string): Promise<string | null> {
  const path = join(folder, fileName);
  if (!(await isThere(path))) return null;
  const found = await lstat(path);
  if (!found.isFile() || found.size !== 64) return null;
  const text = await readTextIfThere(path);
  return text !== null && /^[0-9a-f]{64}$/.test(text) ? text : null;
}

/** Without letters that a code page could change. */
function nameOf(folder: string): string {
  return hash(folder.toLowerCase());
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
