// Groups: filters of workstations that are kept under a name.
import type { groupBulkSchema, groupRequestSchema, WorkstationFilter } from '@usher/protocol';
import type * as z from 'zod';
import { isoNow, type Clock } from '../../clock.ts';
import type { Database, Transaction } from '../../database/database.ts';
import { storableText } from '../../database/storable-text.ts';
import { isUniqueViolation } from '../../database/postgres-dialect.ts';
import { rowsMeant } from '../../http/bulk.ts';
import { newId, type Random } from '../../ids.ts';
import type { Initiator } from '../../initiator.ts';
import { invalidInput, ProblemError } from '../../problem-error.ts';
import type { EventLog } from '../events/event-log.ts';
import { resolveFilter } from '../workstations/read-model.ts';
import { groupsMeant } from './read-model.ts';
import * as store from './store.ts';

type GroupRequest = z.output<typeof groupRequestSchema>;
type GroupChange = { readonly [Member in keyof GroupRequest]?: GroupRequest[Member] | undefined };

/** Groups. A filter that names another group or retired workstations is refused, as is one that names an unknown product. */
export interface GroupsService {
  /** Answers the new group's id. @throws ProblemError `group.duplicate`, `product.not-found`, `request.invalid` */
  create(request: GroupRequest, by: Initiator): Promise<string>;
  /** @throws ProblemError `group.not-found`, `group.duplicate`, `product.not-found`, `request.invalid` */
  change(id: string, request: GroupChange, by: Initiator): Promise<void>;
  /** Updates that were given the group's workstations keep them. @throws ProblemError `group.not-found` */
  remove(id: string, by: Initiator): Promise<void>;
  /**
   * Deletes many. Answers how many it deleted, or on trial would.
   * @throws ProblemError `group.not-found` naming the unknown ids: nothing is changed then
   */
  bulk(request: z.output<typeof groupBulkSchema>, isTrial: boolean, by: Initiator): Promise<number>;
}

/** Makes the service. */
export function makeGroupsService(tools: {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
}): GroupsService {
  const { database, events, clock, random } = tools;

  async function check(tx: Transaction, filter: WorkstationFilter): Promise<void> {
    // A group of groups could mean itself.
    if (filter.group !== undefined) throw invalidInput('filter.group', 'a group cannot mean another group');
    if (filter.retired === true) throw invalidInput('filter.retired', 'a group cannot mean retired workstations');
    await resolveFilter(tx.db, filter);
  }

  async function erase(tx: Transaction, id: string, by: Initiator): Promise<void> {
    const row = await store.lockGroup(tx, id);
    if (row === undefined) throw new ProblemError('group.not-found');
    await store.deleteGroup(tx, id);
    const data = { filter: JSON.parse(row.filter) as WorkstationFilter };
    events.record(tx, { ...by, type: 'group.deleted', object: { kind: 'group', id, name: row.name }, data });
  }

  async function unique<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      return await database.transaction(work);
    } catch (error) {
      if (isUniqueViolation(error)) throw new ProblemError('group.duplicate', undefined, { cause: error });
      throw error;
    }
  }

  return {
    create: ({ name: asked, filter }, by) =>
      unique(async (tx) => {
        const name = storableText(asked);
        await check(tx, filter);
        const id = newId('group', random);
        const createdBy = JSON.stringify(by.actor);
        await store.insertGroup(tx, { id, name, filter: JSON.stringify(filter), createdBy, createdAt: isoNow(clock) });
        events.record(tx, { ...by, type: 'group.created', object: { kind: 'group', id, name }, data: { filter } });
        return id;
      }),
    change: (id, { name, filter }, by) =>
      unique(async (tx) => {
        const row = await store.lockGroup(tx, id);
        if (row === undefined) throw new ProblemError('group.not-found');
        if (filter !== undefined) await check(tx, filter);
        const before = { name: row.name, filter: JSON.parse(row.filter) as WorkstationFilter };
        const after = { name: name === undefined ? before.name : storableText(name), filter: filter ?? before.filter };
        if (JSON.stringify(after) === JSON.stringify(before)) return;
        await store.updateGroup(tx, id, { name: after.name, filter: JSON.stringify(after.filter) });
        const object = { kind: 'group', id, name: after.name };
        events.record(tx, { ...by, type: 'group.changed', object, data: { from: before, to: after } });
      }),
    remove: (id, by) => database.transaction((tx) => erase(tx, id, by)),
    bulk: (request, isTrial, by) =>
      database.transaction(async (tx) => {
        const meant = await rowsMeant(request, {
          byIds: (ids) => tx.db.selectFrom('groups').select('id').where('id', 'in', ids).execute(),
          byFilter: (filter) => groupsMeant(tx.db, filter).select('id').orderBy('id').execute(),
          unknown: 'group.not-found',
        });
        if (!isTrial) for (const { id } of meant) await erase(tx, id, by);
        return meant.length;
      }),
  };
}
