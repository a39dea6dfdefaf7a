// Publishing the catalogue in a transaction: what every publication shares, whoever asks for it.
import {
  describeRepository,
  publishTargets,
  TrustError,
  tufRoles,
  type Making,
  type Publication,
  type Repository,
} from '@usher/trust';
import { isoNow, type Clock } from '../../clock.ts';
import type { Transaction } from '../../database/database.ts';
import type { Initiator } from '../../initiator.ts';
import type { EventLog } from '../events/event-log.ts';
import { markPublished } from '../installers/published.ts';
import { catalogueContents, newestEvent } from './catalogue.ts';
import type { Keyring } from './keyring.ts';
import * as store from './store.ts';
import { noCatalogue } from './trust-refusal.ts';
import { publishedContents, whatWaits } from './waiting.ts';

/** What came of a publication. */
export interface PublicationOutcome {
  /** False where the catalogue could not be signed here and now: the change stands, but workstations do not see it yet. */
  readonly published: boolean;
}

/** The steps of a publication. Each works in the transaction that is handed in. */
export interface Publisher {
  /** Locks the catalogue until the transaction ends, and reads its newest metadata. */
  lock(tx: Transaction): Promise<Repository>;
  /** What a publication is made with: the time, the keys that are here, the newest event. */
  making(tx: Transaction): Promise<Making & { readonly directorKeys: readonly string[] }>;
  /** Publishes what the database says now. */
  publishContents(tx: Transaction, who: Initiator): Promise<PublicationOutcome>;
  /** Publishes what the database says, where the catalogue does not say it yet. */
  catchUp(tx: Transaction, who: Initiator): Promise<void>;
  /** Writes a publication, and has the keys follow it: those that it no longer names are erased. */
  write(tx: Transaction, publication: Publication, who: Initiator): Promise<void>;
  /** Records `trust.published`. */
  record(tx: Transaction, who: Initiator, publication: Publication, data: Readonly<Record<string, unknown>>): void;
}

/** Makes the steps. */
export function makePublisher(tools: {
  readonly events: EventLog;
  readonly clock: Clock;
  readonly keyring: Keyring;
}): Publisher {
  const { events, clock, keyring } = tools;

  async function lock(tx: Transaction): Promise<Repository> {
    await store.lockCatalogue(tx);
    const catalogue = await store.readCatalogue(tx.db);
    if (catalogue === null) throw noCatalogue();
    return catalogue.repository;
  }

  async function making(tx: Transaction) {
    const { catalogue, directorKeys } = await keyring.within(tx.db);
    return {
      now: new Date(clock.now()),
      signers: catalogue,
      log: await newestEvent(tx.db),
      versionFloor: await store.readVersionFloor(tx.db),
      directorKeys,
    };
  }

  function record(tx: Transaction, who: Initiator, { repository }: Publication, data: object): void {
    const { root, targets, snapshot } = describeRepository(repository);
    events.record(tx, {
      ...who,
      type: 'trust.published',
      object: { kind: 'catalogue', id: 'targets', name: `version ${targets.version}` },
      data: { root: root.version, targets: targets.version, snapshot: snapshot.version, ...data },
    });
  }

  async function write(tx: Transaction, publication: Publication, who: Initiator): Promise<void> {
    const before = await keyring.within(tx.db);
    await store.writeFiles(tx, publication.files, isoNow(clock));
    await followRoot(tx, publication.repository);
    const { director } = await keyring.within(tx.db);
    if (director.keyId !== before.director.keyId) {
      events.record(tx, {
        ...who,
        type: 'trust.rotated',
        object: { kind: 'catalogue', id: 'director' },
        data: { change: 'in force', key: director.keyId, before: before.director.keyId },
      });
    }
    await eraseOldDirectors(tx, director.keyId);
  }

  /** Keys that no root names any longer, nor the next one, sign nothing more. */
  async function followRoot(tx: Transaction, repository: Repository): Promise<void> {
    const draft = await store.readDraftRoot(tx.db);
    const roots = [repository, ...(draft === null ? [] : [{ ...repository, root: draft }])].map(describeRepository);
    const rows = await store.usableKeys(tx.db);
    for (const role of tufRoles) {
      const named = new Set(roots.flatMap((root) => root[role].publicKeys));
      const gone = rows.filter((row) => row.role === role && !named.has(row.publicKey));
      for (const row of gone) await store.updateKey(tx, row, { privateKey: null, retiredAt: isoNow(clock) });
    }
  }

  /** What a newer key has replaced signs nothing more; that its public half stays named is for cached policies. */
  async function eraseOldDirectors(tx: Transaction, signing: string): Promise<void> {
    const rows = (await store.usableKeys(tx.db)).filter(({ role }) => role === 'director');
    const at = rows.findIndex(({ id }) => id === signing);
    for (const row of rows.slice(0, Math.max(at, 0))) {
      if (row.privateKey !== null) await store.updateKey(tx, row, { privateKey: null });
    }
  }

  async function publishContents(tx: Transaction, who: Initiator): Promise<PublicationOutcome> {
    const repository = await lock(tx);
    const { directorKeys, ...needed } = await making(tx);
    const contents = await catalogueContents(tx.db, directorKeys);
    const publication = ifSignable(() => publishTargets(repository, { ...needed, contents }));
    if (publication === null) return { published: false };
    await write(tx, publication, who);
    await markPublished(tx);
    record(tx, who, publication, { installers: contents.installers.length });
    return { published: true };
  }

  return {
    lock,
    making,
    publishContents,
    write,
    record,
    catchUp: async (tx, who) => {
      await lock(tx);
      const { directorKeys } = await keyring.within(tx.db);
      const published = await publishedContents(tx.db);
      if (published === null || whatWaits(published, await catalogueContents(tx.db, directorKeys)) === null) return;
      await publishContents(tx, who);
    },
  };
}

/** What was made; null where a key that it needs is not on this server. */
export function ifSignable(make: () => Publication): Publication | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof TrustError && error.code === 'repository.signatures-missing') return null;
    throw error;
  }
}
