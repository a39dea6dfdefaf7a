// What the server signs: policies, passes, and the catalogue of what is approved.
import { createHash } from 'node:crypto';
import type { Pass, Policy } from '@usher/core';
import {
  addRootVersion,
  createRepository,
  renewTimestamp,
  signPass,
  signLogHead,
  signPolicy,
  verifyLogHead,
  type KeyCost,
  type LogHead,
  type PassScope,
  type Repository,
  TrustError,
  type TufRole,
} from '@usher/trust';
import { isoInstant, isoNow, type Clock } from '../../clock.ts';
import type { PassphraseConfig } from '../../config.ts';
import type { Database, Reader, Transaction } from '../../database/database.ts';
import type { Lease, Leases } from '../../database/leases.ts';
import { isUniqueViolation } from '../../database/postgres-dialect.ts';
import type { Random } from '../../ids.ts';
import { theSystem, type Initiator } from '../../initiator.ts';
import type { EventLog } from '../events/event-log.ts';
import { catalogueContents, newestEvent } from './catalogue.ts';
import { recordExpiring, remaining } from './expiry.ts';
import type { Keyring } from './keyring.ts';
import { ifSignable, type PublicationOutcome, type Publisher } from './publisher.ts';
import { renewBefore } from './renewal.ts';
import { makeKeys } from './signing-keys.ts';
import * as store from './store.ts';

/** The signing keys at work. Everything here is ready once the server has started. */
export interface TrustService {
  /** `1.root.json`, as served: the document that a workstation's trust begins with. */
  rootDocument(): string;
  /** SHA-256 of the root document, in hexadecimal: what an installation key carries. */
  rootFingerprint(): string;
  /** Signs a policy with the director's key, as the database has it now: a compact JWS. */
  signPolicy(policy: Policy): Promise<string>;
  /** Signs which event is the newest now, for a workstation to show later. */
  signLogHead(head: LogHead, workstationId: string): Promise<string>;
  /** The event that such a text tells of; null where no director of this database has signed it for that workstation. */
  toldLogHead(read: Reader, proof: string, workstationId: string): Promise<LogHead | null>;
  /**
   * Signs a pass with the director's key: the short text for `usher-client unlock`.
   * @throws TrustError `pass.too-long` more than 72 hours from now, `pass.malformed`
   */
  signPass(pass: Pass & PassScope): Promise<string>;
  /**
   * Publishes the catalogue anew from the database, in this transaction: approved installers, prohibitions, the director's keys. To be
   * called after the change that it is to show. Others that publish wait until this transaction ends.
   */
  publish(tx: Transaction, who: Initiator): Promise<PublicationOutcome>;
}

/** The service with what only its own feature calls. */
export interface TrustKeeper extends TrustService {
  /**
   * Opens the keys, or makes them and the first catalogue where there are none; renews what is close to its end.
   * @throws SigningKeysError where the passphrase is missing or not the keys'
   */
  start(): Promise<void>;
  /** Renews the timestamp, and what else is close to its end; warns of what cannot be renewed here. */
  renew(lease?: Lease): Promise<void>;
}

/** What trust needs. */
export interface TrustTools {
  readonly database: Database;
  readonly leases: Leases;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly config: { readonly passphrase: PassphraseConfig };
  /** Cheaper in tests. */
  readonly keyCost?: KeyCost | undefined;
}

interface Opened {
  readonly root: string;
  readonly fingerprint: string;
}

const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** Old versions stay this long, for workstations that have just read a timestamp that names them. */
const keepOldFiles = 2 * day;
/** A key of the director that was replaced stays named for so long: policies and passes that it signed hold until then. */
const keepOldDirector = 30 * day;

