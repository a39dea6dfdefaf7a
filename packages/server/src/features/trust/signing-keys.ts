// The server's signing keys: made at the first start, encrypted at rest, opened at every start.
import {
  TrustError,
  generateSigningKey,
  openKey,
  sealKey,
  tufRoles,
  type KeyCost,
  type SigningKey,
  type TufRole,
} from '@usher/trust';
import type { PassphraseConfig } from '../../config.ts';
import type { Random } from '../../ids.ts';
import { SigningKeysError, passphraseSource, readOrMakePassphrase, readPassphrase } from './passphrase.ts';
import type { SigningKeyRow } from './store.ts';

/** What a key is for: a role of the catalogue, or the director, which signs policies and passes. */
type KeyRole = TufRole | 'director';

const keyRoles: readonly KeyRole[] = [...tufRoles, 'director'];

/** The keys at work. */
export interface SigningKeys {
  /** Signs policies and passes. */
  readonly director: SigningKey;
  /** Public keys of the director that the catalogue names. */
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

/** Makes one key for each role and the director, encrypted under the passphrase, whose file is made too where it is missing. */
export async function makeKeys(
  tools: { passphrase: PassphraseConfig; random: Random; keyCost?: KeyCost | undefined },
  createdAt: string,
): Promise<NewKeys> {
  const passphrase = await readOrMakePassphrase(tools.passphrase, tools.random);
  const made = await Promise.all(
    keyRoles.map(async (role) => {
      const key = generateSigningKey(tools.random);
      const sealed = await sealKey(key, { passphrase, label: role, random: tools.random, cost: tools.keyCost });
      const { keyId: id, publicKey } = key;
      return { key, row: { id, role, publicKey, privateKey: sealed, createdAt, retiredAt: null } };
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

/** Opens the keys that a database holds. @throws SigningKeysError where the passphrase is not theirs */
export async function openKeys(config: PassphraseConfig, rows: readonly SigningKeyRow[]): Promise<SigningKeys> {
  const passphrase = await readPassphrase(config);
  const opened = await Promise.all(
    rows.map(async ({ role, privateKey }) => ({
      role,
      key: privateKey === null ? null : await open(privateKey, role, passphrase, config),
    })),
  );
  const here = opened.flatMap(({ role, key }) => (key === null ? [] : [{ role, key }]));
  // The newest signs; those before it are named until they are retired.
  const director = here.findLast(({ role }) => role === 'director')?.key;
  if (director === undefined) {
    throw new SigningKeysError('This database holds no key of the director, without which no policy can be signed.');
  }
  return {
    director,
    directorKeys: rows.filter(({ role }) => role === 'director').map(({ publicKey }) => publicKey),
    catalogue: here.filter(({ role }) => role !== 'director').map(({ key }) => key),
  };
}

async function open(sealed: string, role: string, passphrase: string, config: PassphraseConfig): Promise<SigningKey> {
  try {
    return await openKey(sealed, { passphrase, label: role });
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
