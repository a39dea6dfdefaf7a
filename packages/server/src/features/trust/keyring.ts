// The signing keys as they stand in the database: opened once, and read again when another process has changed them.
import type { SigningKey } from '@usher/trust';
import type { PassphraseConfig } from '../../config.ts';
import type { Reader } from '../../database/database.ts';
import { readPassphrase } from './passphrase.ts';
import { directorOf, openKey, type SigningKeys } from './signing-keys.ts';
import { publishedDirectorKeys, usableKeys, type SigningKeyRow } from './store.ts';

/** The keys of one process. */
export interface Keyring {
  /**
   * The keys, as new as what `read` sees. Costs one small query where nothing has changed.
   * @throws SigningKeysError where the passphrase is missing or not the keys'
   */
  current(read: Reader): Promise<SigningKeys>;
  /** Reads the keys in the transaction that changes them, whose changes nobody else sees yet. */
  within(read: Reader): Promise<SigningKeys>;
}

/** Makes an empty one: keys are opened when they are first needed. */
export function makeKeyring(config: PassphraseConfig): Keyring {
  const opened = new Map<string, SigningKey>();
  let known: { readonly change: number; readonly keys: SigningKeys } | undefined;

  async function load(read: Reader): Promise<SigningKeys> {
    const rows = await usableKeys(read);
    const unopened = rows.filter(({ privateKey }) => privateKey !== null && !opened.has(privateKey));
    if (unopened.length > 0) {
      const passphrase = await readPassphrase(config);
      const keys = await Promise.all(
        unopened.map(async ({ privateKey, role }) => {
          const sealed = privateKey ?? '';
          return [sealed, await openKey(sealed, role, passphrase, config)] as const;
        }),
      );
      for (const [sealed, key] of keys) opened.set(sealed, key);
    }
    const keyOf = ({ privateKey }: SigningKeyRow) => (privateKey === null ? undefined : opened.get(privateKey));
    return {
      director: directorOf(rows, keyOf, await publishedDirectorKeys(read)),
      directorKeys: rows
        .filter(({ role, retiredAt }) => role === 'director' && retiredAt === null)
        .map(({ publicKey }) => publicKey),
      catalogue: rows
        .filter(({ role, retiredAt }) => role !== 'director' && retiredAt === null)
        .flatMap((row) => keyOf(row) ?? []),
    };
  }

  return {
    current: async (read) => {
      // Read first: keys that are newer than the change that they are noted with are only read once more.
      const change = await newestKeyChange(read);
      if (known?.change === change) return known.keys;
      const keys = await load(read);
      known = { change, keys };
      return keys;
    },
    within: load,
  };
}

/** Every change of keys records this event in its own transaction. */
async function newestKeyChange(read: Reader): Promise<number> {
  const row = await read
    .selectFrom('events')
    .select((e) => e.fn.max('seq').as('seq'))
    .where('type', '=', 'trust.rotated')
    .executeTakeFirst();
  return row?.seq ?? 0;
}
