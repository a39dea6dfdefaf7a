// What the server signs: policies, passes, and the catalogue of what is approved.
import { createHash } from 'node:crypto';
import type { Pass, Policy } from '@usher/core';
import {
  addRootVersion,
  createRepository,
  describeRepository,
  publishTargets,
  renewTimestamp,
  signPass,
  signPolicy,
  TrustError,
  type KeyCost,
  type Making,
  type PassScope,
  type Publication,
  type Repository,
  type TufRole,
} from '@usher/trust';
import { isoInstant, isoNow, type Clock } from '../../clock.ts';
import type { PassphraseConfig } from '../../config.ts';
import type { Database, Transaction } from '../../database/database.ts';
import type { Lease, Leases } from '../../database/leases.ts';
import { isUniqueViolation } from '../../database/postgres-dialect.ts';
import type { Random } from '../../ids.ts';
import { theSystem, type Initiator } from '../../initiator.ts';
import type { EventLog } from '../events/event-log.ts';
import { markPublished } from '../installers/published.ts';
import { catalogueContents, newestEvent } from './catalogue.ts';
import { recordExpiring, remaining } from './expiry.ts';
import { makeKeys, openKeys, type SigningKeys } from './signing-keys.ts';
import * as store from './store.ts';

/** What came of a publication. */
export interface PublicationOutcome {
  /** False where the catalogue could not be signed here and now: the change stands, but workstations do not see it yet. */
  readonly published: boolean;
}

/** The signing keys at work. Everything here is ready once the server has started. */
export interface TrustService {
  /** `1.root.json`, as served: the document that a workstation's trust begins with. */
  rootDocument(): string;
  /** SHA-256 of the root document, in hexadecimal: what an installation key carries. */
  rootFingerprint(): string;
  /** Signs a policy with the director's key: a compact JWS. */
  signPolicy(policy: Policy): string;
  /**
   * Signs a pass with the director's key: the short text for `usher-client unlock`.
   * @throws TrustError `pass.too-long` more than 72 hours from now, `pass.malformed`
   */
  signPass(pass: Pass & PassScope): string;
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
  readonly keys: SigningKeys;
  readonly root: string;
  readonly fingerprint: string;
}

const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** Metadata with less left than this is made anew where its key is here. The snapshot follows the timestamp by itself. */
const renewBefore: Readonly<Record<'root' | 'targets', number>> = { root: 60 * day, targets: 30 * day };
/** Old versions stay this long, for workstations that have just read a timestamp that names them. */
const keepOldFiles = 2 * day;

const firstRoot = '1.root.json';

/** Makes the service; `start` makes it ready. */
export function makeTrustService(tools: TrustTools): TrustKeeper {
  const { database, leases, events, clock, config } = tools;
  let state: Opened | undefined;

  function opened(): Opened {
    if (state === undefined) throw new Error('The signing keys are not open yet.');
    return state;
  }

  async function makingFor(tx: Transaction, keys: SigningKeys): Promise<Making> {
    return { now: new Date(clock.now()), signers: keys.catalogue, log: await newestEvent(tx.db) };
  }

  /** Locks the catalogue and reads its newest metadata. */
  async function lockRepository(tx: Transaction): Promise<Repository> {
    await store.lockCatalogue(tx);
    const catalogue = await store.readCatalogue(tx.db);
    if (catalogue === null) throw new Error('There is no catalogue yet.');
    return catalogue.repository;
  }

  async function publish(tx: Transaction, who: Initiator): Promise<PublicationOutcome> {
    const { keys } = opened();
    const repository = await lockRepository(tx);
    const making = await makingFor(tx, keys);
    const contents = await catalogueContents(tx.db, keys.directorKeys);
    const publication = ifSignable(() => publishTargets(repository, { ...making, contents }));
    if (publication === null) return { published: false };
    await write(tx, publication);
    await markPublished(tx);
    recordPublished(tx, who, publication, { installers: contents.installers.length });
    return { published: true };
  }

  async function write(tx: Transaction, publication: Publication): Promise<void> {
    await store.writeFiles(tx, publication.files, isoNow(clock));
  }

  function recordPublished(tx: Transaction, who: Initiator, { repository }: Publication, data: object): void {
    const { root, targets, snapshot } = describeRepository(repository);
    events.record(tx, {
      ...who,
      type: 'trust.published',
      object: { kind: 'catalogue', id: 'targets', name: `version ${targets.version}` },
      data: { root: root.version, targets: targets.version, snapshot: snapshot.version, ...data },
    });
  }

  async function renew(lease?: Lease): Promise<void> {
    const { keys } = opened();
    await database.transaction(async (tx) => {
      if (lease !== undefined) await leases.confirm(tx, lease);
      const before = await lockRepository(tx);
      const making = await makingFor(tx, keys);
      const isDue = (role: keyof typeof renewBefore, repository: Repository): boolean =>
        remaining(repository, role, making.now) < renewBefore[role];
      let present = before;
      if (isDue('root', present)) {
        const publication = ifSignable(() => addRootVersion(before, making));
        if (publication !== null) {
          await write(tx, publication);
          recordPublished(tx, theSystem, publication, { because: 'root renewed' });
          present = publication.repository;
        }
      }
      const isRenewed = isDue('targets', present) && (await publish(tx, theSystem)).published;
      if (!isRenewed) {
        const publication = ifSignable(() => renewTimestamp(present, making));
        if (publication !== null) await write(tx, publication);
      }
      const after = await store.readCatalogue(tx.db);
      if (after === null) return;
      await recordExpiring(tx, { events, repository: after.repository, now: making.now });
      await store.deleteFilesBefore(tx, isoInstant(clock.now() - keepOldFiles), after.names);
    });
  }

  /** Makes the keys and the first catalogue; null where another process was quicker. */
  async function create(): Promise<SigningKeys | null> {
    const { keys, publicKeys, rows } = await makeKeys({ ...tools, passphrase: config.passphrase }, isoNow(clock));
    const roleKeys = (role: TufRole) => ({ publicKeys: [publicKeys[role]], threshold: 1 });
    try {
      await database.transaction(async (tx) => {
        const publication = createRepository({
          ...(await makingFor(tx, keys)),
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
      return keys;
    } catch (error) {
      if (isUniqueViolation(error)) return null;
      throw error;
    }
  }

  async function openOrCreate(): Promise<SigningKeys> {
    const rows = await store.activeKeys(database.read);
    if (rows.length > 0) return openKeys(config.passphrase, rows);
    return (await create()) ?? openKeys(config.passphrase, await store.activeKeys(database.read));
  }

  return {
    rootDocument: () => opened().root,
    rootFingerprint: () => opened().fingerprint,
    signPolicy: (policy) => signPolicy(policy, opened().keys.director),
    signPass: (pass) => signPass({ ...pass, now: new Date(clock.now()) }, opened().keys.director),
    publish,
    renew,
    start: async () => {
      const keys = await openOrCreate();
      const root = await store.findFile(database.read, firstRoot);
      if (root === undefined) throw new Error(`The catalogue is not whole: ${firstRoot} is missing from the database.`);
      state = { keys, root, fingerprint: sha256(root) };
      const publishedAt = await store.timestampPublishedAt(database.read);
      if (publishedAt === undefined || publishedAt < isoInstant(clock.now() - hour)) await renew();
    },
  };
}

/** What was made; null where a key that it needs is not on this server. */
function ifSignable(make: () => Publication): Publication | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof TrustError && error.code === 'repository.signatures-missing') return null;
    throw error;
  }
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
