// Files that commands take and leave, and the passphrases of keys that travel in them.
import { open, readFile, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { newSecret, systemRandom } from '../ids.ts';
import { CommandError, WrongCall, type Console } from './command.ts';

/** How a command is given the passphrase of a key file. */
export const passphraseOptions = {
  'passphrase-file': { type: 'string' },
  'passphrase-stdin': { type: 'boolean', default: false },
} as const;

interface PassphraseValues {
  readonly 'passphrase-file'?: string | undefined;
  readonly 'passphrase-stdin': boolean;
}

const shortestPassphrase = 12;

/** A path as it was typed, made absolute. */
export function pathOf(console: Console, typed: string | undefined, option: string): string {
  if (typed === undefined || typed === '') throw new WrongCall(`Say which file: ${option}.`);
  return resolve(console.folder, typed);
}

/** Writes a new file that only this user can read; nothing stays where it fails. Never overwrites. */
export async function writeNewFile(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** The passphrase of a key file that is there. @throws CommandError where none was given */
export async function givenPassphrase(values: PassphraseValues, console: Console): Promise<string> {
  const given = await passphraseFrom(values, console);
  if (given === null) {
    throw new WrongCall('Give the passphrase of the key with --passphrase-file FILE or --passphrase-stdin.');
  }
  return given;
}

/** The passphrase for a new key file; where none was given, one is made, to be shown once. */
export async function newPassphrase(
  values: PassphraseValues,
  console: Console,
): Promise<{ readonly passphrase: string; readonly isMade: boolean }> {
  const given = await passphraseFrom(values, console);
  if (given === null) return { passphrase: newSecret(systemRandom), isMade: true };
  if (given.length < shortestPassphrase) {
    throw new CommandError(`A passphrase has at least ${shortestPassphrase} characters.`);
  }
  return { passphrase: given, isMade: false };
}

async function passphraseFrom(values: PassphraseValues, console: Console): Promise<string | null> {
  const path = values['passphrase-file'];
  if (path === undefined && !values['passphrase-stdin']) return null;
  const text = path === undefined ? await console.input() : await readFile(resolve(console.folder, path), 'utf8');
  const [line = ''] = text.split(/\r?\n/);
  if (line === '') throw new CommandError('The passphrase is empty.');
  return line;
}