/** Makes the service; `start` makes it ready. */
export function makeTrustService(
  tools: TrustTools & { readonly keyring: Keyring; readonly publisher: Publisher },
): TrustKeeper {
  const { database, leases, events, clock, config, keyring, publisher } = tools;
  let state: Opened | undefined;

  function opened(): Opened {
    if (state === undefined) throw new Error('The signing keys are not open yet.');
    return state;
  }

  async function renew(lease?: Lease): Promise<void> {
    await database.transaction(async (tx) => {
      if (lease !== undefined) await leases.confirm(tx, lease);
      const before = await publisher.lock(tx);
      await retireOldDirectors(tx);
      const making = await publisher.making(tx);
      const isDue = (role: keyof typeof renewBefore, repository: Repository): boolean =>
        remaining(repository, role, making.now) < renewBefore[role];
      let present = before;
      if (isDue('root', present) && (await store.readDraftRoot(tx.db)) === null) {
        const publication = ifSignable(() => addRootVersion(before, making));
        if (publication !== null) {
          await publisher.write(tx, publication, theSystem);
          publisher.record(tx, theSystem, publication, { because: 'root renewed' });
          present = publication.repository;
        }
      }
      const isRenewed = isDue('targets', present) && (await publisher.publishContents(tx, theSystem)).published;
      if (!isRenewed) {
        const publication = ifSignable(() => renewTimestamp(present, making));
        if (publication !== null) await store.writeFiles(tx, publication.files, isoNow(clock));
        await publisher.catchUp(tx, theSystem);
      }
      const after = await store.readCatalogue(tx.db);
      if (after === null) return;
      await recordExpiring(tx, { events, repository: after.repository, now: making.now });
      await store.deleteFilesBefore(tx, isoInstant(clock.now() - keepOldFiles), after.names);
    });
  }

  /** The next publication names them no longer. */
  async function retireOldDirectors(tx: Transaction): Promise<void> {
    const rows = (await store.usableKeys(tx.db)).filter((row) => row.role === 'director' && row.retiredAt === null);
    const newest = rows.at(-1);
    if (newest === undefined || newest.createdAt > isoInstant(clock.now() - keepOldDirector)) return;
    for (const row of rows) {
      if (row.privateKey === null) await store.updateKey(tx, row, { retiredAt: isoNow(clock) });
    }
  }

  /** Makes the keys and the first catalogue, unless another process is quicker. */
  async function create(): Promise<void> {
    const { keys, publicKeys, rows } = await makeKeys({ ...tools, passphrase: config.passphrase }, isoNow(clock));
    const roleKeys = (role: TufRole) => ({ publicKeys: [publicKeys[role]], threshold: 1 });
    try {
      await database.transaction(async (tx) => {
        const publication = createRepository({
          now: new Date(clock.now()),
          signers: keys.catalogue,
          log: await newestEvent(tx.db),
          roles: {
            root: roleKeys('root'),
            targets: roleKeys('targets'),
            snapshot: roleKeys('snapshot'),
            timestamp: roleKeys('timestamp'),
          },
          contents: await catalogueContents(tx.db, keys.directorKeys),
        });
        await store.insertFiles(tx, publication.files, isoNow(clock));
        await store.insertKeys(tx, rows);
        const fingerprint = sha256(publication.repository.root);
        events.record(tx, {
          ...theSystem,
          type: 'trust.created',
          object: { kind: 'catalogue', id: 'root', name: 'version 1' },
          data: { fingerprint, keys: Object.fromEntries(rows.map(({ role, id }) => [role, id])) },
        });
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
  }

  return {
    rootDocument: () => opened().root,
    rootFingerprint: () => opened().fingerprint,
    signPolicy: async (policy) => signPolicy(policy, (await keyring.current(database.read)).director),
    signLogHead: async (head, workstationId) =>
      signLogHead(head, workstationId, (await keyring.current(database.read)).director),
    toldLogHead: async (read, proof, workstationId) => {
      try {
        return verifyLogHead(proof, { keys: await store.directorKeysEver(read), workstationId });
      } catch (error) {
        if (error instanceof TrustError) return null;
        throw error;
      }
    },
    signPass: async (pass) =>
      signPass({ ...pass, now: new Date(clock.now()) }, (await keyring.current(database.read)).director),
    publish: (tx, who) => publisher.publishContents(tx, who),
    renew,
    start: async () => {
      if ((await store.usableKeys(database.read)).length === 0) await create();
      await keyring.current(database.read);
      const root = await store.findFile(database.read, store.firstRoot);
      if (root === undefined)
        throw new Error(`The catalogue is not whole: ${store.firstRoot} is missing from the database.`);
      state = { root, fingerprint: sha256(root) };
      const publishedAt = await store.timestampPublishedAt(database.read);
      if (publishedAt === undefined || publishedAt < isoInstant(clock.now() - hour)) await renew();
    },
  };
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
