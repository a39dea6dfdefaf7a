// The server's signing keys: made at the first start, encrypted at rest, opened at every start.
import {
  TrustError,
  generateSigningKey,
  openKey as openSealedKey,
  sealKey,
  tufRoles,
  type KeyCost,
  type SigningKey,
  type TufRole,
} from '@usher/trust';
import type { PassphraseConfig } from '../../config.ts';
import type { Random } from '../../ids.ts';
import { SigningKeysError, passphraseSource, readOrMakePassphrase } from './passphrase.ts';
import type { SigningKeyRow } from './store.ts';

/** What a key is for: a role of the catalogue, or the director, which signs policies and passes. */
export type KeyRole = TufRole | 'director';

/** Every role that has keys. */
export const keyRoles: readonly KeyRole[] = [...tufRoles, 'director'];

/** The keys at work. */
export interface SigningKeys {
  /** Signs policies and passes. */
  readonly director: SigningKey;
  /** Public keys of the director that the next publication of the catalogue names. */
  readonly directorKeys: readonly string[];
  /** The keys of the catalogue's roles that are on this server. */
  readonly catalogue: readonly SigningKey[];
}

/** New keys, and how they are stored. */
export interface NewKeys {
  readonly keys: SigningKeys;
  readonly publicKeys: Readonly<Record<TufRole, string>>;
  readonly rows: SigningKeyRow[];
}

/** What sealing a key takes. */
export interface SealingTools {
  readonly passphrase: string;
  readonly random: Random;
  readonly keyCost?: KeyCost | undefined;
}

/** A key as it is stored, encrypted under the server's passphrase. */
export async function sealedRow(
  key: SigningKey,
  role: KeyRole,
  { passphrase, random, keyCost }: SealingTools,
  createdAt: string,
): Promise<SigningKeyRow> {
  const privateKey = await sealKey(key, { passphrase, label: role, random, cost: keyCost });
  return { id: key.keyId, role, publicKey: key.publicKey, privateKey, createdAt, retiredAt: null };
}

/** Makes one key for each role and the director, encrypted under the passphrase, whose file is made too where it is missing. */
export async function makeKeys(
  tools: { passphrase: PassphraseConfig; random: Random; keyCost?: KeyCost | undefined },
  createdAt: string,
): Promise<NewKeys> {
  const passphrase = await readOrMakePassphrase(tools.passphrase, tools.random);
  const made = await Promise.all(
    keyRoles.map(async (role) => {
      const key = generateSigningKey(tools.random);
      return { key, row: await sealedRow(key, role, { ...tools, passphrase }, createdAt) };
    }),
  );
  const keyOf = (role: KeyRole): SigningKey => {
    const found = made.find(({ row }) => row.role === role);
    if (found === undefined) throw new Error(`No key was made for ${role}.`);
    return found.key;
  };
  return {
    keys: {
      director: keyOf('director'),
      directorKeys: [keyOf('director').publicKey],
      catalogue: tufRoles.map(keyOf),
    },
    publicKeys: {
      root: keyOf('root').publicKey,
      targets: keyOf('targets').publicKey,
      snapshot: keyOf('snapshot').publicKey,
      timestamp: keyOf('timestamp').publicKey,
    },
    rows: made.map(({ row }) => row),
  };
}

/**
 * The key of the director that signs: the newest that workstations can know, because the published catalogue names it. A
 * newer one waits until a catalogue that names it is published.
 * @throws SigningKeysError where there is none
 */
export function directorOf(
  rows: readonly SigningKeyRow[],
  keyOf: (row: SigningKeyRow) => SigningKey | undefined,
  published: readonly string[],
): SigningKey {
  const here = rows.filter((row) => row.role === 'director' && keyOf(row) !== undefined);
  const named = here.filter(({ publicKey }) => published.includes(publicKey));
  const chosen = named.findLast(({ retiredAt }) => retiredAt === null) ?? named.at(-1) ?? here.at(-1);
  const key = chosen && keyOf(chosen);
  if (key === undefined) {
    throw new SigningKeysError('This database holds no key of the director, without which no policy can be signed.');
  }
  return key;
}

/** Opens a key that a database holds. @throws SigningKeysError where the passphrase is not its own, or it was altered */
export async function openKey(
  sealed: string,
  role: string,
  passphrase: string,
  config: PassphraseConfig,
): Promise<SigningKey> {
  try {
    return await openSealedKey(sealed, { passphrase, label: role });
  } catch (cause) {
    if (!(cause instanceof TrustError)) throw cause;
    if (cause.code !== 'key.wrong-passphrase') {
      throw new SigningKeysError(`The key of ${role} in this database cannot be read: ${cause.message}`, { cause });
    }
    throw new SigningKeysError(
      `The passphrase in ${passphraseSource(config)} does not open the signing keys of this database. ` +
        'Start with the passphrase that it was made with; without it these keys are lost.',
      { cause },
    );
  }
}
