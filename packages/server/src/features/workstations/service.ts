// What happens to workstations after their activation: authorized, disabled, changed, retired, replaced, many at once.
import type { bulkRequestSchema, workstationPatchSchema } from '@usher/protocol';
import type * as z from 'zod';
import { isoNow, type Clock } from '../../clock.ts';
import type { Database, Transaction } from '../../database/database.ts';
import { storableText } from '../../database/storable-text.ts';
import type { WorkstationCaller } from '../../http/caller.ts';
import { hashSecret } from '../../ids.ts';
import type { Initiator } from '../../initiator.ts';
import { invalidInput, ProblemError, type Fault } from '../../problem-error.ts';
import type { EventLog } from '../events/event-log.ts';
import { matching, resolveFilter } from './read-model.ts';
import { makeSightings, type Sightings } from './sightings.ts';
import * as store from './store.ts';
import type { WorkstationRow } from './store.ts';

/** What follows elsewhere, in the same transaction, when a workstation ends or is succeeded. */
export interface WorkstationHooks {
  /** After these workstations were retired (not those that were replaced). */
  readonly onRetired: readonly ((tx: Transaction, ids: readonly string[], by: Initiator) => Promise<void>)[];
  /** After `newId` took over the place of `oldId`, which is retired. */
  readonly onReplaced: readonly ((tx: Transaction, oldId: string, newId: string, by: Initiator) => Promise<void>)[];
}

type Patch = z.output<typeof workstationPatchSchema>;
type Bulk = z.output<typeof bulkRequestSchema>;
type Action = Bulk['action'];

/** Workstations, once they are there. Activation makes them. */
export interface WorkstationsService extends Sightings {
  /** Who a token belongs to; null where nobody's (any more). */
  identify(token: string): Promise<WorkstationCaller | null>;
  /** @throws ProblemError `workstation.not-found`, `workstation.wrong-state` for a retired one */
  authorize(id: string, reason: string | undefined, by: Initiator): Promise<void>;
  /** @throws ProblemError `workstation.not-found`, `workstation.wrong-state` for a retired one */
  disable(id: string, reason: string | undefined, by: Initiator): Promise<void>;
  /** Ends a workstation: its token ends, its history stays. @throws ProblemError `workstation.not-found` */
  retire(id: string, reason: string | undefined, by: Initiator): Promise<void>;
  /** Changes tags and note. @throws ProblemError `workstation.not-found`, `workstation.wrong-state` for a retired one */
  change(id: string, patch: Patch, by: Initiator): Promise<void>;
  /**
   * Lets `newId` take over the place of `oldId`: its status, tags, note and (through the hooks) assignments. The new record's id, key and
   * token stay, since they are what the machine holds now; the old record is retired and names its successor.
   * @throws ProblemError `workstation.not-found`, `workstation.wrong-state` where either is retired
   */
  replace(oldId: string, newId: string, reason: string | undefined, by: Initiator): Promise<void>;
  /**
   * Does one thing to many, a part at a time; those that it would not change are passed over. Answers how many it changed.
   * @throws ProblemError `workstation.not-found` naming the unknown ids, `product.not-found`, `group.not-found`: nothing is changed then
   */
  bulk(request: Bulk, by: Initiator): Promise<number>;
}

/** Workstations of one transaction of a bulk action. */
const partSize = 500;

