// The operator's work on signing keys: exchanged, added, removed, moved off the server and back, each in one transaction.
import {
  describeRepository,
  describeSealedKey,
  draftRoot,
  generateSigningKey,
  isPublicKey,
  keyIdOf,
  openKey,
  publishRoot,
  sealKey,
  TrustError,
  tufRoles,
  type KeyCost,
  type RoleKeys,
  type SigningKey,
  type TufRole,
} from '@usher/trust';
import { isoInstant, isoNow, type Clock } from '../../clock.ts';
import type { PassphraseConfig } from '../../config.ts';
import type { Database, Transaction } from '../../database/database.ts';
import type { Random } from '../../ids.ts';
import type { Initiator } from '../../initiator.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Keyring } from './keyring.ts';
import { readPassphrase } from './passphrase.ts';
import { ifSignable, type Publisher } from './publisher.ts';
import { keyRoles, sealedRow, type KeyRole } from './signing-keys.ts';
import * as store from './store.ts';
import { TrustRefusal } from './trust-refusal.ts';

/** What came of a change of keys. */
export interface KeyChange {
  /** The key that was made or taken; null where none was. */
  readonly keyId: string | null;
  /** False while it waits for signatures of keys that are not here, or for a catalogue that names the director's new key. */
  readonly inForce: boolean;
}

/** Which key a role is to get: a new one made here, or the public half of one that is kept elsewhere. */
export interface NewKeyChoice {
  /** Raw, base64url. */
  readonly publicKey?: string | undefined;
}

/** Everything that is done to keys. @throws TrustRefusal where it cannot be done */
export interface KeyService {
  /** Exchanges a key of a role. `replaces` (the beginning of its id) is needed where the role has several. */
  rotate(
    role: KeyRole,
    choice: NewKeyChoice & {
      readonly replaces?: string | undefined;
      /** Make the new key here though the old one is kept elsewhere. */
      readonly here?: boolean;
      /** Director: policies and passes that the old key signed hold no longer once workstations have the new catalogue. */
      readonly atOnce?: boolean;
    },
    by: Initiator,
  ): Promise<KeyChange>;
  /** Adds a key to a role of the catalogue; its threshold stays. */
  add(role: TufRole, choice: NewKeyChoice, by: Initiator): Promise<KeyChange>;
  /** Takes a key from a role of the catalogue. */
  remove(role: TufRole, key: string, by: Initiator): Promise<KeyChange>;
  /** Says how many of a role's keys must sign. */
  setThreshold(role: TufRole, threshold: number, by: Initiator): Promise<KeyChange>;
  /**
   * Moves a private key of root or targets off the server: hands it, sealed under that passphrase, to `keep`, and erases it here
   * once it is kept.
   */
  exportKey(
    role: KeyRole,
    options: {
      readonly key?: string | undefined;
      readonly passphrase: string;
      readonly keep: (sealed: string) => Promise<void>;
    },
    by: Initiator,
  ): Promise<KeyChange>;
  /** Takes back a key that was moved or made elsewhere. */
  importKey(sealed: string, passphrase: string, by: Initiator): Promise<KeyChange & { readonly role: KeyRole }>;
}

/** What the service needs. */
export interface KeyServiceTools {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly config: { readonly passphrase: PassphraseConfig };
  readonly keyCost?: KeyCost | undefined;
  readonly keyring: Keyring;
  readonly publisher: Publisher;
}

type AllRoles = Readonly<Record<TufRole, RoleKeys>>;

