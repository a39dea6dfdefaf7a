// The passphrase that encrypts the signing keys: given by the environment, or kept in a file that the server makes once.
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PassphraseConfig } from '../../config.ts';
import { newSecret, type Random } from '../../ids.ts';

/** The signing keys of this database cannot be used; the message says what to do. */
export class SigningKeysError extends Error {
  readonly code = 'trust.keys-locked';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SigningKeysError';
  }
}

/** How a sentence names the place that the passphrase comes from. */
export function passphraseSource(config: PassphraseConfig): string {
  return config.kind === 'given' ? 'USHER_KEY_PASSPHRASE' : config.path;
}

/** Reads the passphrase. @throws SigningKeysError where its file is missing or empty */
export async function readPassphrase(config: PassphraseConfig): Promise<string> {
  if (config.kind === 'given') return config.text;
  let text: string;
  try {
    text = (await readFile(config.path, 'utf8')).trim();
  } catch (cause) {
    if (!hasCode(cause, 'ENOENT')) throw cause;
    throw new SigningKeysError(
      `The passphrase of the signing keys is missing: ${config.path} does not exist. Put the file back, or set USHER_KEY_PASSPHRASE.`,
      { cause },
    );
  }
  if (text === '')
    throw new SigningKeysError(`The passphrase of the signing keys is missing: ${config.path} is empty.`);
  return text;
}

/** Reads the passphrase, and makes its file (mode 0600, 256 random bits) where there is none. For new keys only. */
export async function readOrMakePassphrase(config: PassphraseConfig, random: Random): Promise<string> {
  if (config.kind === 'file') {
    await mkdir(dirname(config.path), { recursive: true, mode: 0o700 });
    try {
      const file = await open(config.path, 'wx', 0o600);
      try {
        await file.writeFile(`${newSecret(random)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
  return readPassphrase(config);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