/** Makes the service. */
export function makeWorkstationsService(tools: {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly hooks: WorkstationHooks;
}): WorkstationsService {
  const { database, events, clock, hooks } = tools;

  const record = (
    tx: Transaction,
    by: Initiator,
    type: Parameters<EventLog['record']>[1]['type'],
    row: WorkstationRow,
    data: object,
  ) =>
    events.record(tx, {
      ...by,
      type,
      object: { kind: 'workstation', id: row.id, name: row.hostname },
      data: { ...data },
    });

  /** Moves locked, live workstations to a status. Answers how many were in another. */
  async function setStatus(
    tx: Transaction,
    rows: readonly WorkstationRow[],
    status: 'authorized' | 'disabled',
    reason: string | undefined,
    by: Initiator,
  ): Promise<number> {
    const others = rows.filter((row) => row.status !== status);
    await store.updateWorkstations(tx, idsOf(others), { status });
    for (const row of others) record(tx, by, `workstation.${status}`, row, { from: row.status, reason });
    return others.length;
  }

  function setOne(id: string, status: 'authorized' | 'disabled', reason: string | undefined, by: Initiator) {
    return database.transaction(async (tx) => {
      await setStatus(tx, [await lockLive(tx, id)], status, reason, by);
    });
  }

  /** Retires locked, live workstations. */
  async function end(
    tx: Transaction,
    rows: readonly WorkstationRow[],
    reason: string | undefined,
    by: Initiator,
  ): Promise<number> {
    if (rows.length === 0) return 0;
    await store.updateWorkstations(tx, idsOf(rows), { retiredAt: isoNow(clock), tokenHash: null, online: 0 });
    for (const row of rows) record(tx, by, 'workstation.removed', row, { status: row.status, reason });
    for (const hook of hooks.onRetired) await hook(tx, idsOf(rows), by);
    return rows.length;
  }

  async function tag(
    tx: Transaction,
    rows: readonly WorkstationRow[],
    change: {
      readonly add: readonly string[];
      readonly remove: readonly string[];
      readonly reason?: string | undefined;
    },
    by: Initiator,
  ): Promise<number> {
    const before = await store.tagsOf(tx.db, idsOf(rows));
    const added: { workstationId: string; tag: string }[] = [];
    let changed = 0;
    for (const row of rows) {
      const from = before.get(row.id) ?? [];
      const missing = change.add.filter((name) => !from.includes(name));
      const to = inOrder([...from.filter((name) => !change.remove.includes(name)), ...missing]);
      if (to.join('\n') === from.join('\n')) continue;
      changed += 1;
      added.push(...missing.map((name) => ({ workstationId: row.id, tag: name })));
      record(tx, by, 'workstation.changed', row, { from: { tags: from }, to: { tags: to }, reason: change.reason });
    }
    await store.addTags(tx, added);
    await store.removeTags(tx, idsOf(rows), change.remove);
    return changed;
  }

  async function actOn(
    tx: Transaction,
    rows: readonly WorkstationRow[],
    request: Bulk,
    by: Initiator,
  ): Promise<number> {
    const { reason, tags = [] } = request;
    const actions: Record<Action, () => Promise<number>> = {
      authorize: () => setStatus(tx, rows, 'authorized', reason, by),
      disable: () => setStatus(tx, rows, 'disabled', reason, by),
      retire: () => end(tx, rows, reason, by),
      tag: () => tag(tx, rows, { add: inOrder(tags), remove: [], reason }, by),
      untag: () => tag(tx, rows, { add: [], remove: inOrder(tags), reason }, by),
    };
    return actions[request.action]();
  }

  async function idsFor(request: Bulk): Promise<string[]> {
    const { ids, filter } = request;
    if (filter !== undefined) {
      if (filter.retired === true) throw invalidInput('filter.retired', 'nothing can be done to retired workstations');
      const query = matching(database.read, await resolveFilter(database.read, filter));
      return (await query.select('workstations.id').orderBy('workstations.id').execute()).map(({ id }) => id);
    }
    const asked = [...new Set(ids)];
    const found = await store.inChunks(asked, (chunk) =>
      database.read.selectFrom('workstations').select('id').where('id', 'in', chunk).execute(),
    );
    const known = new Set(found.map(({ id }) => id));
    const errors = (ids ?? []).flatMap((id, index): Fault[] =>
      known.has(id) ? [] : [{ path: `ids.${index}`, message: 'is no workstation' }],
    );
    if (errors.length > 0) {
      throw new ProblemError('workstation.not-found', `${errors.length} of the ids are of no workstation.`, { errors });
    }
    return asked;
  }

  return {
    ...makeSightings(tools),
    identify: async (token) => {
      const row = await store.findByToken(database.read, hashSecret(token));
      if (row === undefined) return null;
      return { kind: 'workstation', id: row.id, name: row.hostname, status: row.status as WorkstationCaller['status'] };
    },
    authorize: (id, reason, by) => setOne(id, 'authorized', reason, by),
    disable: (id, reason, by) => setOne(id, 'disabled', reason, by),
    retire: (id, reason, by) =>
      database.transaction(async (tx) => {
        const row = await lock(tx, id);
        if (row.retiredAt === null) await end(tx, [row], reason, by);
      }),
    change: (id, patch, by) =>
      database.transaction(async (tx) => {
        const row = await lockLive(tx, id);
        const tagsBefore = (await store.tagsOf(tx.db, [id])).get(id) ?? [];
        const from: Partial<Pick<Patch, 'tags' | 'note'>> = {};
        const to: Partial<Pick<Patch, 'tags' | 'note'>> = {};
        if (patch.tags !== undefined) {
          const tags = inOrder(patch.tags);
          if (tags.join('\n') !== tagsBefore.join('\n')) [from.tags, to.tags] = [tagsBefore, tags];
          await store.removeTags(
            tx,
            [id],
            tagsBefore.filter((name) => !tags.includes(name)),
          );
          await store.addTags(
            tx,
            tags.map((name) => ({ workstationId: id, tag: name })),
          );
        }
        const note = patch.note ? storableText(patch.note) : patch.note === '' ? null : patch.note;
        if (note !== undefined && note !== row.note) {
          [from.note, to.note] = [row.note, note];
          await store.updateWorkstation(tx, id, { note });
        }
        if (Object.keys(to).length > 0) record(tx, by, 'workstation.changed', row, { from, to });
      }),
    replace: async (oldId, newId, reason, by) => {
      if (oldId === newId) throw invalidInput('with', 'is the same workstation');
      await database.transaction(async (tx) => {
        // Both in one order, whichever replaces which.
        const rows = await store.lockWorkstations(tx, [oldId, newId]);
        const [old, successor] = [oldId, newId].map((id) =>
          liveOf(
            rows.find((row) => row.id === id),
            id,
          ),
        );
        if (old === undefined || successor === undefined) throw new ProblemError('workstation.not-found');
        const tags = await store.tagsOf(tx.db, [oldId]);
        await store.addTags(
          tx,
          (tags.get(oldId) ?? []).map((name) => ({ workstationId: newId, tag: name })),
        );
        const status = old.status === 'pending' ? successor.status : old.status;
        await store.updateWorkstation(tx, newId, { status, note: successor.note ?? old.note, claimsId: null });
        await store.updateWorkstation(tx, oldId, {
          retiredAt: isoNow(clock),
          tokenHash: null,
          online: 0,
          replacedBy: newId,
        });
        const data = {
          by: { id: newId, hostname: successor.hostname },
          status,
          statusBefore: successor.status,
          reason,
        };
        record(tx, by, 'workstation.replaced', old, data);
        for (const hook of hooks.onReplaced) await hook(tx, oldId, newId, by);
      });
    },
    bulk: async (request, by) => {
      const ids = await idsFor(request);
      let changed = 0;
      for (let start = 0; start < ids.length; start += partSize) {
        const part = ids.slice(start, start + partSize);
        changed += await database.transaction(async (tx) => {
          const rows = await store.lockWorkstations(tx, part);
          return actOn(
            tx,
            rows.filter((row) => row.retiredAt === null),
            request,
            by,
          );
        });
      }
      return changed;
    },
  };
}

async function lock(tx: Transaction, id: string): Promise<WorkstationRow> {
  const row = await store.lockWorkstation(tx, id);
  if (row === undefined) throw new ProblemError('workstation.not-found');
  return row;
}

async function lockLive(tx: Transaction, id: string): Promise<WorkstationRow> {
  return liveOf(await store.lockWorkstation(tx, id), id);
}

function liveOf(row: WorkstationRow | undefined, id: string): WorkstationRow {
  if (row === undefined) throw new ProblemError('workstation.not-found', `There is no workstation ${id}.`);
  if (row.retiredAt !== null) throw new ProblemError('workstation.wrong-state', `${row.hostname} (${id}) is retired.`);
  return row;
}

function idsOf(rows: readonly WorkstationRow[]): string[] {
  return rows.map(({ id }) => id);
}

/** Each tag once, in an order that does not depend on who wrote them down. */
function inOrder(tags: readonly string[]): string[] {
  return [...new Set(tags.map(storableText))].sort();
}