/** Makes the service. */
export function makeKeyService(tools: KeyServiceTools): KeyService {
  const { database, events, clock, random, config, keyCost, keyring, publisher } = tools;

  /** The row of a new key: sealed where its private half is here. */
  async function newRow(role: KeyRole, { publicKey }: NewKeyChoice): Promise<store.SigningKeyRow> {
    const createdAt = isoNow(clock);
    if (publicKey !== undefined) {
      if (!isPublicKey(publicKey))
        throw new TrustRefusal('A public key is 43 characters, as "usher key make" prints it.');
      return { id: keyIdOf(publicKey), role, publicKey, privateKey: null, createdAt, retiredAt: null };
    }
    const passphrase = await readPassphrase(config.passphrase);
    return sealedRow(generateSigningKey(random), role, { passphrase, random, keyCost }, createdAt);
  }

  async function insert(tx: Transaction, row: store.SigningKeyRow): Promise<void> {
    const rows = await tx.db.selectFrom('signingKeys').select(['id', 'createdAt']).execute();
    if (rows.some(({ id }) => id === row.id)) {
      throw new TrustRefusal('That key is, or was, in use here: make another one.');
    }
    // The order of keys is the order of their times: never two in one millisecond, nor before one that is there.
    const newest = Math.max(...rows.map(({ createdAt }) => Date.parse(createdAt)));
    const createdAt = isoInstant(Math.max(newest + 1, Date.parse(row.createdAt)));
    await store.insertKeys(tx, [{ ...row, createdAt }]);
  }

  /** The roles as the next root will have them: changes that still wait for signatures are built upon. */
  async function nextRoles(tx: Transaction): Promise<AllRoles> {
    const repository = await publisher.lock(tx);
    const draft = await store.readDraftRoot(tx.db);
    return describeRepository(draft === null ? repository : { ...repository, root: draft });
  }

  /** Makes the next root. It is published where the keys that it needs are here, and waits where they are not. */
  async function changeRoot(
    tx: Transaction,
    role: TufRole,
    change: (now: RoleKeys) => RoleKeys,
    told: Readonly<Record<string, unknown>>,
    by: Initiator,
  ): Promise<boolean> {
    const repository = await publisher.lock(tx);
    const present = await nextRoles(tx);
    const { directorKeys: _, ...making } = await publisher.making(tx);
    const roles = { ...present, [role]: change(present[role]) };
    const { metadata } = refusing(() => draftRoot(repository, { ...making, roles }));
    const inForce = await publishOrKeep(tx, metadata, by);
    tell(tx, by, role, { ...told, inForce });
    return inForce;
  }

  /** Publishes the next root where the keys that it needs are here; else it waits for its signatures. */
  async function publishOrKeep(tx: Transaction, root: Uint8Array, by: Initiator): Promise<boolean> {
    const repository = await publisher.lock(tx);
    const { directorKeys: _, ...making } = await publisher.making(tx);
    const publication = ifSignable(() => publishRoot(repository, root, making));
    await store.saveDraftRoot(tx, publication === null ? root : null, isoNow(clock));
    if (publication === null) return false;
    await publisher.write(tx, publication, by);
    publisher.record(tx, by, publication, { because: 'keys changed' });
    await publisher.catchUp(tx, by);
    return true;
  }

  function tell(tx: Transaction, by: Initiator, role: KeyRole, data: Readonly<Record<string, unknown>>): void {
    events.record(tx, { ...by, type: 'trust.rotated', object: { kind: 'catalogue', id: role }, data });
  }

  async function rotateDirector(row: store.SigningKeyRow, atOnce: boolean, by: Initiator): Promise<KeyChange> {
    return database.transaction(async (tx) => {
      await publisher.lock(tx);
      const old = (await store.usableKeys(tx.db)).filter((each) => each.role === 'director');
      if (atOnce) for (const each of old) await store.updateKey(tx, each, { retiredAt: isoNow(clock) });
      await insert(tx, row);
      await publisher.publishContents(tx, by);
      const inForce = (await keyring.within(tx.db)).director.keyId === row.id;
      tell(tx, by, 'director', { change: 'rotated', key: row.id, atOnce, inForce });
      return { keyId: row.id, inForce };
    });
  }

  return {
    rotate: async (role, { replaces, here = false, atOnce = false, ...choice }, by) => {
      if (role === 'director') {
        if (choice.publicKey !== undefined) {
          throw new TrustRefusal('The director signs at every check: its key is always made on the server.');
        }
        return rotateDirector(await newRow(role, choice), atOnce, by);
      }
      requireHere(role, choice);
      const row = await newRow(role, choice);
      return database.transaction(async (tx) => {
        const { publicKeys } = (await nextRoles(tx))[role];
        const old = chooseKey(role, publicKeys, replaces);
        const known = (await store.usableKeys(tx.db)).find((each) => each.role === role && each.publicKey === old);
        if ((known?.privateKey ?? null) === null && choice.publicKey === undefined && !here) {
          throw new TrustRefusal(
            `The key of ${role} is kept elsewhere. Make the new one there with "usher key make ${role} --to FILE" and ` +
              'give its public half with --public; or say --here to make it on this server.',
          );
        }
        await insert(tx, row);
        const swap = (now: RoleKeys): RoleKeys => ({
          ...now,
          publicKeys: [...now.publicKeys.filter((each) => each !== old), row.publicKey],
        });
        const told = { change: 'rotated', key: row.id, before: keyIdOf(old) };
        return { keyId: row.id, inForce: await changeRoot(tx, role, swap, told, by) };
      });
    },
    add: async (role, choice, by) => {
      requireHere(role, choice);
      const row = await newRow(role, choice);
      return database.transaction(async (tx) => {
        await insert(tx, row);
        const grow = (now: RoleKeys): RoleKeys => ({ ...now, publicKeys: [...now.publicKeys, row.publicKey] });
        return { keyId: row.id, inForce: await changeRoot(tx, role, grow, { change: 'added', key: row.id }, by) };
      });
    },
    remove: (role, key, by) =>
      database.transaction(async (tx) => {
        const gone = chooseKey(role, (await nextRoles(tx))[role].publicKeys, key);
        const shrink = (now: RoleKeys): RoleKeys => ({
          ...now,
          publicKeys: now.publicKeys.filter((each) => each !== gone),
        });
        const told = { change: 'removed', key: keyIdOf(gone) };
        return { keyId: keyIdOf(gone), inForce: await changeRoot(tx, role, shrink, told, by) };
      }),
    setThreshold: (role, threshold, by) =>
      database.transaction(async (tx) => {
        const set = (now: RoleKeys): RoleKeys => {
          const has = now.publicKeys.length;
          if (threshold > has) {
            const keys = has === 1 ? '1 key' : `${has} keys`;
            throw new TrustRefusal(`${role} has ${keys}: add others first, with "usher key add ${role} --public KEY".`);
          }
          return { ...now, threshold };
        };
        return { keyId: null, inForce: await changeRoot(tx, role, set, { change: 'threshold', threshold }, by) };
      }),
    exportKey: async (role, { key, passphrase, keep }, by) => {
      if (role !== 'root' && role !== 'targets') {
        throw new TrustRefusal(
          `The server itself signs with the key of ${role}, by the hour or more often: it stays here.`,
        );
      }
      const rows = (await store.usableKeys(database.read)).filter(
        (row) => row.role === role && row.retiredAt === null && row.privateKey !== null,
      );
      const chosen = chooseKey(
        role,
        rows.map((row) => row.publicKey),
        key,
      );
      const row = rows.find(({ publicKey }) => publicKey === chosen);
      const private_ = (await keyring.current(database.read)).catalogue.find(({ publicKey }) => publicKey === chosen);
      if (row === undefined || private_ === undefined) throw new TrustRefusal(`No key of ${role} is on this server.`);
      await keep(await sealKey(private_, { passphrase, label: role, random, cost: keyCost }));
      await database.transaction(async (tx) => {
        await publisher.lock(tx);
        await store.updateKey(tx, row, { privateKey: null });
        tell(tx, by, role, { change: 'exported', key: row.id });
      });
      return { keyId: row.id, inForce: true };
    },
    importKey: async (sealed, passphrase, by) => {
      const { role, key } = await openElsewhere(sealed, passphrase);
      const stored = await sealedRow(
        key,
        role,
        { passphrase: await readPassphrase(config.passphrase), random, keyCost },
        isoNow(clock),
      );
      return database.transaction(async (tx) => {
        const roles = await nextRoles(tx);
        if (role === 'director' || !roles[role].publicKeys.includes(key.publicKey)) {
          throw new TrustRefusal(`This is no key that ${role} has now.`);
        }
        const known = (await store.usableKeys(tx.db)).find((row) => row.role === role && row.id === key.keyId);
        if (known === undefined) await store.insertKeys(tx, [stored]);
        else if (known.privateKey !== null) throw new TrustRefusal('This key is on this server already.');
        else await store.updateKey(tx, known, { privateKey: stored.privateKey });
        tell(tx, by, role, { change: 'imported', key: key.keyId });
        const root = await store.readDraftRoot(tx.db);
        if (root === null || !(await publishOrKeep(tx, root, by))) await publisher.catchUp(tx, by);
        return { role, keyId: key.keyId, inForce: true };
      });
    },
  };
}

