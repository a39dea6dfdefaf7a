// What a check moves: assignments that it finds installed or not any more, updates that begin, a first telling and a first offer.
import { sameVersion, type AssignmentMove, type AssignmentState } from '@usher/core';
import type { EventType } from '@usher/protocol';
import type { Updateable } from 'kysely';
import { isoNow } from '../../clock.ts';
import type { Transaction } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';
import type { Initiator } from '../../initiator.ts';
import { cutoffThere, type Held } from './held.ts';
import { isOpen, type Standing, type UpdateTools } from './standing.ts';
import { changeAssignment, lockUpdates } from './store.ts';
import { because } from './why.ts';

/** What a check comes to, as far as it concerns updates. */
export interface CheckOutcome {
  readonly workstation: { readonly id: string; readonly hostname: string };
  readonly installedVersion: string | null;
  /** What it ran before this check, as far as was known; undefined where it never told. */
  readonly knownVersion: string | null | undefined;
  /** As the workstation reports it now. */
  readonly timeZone: string;
  /** As they were locked for this check. */
  readonly held: readonly Held[];
  readonly moves: readonly AssignmentMove[];
  /** The update that the policy carries. */
  readonly carriedId: string | null;
  /** The verdict offers or requires it. */
  readonly isOffered: boolean;
  /** Why an assignment is not applicable, by update. */
  readonly whyNot: ReadonlyMap<string, string>;
}

/** What checks do to updates. */
export interface CheckMoves {
  /** Begins those of these scheduled updates whose time has come. */
  beginThose(tx: Transaction, ids: readonly string[]): Promise<void>;
  /** Writes what a check moves, with its events. The updates that change with it are locked. */
  recordCheck(tx: Transaction, outcome: CheckOutcome, by: Initiator): Promise<void>;
}

/** The updates that moves may complete or open again: to be locked before the assignments. */
export function updatesMovedBy(moves: readonly AssignmentMove[]): string[] {
  const ids = moves.filter(({ from, to }) => isOpen(from) !== isOpen(to)).map(({ updateId }) => updateId);
  return [...new Set(ids)].sort();
}

/** Whether a policy that carries this assignment tells something that is not kept yet. */
export function isFirstTold(held: Held): boolean {
  return held.toldAt === null || (held.cutoffLocal !== null && held.cutoffAt === null);
}

const eventTypes: Readonly<Partial<Record<AssignmentMove['event'], EventType>>> = {
  'check-confirmed': 'assignment.installed',
  'check-reopened': 'assignment.reopened',
  supersede: 'assignment.superseded',
  'not-applicable': 'assignment.not-applicable',
  'applicable-again': 'assignment.applicable-again',
};

/** Makes what checks do. */
export function makeCheckMoves(tools: UpdateTools & { readonly standing: Standing }): CheckMoves {
  const { events, clock, sightings, standing } = tools;

  async function applyMoves(tx: Transaction, held: Held, outcome: CheckOutcome, by: Initiator): Promise<void> {
    const { workstation, installedVersion, whyNot } = outcome;
    const now = isoNow(clock);
    const moves = outcome.moves.filter(({ updateId }) => updateId === held.updateId);
    let changes: Updateable<Tables['assignments']> = {};
    for (const { event, from, to } of moves) {
      const newest = outcome.held.find(({ updateId }) => updateId === outcome.carriedId);
      const perEvent: Partial<Record<AssignmentMove['event'], typeof changes>> = {
        'check-confirmed': {
          installedAt: wasThere(held, outcome) ? null : now,
          why: null,
          lastError: null,
          relaxedUntil: null,
        },
        'check-reopened': {
          installedAt: null,
          failures: 0,
          restartNeeded: 0,
          progressBytes: null,
          progressTotal: null,
          why: reopenedWhy(from, installedVersion),
        },
        supersede: { why: newest === undefined ? null : because('superseded', { update: newest.name }) },
        'not-applicable': { why: whyNot.get(held.updateId) ?? null },
        'applicable-again': { why: null },
      };
      changes = { ...changes, ...perEvent[event], state: to, updatedAt: now };
      const type = eventTypes[event];
      if (type !== undefined) {
        events.record(tx, {
          ...by,
          type,
          object: { kind: 'update', id: held.updateId, name: held.name },
          data: { workstation, from, target: held.targetVersion, installedVersion, attempts: held.attempt },
        });
      }
    }
    await changeAssignment(tx, held, changes);
    if (changes.state === 'installed') await sightings.clearFailure(tx, workstation.id, held.productId);
  }

  async function tell(tx: Transaction, held: Held, outcome: CheckOutcome, by: Initiator): Promise<void> {
    const now = isoNow(clock);
    const changes: Updateable<Tables['assignments']> = {};
    if (isFirstTold(held)) {
      const timeZone = held.timeZone ?? outcome.timeZone;
      changes.toldAt = held.toldAt ?? now;
      changes.timeZone = timeZone;
      if (held.cutoffLocal !== null) changes.cutoffAt = cutoffThere(held, timeZone);
    }
    if (outcome.isOffered && held.offeredAt === null) {
      changes.offeredAt = now;
      standing.record(tx, by, 'assignment.offered', asUpdate(held), {
        workstation: outcome.workstation,
        target: held.targetVersion,
        installedVersion: outcome.installedVersion,
      });
    }
    await changeAssignment(tx, held, changes);
  }

  return {
    beginThose: async (tx, ids) => {
      for (const update of await lockUpdates(tx, ids)) {
        const isDue = update.startsAt === null || update.startsAt <= isoNow(clock);
        if (update.state === 'scheduled' && isDue) await standing.begin(tx, update);
      }
    },
    recordCheck: async (tx, outcome, by) => {
      const moved = new Set(outcome.moves.map(({ updateId }) => updateId));
      for (const held of outcome.held) {
        if (moved.has(held.updateId)) await applyMoves(tx, held, outcome, by);
        if (held.updateId === outcome.carriedId) await tell(tx, held, outcome, by);
      }
      for (const update of await lockUpdates(tx, updatesMovedBy(outcome.moves))) {
        await standing.settle(tx, update, by);
      }
    },
  };
}

/** Whether a workstation had the target before the update could do anything there. */
function wasThere({ offeredAt, attempt, targetVersion }: Held, { knownVersion }: CheckOutcome): boolean {
  if (offeredAt !== null || attempt > 0 || knownVersion === null) return false;
  return knownVersion === undefined || sameVersion(knownVersion, targetVersion);
}

function reopenedWhy(from: AssignmentState, installedVersion: string | null): string {
  if (from === 'superseded') return because('stands-again');
  return installedVersion === null ? because('product-gone') : because('other-version', { version: installedVersion });
}

/** As much of an update as an event names. */
function asUpdate({ updateId, name }: Held): Parameters<Standing['record']>[3] {
  return { id: updateId, name };
}
