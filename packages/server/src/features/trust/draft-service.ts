// A catalogue whose keys are elsewhere: drafted here, signed there, and applied here.
import {
  canonicalJson,
  describeDraft,
  describeRepository,
  draftRoot,
  draftTargets,
  publishDraft,
  publishRoot,
  readDraftFile,
  TrustError,
  writeDraftFile,
  type CatalogueContents,
  type DraftDescription,
  type DraftFile,
  type Publication,
  type Repository,
} from '@usher/trust';
import { isoNow, type Clock } from '../../clock.ts';
import type { Database, Transaction } from '../../database/database.ts';
import type { Initiator } from '../../initiator.ts';
import { markPublishedExactly } from '../installers/published.ts';
import type { EventLog } from '../events/event-log.ts';
import { catalogueContents } from './catalogue.ts';
import { remaining } from './expiry.ts';
import type { Publisher } from './publisher.ts';
import { renewBefore } from './renewal.ts';
import * as store from './store.ts';
import { TrustRefusal } from './trust-refusal.ts';
import { whatWaits, type Waiting } from './waiting.ts';

/** Drafts and their publication. @throws TrustRefusal where it cannot be done */
export interface DraftService {
  /**
   * Drafts what the keys that are elsewhere must sign: the next root where one waits or is soon due, and the targets as the
   * database has them now. Answers the text of the draft, signed with what is here.
   */
  draft(): Promise<{ readonly text: string; readonly description: DraftDescription }>;
  /** Publishes a draft that has its signatures. Answers what has been decided since it was made; null where nothing was. */
  apply(
    text: string,
    by: Initiator,
  ): Promise<{ readonly description: DraftDescription; readonly waiting: Waiting | null }>;
  /** Forgets the next root that waits for signatures. Answers whether there was one. */
  discard(by: Initiator): Promise<boolean>;
}

/** Makes the service. */
export function makeDraftService(tools: {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly publisher: Publisher;
}): DraftService {
  const { database, events, clock, publisher } = tools;

  /** The next root: the one that waits, or one that is due and that this server cannot sign alone. */
  async function nextRoot(tx: Transaction, repository: Repository): Promise<Uint8Array | null> {
    const waiting = await store.readDraftRoot(tx.db);
    if (waiting !== null) return waiting;
    const making = await publisher.making(tx);
    if (remaining(repository, 'root', making.now) >= renewBefore.root) return null;
    const { metadata, missing } = draftRoot(repository, making);
    if (missing === 0) return null;
    await store.saveDraftRoot(tx, metadata, isoNow(clock));
    return metadata;
  }

  return {
    draft: () =>
      database.transaction(async (tx) => {
        const repository = await publisher.lock(tx);
        const root = await nextRoot(tx, repository);
        const { directorKeys, ...making } = await publisher.making(tx);
        const contents = await catalogueContents(tx.db, directorKeys);
        const under = root === null ? repository : { ...repository, root };
        const targets = draftTargets(under, { ...making, contents });
        const draft: DraftFile = { base: repository.root, root, targets: targets.missing > 0 ? targets : null };
        if (draft.root === null && draft.targets === null) {
          throw new TrustRefusal(
            'Nothing waits for a signature: the keys are on this server, which publishes by itself.',
          );
        }
        return { text: writeDraftFile(draft), description: describeDraft(draft) };
      }),
    apply: async (text, by) => {
      const { draft, description } = readChecked(text);
      return database.transaction(async (tx) => {
        const repository = await publisher.lock(tx);
        if (textOf(draft.base) !== textOf(repository.root)) {
          throw new TrustRefusal(
            'The keys of the catalogue have changed since this was drafted. Draft and sign it anew.',
          );
        }
        await requireSameRoot(tx, draft);
        const { directorKeys, ...making } = await publisher.making(tx);
        const contents = await catalogueContents(tx.db, directorKeys);
        const drafted = description.targets?.contents;
        const waiting = drafted === undefined ? null : whatWaits(drafted, contents);
        if (drafted !== undefined && waiting !== null) requireNothingTakenBack(drafted, contents, waiting);
        const publication = publishing(description, () =>
          draft.root === null
            ? publishDraft(repository, draft.targets ?? { metadata: repository.targets, files: new Map() }, making)
            : publishRoot(repository, draft.root, making, draft.targets),
        );
        if (draft.root !== null) await store.saveDraftRoot(tx, null, isoNow(clock));
        await publisher.write(tx, publication, by);
        if (drafted !== undefined) await markPublishedExactly(tx, drafted.installers);
        publisher.record(tx, by, publication, {
          signedElsewhere: [...(draft.root === null ? [] : ['root']), ...(draft.targets === null ? [] : ['targets'])],
          ...(drafted === undefined ? {} : { installers: drafted.installers.length }),
        });
        if (draft.root !== null) {
          events.record(tx, {
            ...by,
            type: 'trust.rotated',
            object: { kind: 'catalogue', id: 'root', name: `version ${description.root?.version ?? 0}` },
            data: { change: 'in force' },
          });
          await publisher.catchUp(tx, by);
        }
        return { description, waiting };
      });
    },
    discard: (by) =>
      database.transaction(async (tx) => {
        const repository = await publisher.lock(tx);
        if ((await store.readDraftRoot(tx.db)) === null) return false;
        await store.saveDraftRoot(tx, null, isoNow(clock));
        const present = describeRepository(repository);
        for (const row of await store.usableKeys(tx.db)) {
          if (row.role === 'director' || present[row.role as keyof typeof present].publicKeys.includes(row.publicKey))
            continue;
          await store.updateKey(tx, row, { privateKey: null, retiredAt: isoNow(clock) });
        }
        events.record(tx, {
          ...by,
          type: 'trust.rotated',
          object: { kind: 'catalogue', id: 'root' },
          data: { change: 'discarded' },
        });
        return true;
      }),
  };
}