/**
 * Opens a key that was exported, or made elsewhere.
 * @throws TrustRefusal where it is none, or the passphrase is not its own
 */
export async function openElsewhere(
  sealed: string,
  passphrase: string,
): Promise<{ readonly role: KeyRole; readonly key: SigningKey }> {
  try {
    const { label } = describeSealedKey(sealed);
    const role = keyRoles.find((known) => known === label);
    if (role === undefined) throw new TrustRefusal(`The file holds a key for "${label}", which is no role.`);
    return { role, key: await openKey(sealed, { passphrase, label }) };
  } catch (error) {
    if (error instanceof TrustError) throw new TrustRefusal(error.message, { cause: error });
    throw error;
  }
}

/** Only root and targets may have keys that are elsewhere: nobody else could renew the rest every hour. */
function requireHere(role: TufRole, { publicKey }: NewKeyChoice): void {
  if (publicKey !== undefined && role !== 'root' && role !== 'targets') {
    throw new TrustRefusal(`The server itself signs with the key of ${role}: it is always made on the server.`);
  }
}

/** The key that is meant: the only one, or the one whose id begins so. */
function chooseKey(role: TufRole, publicKeys: readonly string[], id: string | undefined): string {
  const found = publicKeys.filter((key) => id === undefined || keyIdOf(key).startsWith(id));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (publicKeys.length === 0) throw new TrustRefusal(`No key of ${role} is on this server.`);
  const ids = publicKeys.map((key) => keyIdOf(key).slice(0, 12)).join(', ');
  throw new TrustRefusal(`Say which key of ${role} is meant, by the beginning of its id: ${ids}.`);
}

function refusing<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof TrustError && error.code === 'repository.invalid') {
      throw new TrustRefusal(error.message, { cause: error });
    }
    throw error;
  }
}

/** The roles of the catalogue, by the name that a person typed. @throws TrustRefusal */
export function catalogueRole(name: string): TufRole {
  const role = tufRoles.find((known) => known === name);
  if (role === undefined)
    throw new TrustRefusal(`"${name}" is no role of the catalogue: choose ${tufRoles.join(', ')}.`);
  return role;
}
