// What happens to installers once they are here: changed, decided on, deleted.
import type { inspectInstaller, SignatureFacts } from '@usher/msi';
import type {
  Actor,
  approveRequestSchema,
  disapproveRequestSchema,
  Impact,
  installerPatchSchema,
} from '@usher/protocol';
import type * as z from 'zod';
import { isoNow, type Clock } from '../../clock.ts';
import type { Config } from '../../config.ts';
import type { Database, Reader, Transaction } from '../../database/database.ts';
import { storableText } from '../../database/storable-text.ts';
import type { Random } from '../../ids.ts';
import type { Initiator } from '../../initiator.ts';
import { ProblemError } from '../../problem-error.ts';
import type { EventLog } from '../events/event-log.ts';
import type { CatalogueHook } from '../products/catalogue-hook.ts';
import { impactOf } from '../products/impact.ts';
import { publisherFault } from '../products/publisher-rule.ts';
import { prohibitionsInForce } from '../products/read-model.ts';
import type { LockedProduct, ProductsService } from '../products/service.ts';
import type { TrustService } from '../trust/service.ts';
import { installersOf } from './read-model.ts';
import type { InstallerStorage } from './storage.ts';
import * as store from './store.ts';
import type { InstallerRow } from './store.ts';

type Approval = z.output<typeof approveRequestSchema>;
type Disapproval = z.output<typeof disapproveRequestSchema>;
type Patch = z.output<typeof installerPatchSchema>;

/** What installers need. */
export interface InstallerTools {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: InstallerStorage;
  readonly products: ProductsService;
  readonly trust: Pick<TrustService, 'publish'>;
  readonly onCatalogueChanged: readonly CatalogueHook[];
  readonly inspect: typeof inspectInstaller;
  readonly config: Pick<Config, 'timeStampAuthorities'>;
  /** Waits as long as decisions count as made at once. */
  readonly pause: () => Promise<void>;
}

/** Installers that are here. */
export interface InstallersService {
  /** @throws ProblemError `installer.not-found`, `installer.properties-fixed` */
  change(id: string, patch: Patch, by: Initiator): Promise<void>;
  /**
   * Approves, pins the publisher, and publishes.
   * @throws ProblemError `installer.not-found`, `installer.not-acknowledged`, `installer.already-decided` (also where somebody else
   *   decided while this was under way), `installer.reason-required` after a disapproval, `installer.own-upload`,
   *   `installer.unsigned`, `installer.untrusted`
   */
  approve(id: string, approval: Approval, by: Initiator): Promise<void>;
  /** Disapproves, and takes it out of the catalogue. @throws ProblemError `installer.not-found`, `installer.already-decided` */
  disapprove(id: string, disapproval: Disapproval, by: Initiator): Promise<void>;
  /** What a disapproval would do. @throws ProblemError `installer.not-found` */
  impact(id: string): Promise<Impact>;
  /** @throws ProblemError `installer.not-found`, `installer.in-use` where it was ever decided on */
  remove(id: string, by: Initiator): Promise<void>;
}