function readChecked(text: string): { draft: DraftFile; description: DraftDescription } {
  try {
    const draft = readDraftFile(text);
    return { draft, description: describeDraft(draft) };
  } catch (error) {
    if (error instanceof TrustError) throw new TrustRefusal(error.message, { cause: error });
    throw error;
  }
}

/** A root that somebody's keys signed, but that nobody here waits for, was discarded or replaced since. */
async function requireSameRoot(tx: Transaction, { root }: DraftFile): Promise<void> {
  if (root === null) return;
  const waiting = await store.readDraftRoot(tx.db);
  if (waiting !== null && signedPart(waiting) === signedPart(root)) return;
  throw new TrustRefusal('The change of keys in this draft was replaced or discarded since. Draft and sign it anew.');
}

/**
 * A draft that was overtaken must not put back what has been taken away since: an installer that was disapproved, a
 * prohibition, a key of the director. What was approved since only waits for the next one.
 */
function requireNothingTakenBack(drafted: CatalogueContents, now: CatalogueContents, waiting: Waiting): void {
  const [gone] = waiting.removed;
  if (gone !== undefined) {
    throw new TrustRefusal(`${gone} is no longer approved as it was drafted. Draft and sign the catalogue anew.`);
  }
  const drops = Object.entries(now.prohibited).some(([product, rules]) => {
    const there = new Set((drafted.prohibited[product] ?? []).map((rule) => canonicalJson(rule)));
    return rules.some((rule) => !there.has(canonicalJson(rule)));
  });
  if (drops)
    throw new TrustRefusal('A version was prohibited since this was drafted. Draft and sign the catalogue anew.');
  if (waiting.directorKeys) {
    throw new TrustRefusal('The director’s key has changed since this was drafted. Draft and sign the catalogue anew.');
  }
}

function publishing({ root, targets }: DraftDescription, make: () => Publication): Publication {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    if (error.code !== 'repository.signatures-missing') throw new TrustRefusal(error.message, { cause: error });
    const lacks = Object.entries({ root, targets }).flatMap(([role, part]) =>
      part !== null && part.missing > 0 ? [`${role} lacks ${part.missing}`] : [],
    );
    const what = lacks.length > 0 ? lacks.join(', ') : error.message;
    throw new TrustRefusal(
      `The draft has not all the signatures that it needs: ${what}. Sign it with "usher publish sign".`,
      {
        cause: error,
      },
    );
  }
}

function signedPart(metadata: Uint8Array): string {
  return canonicalJson((JSON.parse(textOf(metadata)) as { signed: unknown }).signed);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