/** Makes the service. */
export function makeInstallersService(tools: InstallerTools): InstallersService {
  const { database, events, clock, storage, products, trust, onCatalogueChanged, pause } = tools;

  interface Decided {
    readonly decision: 'approved' | 'disapproved';
    readonly reason: string | null;
    readonly note: string | null;
  }

  /**
   * What whoever decides has seen. Nobody decides before all who asked at the same moment have seen the same: each of them decides
   * about that, the quickest alone succeeds, and the others are told, whatever order their requests are taken up in.
   */
  async function seenBefore(id: string, named: string | undefined): Promise<InstallerRow> {
    const before = await requireInstaller(database.read, id);
    if (named !== undefined && named !== before.decision) throw alreadyDecided(before);
    await pause();
    return before;
  }

  /**
   * Locks what a decision is about. Who decides has seen a certain decision: the one they name, or the one that held when
   * the request came; where it is another by now, somebody else was quicker.
   */
  async function lockUndecided(
    tx: Transaction,
    seen: { id: string; decision: string; decidedAt: string | null },
    wanted: Decided['decision'],
  ): Promise<{ row: InstallerRow; locked: LockedProduct }> {
    const { productId } = await requireInstaller(tx.db, seen.id);
    const locked = await products.lock(tx, productId);
    const row = await store.lockInstaller(tx, seen.id);
    if (row === undefined) throw new ProblemError('installer.not-found');
    if (row.decision === wanted || row.decision !== seen.decision || row.decidedAt !== seen.decidedAt) {
      throw alreadyDecided(row);
    }
    return { row, locked };
  }

  async function decide(tx: Transaction, row: InstallerRow, decided: Decided, by: Initiator): Promise<void> {
    const { decision, reason, note } = decided;
    const actor = JSON.stringify(by.actor);
    const at = isoNow(clock);
    await store.updateInstaller(tx, row.id, { decision, decidedBy: actor, decidedAt: at, reason, note });
    await store.insertDecision(tx, { installerId: row.id, decision, by: actor, at, reason, note });
    const { productId: product, version, architecture, language, sha256 } = row;
    events.record(tx, {
      ...by,
      type: `installer.${decision}`,
      object: objectOf(row),
      data: { from: row.decision, product, version, architecture, language, sha256, reason, note },
    });
    await trust.publish(tx, by);
    for (const hook of onCatalogueChanged) await hook(tx, product, by);
  }

  return {
    change: async (id, patch, by) => {
      await database.transaction(async (tx) => {
        const row = await store.lockInstaller(tx, id);
        if (row === undefined) throw new ProblemError('installer.not-found');
        const changes: Partial<Pick<InstallerRow, 'releaseNotes' | 'properties'>> = {};
        const notes = patch.releaseNotes;
        if (notes !== undefined && storedNotes(notes) !== row.releaseNotes) changes.releaseNotes = storedNotes(notes);
        if (patch.properties !== undefined && !isSameJson(patch.properties, row.properties)) {
          const decisions = await store.decisionsOn(tx.db, id);
          if (decisions.some(({ decision }) => decision === 'approved'))
            throw new ProblemError('installer.properties-fixed');
          changes.properties = JSON.stringify(patch.properties);
        }
        if (Object.keys(changes).length === 0) return;
        await store.updateInstaller(tx, id, changes);
        events.record(tx, {
          ...by,
          type: 'installer.changed',
          object: objectOf(row),
          data: {
            from: Object.fromEntries(Object.keys(changes).map((name) => [name, row[name as keyof typeof changes]])),
            to: changes,
          },
        });
      });
    },

    approve: async (id, { acknowledged, note, reason, seen }, by) => {
      if (acknowledged !== true) {
        await requireInstaller(database.read, id);
        throw new ProblemError(
          'installer.not-acknowledged',
          'Approving means having reviewed the changes, features and impacts of this version: send "acknowledged": true.',
        );
      }
      const before = await seenBefore(id, seen);
      await database.transaction(async (tx) => {
        const { row, locked } = await lockUndecided(tx, before, 'approved');
        if (row.decision === 'disapproved' && reason === undefined) {
          throw new ProblemError(
            'installer.reason-required',
            'This version was disapproved. Say why it may be used again.',
          );
        }
        const { product, publishers } = locked;
        if (product.separationOfDuties === 1 && (await isOwnUpload(tx.db, row, by.actor))) {
          throw new ProblemError('installer.own-upload');
        }
        const signature = JSON.parse(row.signature) as SignatureFacts;
        const fault = publisherFault({ signature: product.signature, publishers }, signature);
        if (fault !== null) throw new ProblemError(fault);
        await products.pin(tx, locked, signature, by);
        await decide(tx, row, { decision: 'approved', reason: stored(reason), note: stored(note) }, by);
      });
    },

    disapprove: async (id, { reason, seen }, by) => {
      const before = await seenBefore(id, seen);
      await database.transaction(async (tx) => {
        const { row } = await lockUndecided(tx, before, 'disapproved');
        await decide(tx, row, { decision: 'disapproved', reason: stored(reason), note: null }, by);
      });
    },

    impact: async (id) => {
      const { productId, versionKey } = await requireInstaller(database.read, id);
      const installers = await installersOf(database.read, productId);
      return impactOf(
        database.read,
        {
          productId,
          numbers: await prohibitionsInForce(database.read, productId),
          installers: installers.map((each) => (each.id === id ? { ...each, decision: 'disapproved' as const } : each)),
          versions: { kind: 'version', key: versionKey },
        },
        isoNow(clock),
      );
    },

    remove: async (id, by) => {
      const { productId, sha256 } = await requireInstaller(database.read, id);
      await database.transaction(async (tx) => {
        await products.lock(tx, productId);
        const row = await store.lockInstaller(tx, id);
        if (row === undefined) throw new ProblemError('installer.not-found');
        const decisions = await store.decisionsOn(tx.db, id);
        if (decisions.length > 0) {
          throw new ProblemError(
            'installer.in-use',
            'This installer was decided on: it stays on record with the decision.',
          );
        }
        await store.deleteInstaller(tx, id);
        const { version, architecture, language } = row;
        events.record(tx, {
          ...by,
          type: 'installer.deleted',
          object: objectOf(row),
          data: { product: productId, version, architecture, language, sha256 },
        });
      });
      // Only now, and while no upload of the same file can come in between: a row must never lack its file.
      await database.transaction(async (tx) => {
        await products.lock(tx, productId);
        if ((await store.findBySha256(tx.db, sha256)) === undefined) await storage.remove(sha256);
      });
    },
  };
}

async function requireInstaller(read: Reader, id: string): Promise<InstallerRow> {
  const row = await store.findInstaller(read, id);
  if (row === undefined) throw new ProblemError('installer.not-found');
  return row;
}

function alreadyDecided({ decision, decidedBy, decidedAt }: InstallerRow): ProblemError {
  if (decidedBy === null || decidedAt === null)
    return new ProblemError('installer.already-decided', 'It is pending now.');
  const { name } = JSON.parse(decidedBy) as Actor;
  return new ProblemError('installer.already-decided', `It was ${decision} by ${name} at ${decidedAt}.`);
}

/** Whether the same person uploaded it, be it through an API token of theirs. */
async function isOwnUpload(read: Reader, row: InstallerRow, actor: Actor): Promise<boolean> {
  const uploader = JSON.parse(row.uploadedBy) as Actor;
  return (await personBehind(read, uploader)) === (await personBehind(read, actor));
}

async function personBehind(read: Reader, { kind, id }: Actor): Promise<string> {
  if (kind !== 'token') return `${kind} ${id ?? ''}`;
  const token = await read
    .selectFrom('tokens')
    .select('createdBy')
    .where('id', '=', id ?? '')
    .executeTakeFirst();
  return token === undefined ? `token ${id ?? ''}` : `account ${token.createdBy}`;
}

function stored(text: string | undefined): string | null {
  return text === undefined ? null : storableText(text);
}

/** Empty notes are none. */
function storedNotes(notes: string | null): string | null {
  return notes === null || notes.trim() === '' ? null : storableText(notes);
}

function isSameJson(properties: Readonly<Record<string, string>>, kept: string): boolean {
  const sorted = (record: Readonly<Record<string, string>>) => JSON.stringify(Object.entries(record).sort());
  return sorted(properties) === sorted(JSON.parse(kept) as Record<string, string>);
}

function objectOf({ id, productName, version }: InstallerRow) {
  return { kind: 'installer', id, name: `${productName} ${version}` };
}
