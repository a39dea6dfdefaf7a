// Passes: leave for one workstation to start a product all the same, for hours, with a reason.
import { longestPassHours, type passAnswerSchema, type passRequestSchema } from '@usher/protocol';
import type * as z from 'zod';
import { isoInstant, isoNow, type Clock } from '../../clock.ts';
import type { Database, Transaction } from '../../database/database.ts';
import { storableText } from '../../database/storable-text.ts';
import { newId, type Random } from '../../ids.ts';
import type { Initiator } from '../../initiator.ts';
import { ProblemError } from '../../problem-error.ts';
import type { EventLog } from '../events/event-log.ts';
import { resolveProduct } from '../products/read-model.ts';
import type { TrustService } from '../trust/service.ts';
import * as store from './store.ts';

/** Passes, given and withdrawn by people, used by workstations. */
export interface PassesService {
  /**
   * Gives a pass from now on for so many hours; its end is a full second, as in the signed text.
   * @throws ProblemError `pass.too-long` (more than 72 hours), `workstation.not-found`, `workstation.wrong-state` for one that is
   *   retired, pending or disabled, `product.not-found`, `product.ambiguous`
   */
  give(
    workstationId: string,
    request: z.output<typeof passRequestSchema>,
    by: Initiator,
  ): Promise<z.output<typeof passAnswerSchema>>;
  /**
   * Withdraws a pass: from the workstation's next check on it does not hold. A text that was carried to a machine that stays offline
   * holds until its end all the same.
   * @throws ProblemError `workstation.not-found`, `pass.not-found`
   */
  withdraw(workstationId: string, passId: string, by: Initiator): Promise<void>;
  /**
   * Notes, with an event, that a workstation started by a pass; the first time only.
   * @param offlineAt when that was by the workstation's word, where the server is told of it afterwards
   */
  markUsed(tx: Transaction, passId: string, by: Initiator, offlineAt?: string): Promise<void>;
  /**
   * The same for a pass that was typed in, which names itself by nothing but its end. What fits no pass is left alone: the workstation's
   * signed policy or its text may be older than the pass's record.
   */
  markTypedUsed(
    tx: Transaction,
    typed: { readonly workstationId: string; readonly productId: string; readonly until: string; readonly at: string },
    by: Initiator,
  ): Promise<void>;
}

const hour = 60 * 60 * 1000;
const second = 1000;

/** Makes the service. */
export function makePassesService(tools: {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly trust: Pick<TrustService, 'signPass'>;
}): PassesService {
  const { database, events, clock, random, trust } = tools;
  return {
    give: async (workstationId, { product, hours, ...asked }, by) => {
      const reason = storableText(asked.reason);
      if (hours > longestPassHours) throw new ProblemError('pass.too-long');
      const now = clock.now();
      const until = isoInstant(Math.floor((now + hours * hour) / second) * second);
      const id = newId('pass', random);
      const productId = await database.transaction(async (tx) => {
        const workstation = await store.lockWorkstation(tx, workstationId);
        if (workstation === undefined) throw new ProblemError('workstation.not-found');
        if (workstation.retiredAt !== null) {
          throw new ProblemError('workstation.wrong-state', `${workstation.hostname} is retired.`);
        }
        if (workstation.status !== 'authorized') {
          throw new ProblemError(
            'workstation.wrong-state',
            `${workstation.hostname} is ${workstation.status}, which no pass overrides: authorize it first.`,
          );
        }
        const { id: productId, name } = await resolveProduct(tx.db, product);
        const givenAt = isoInstant(now);
        const givenBy = JSON.stringify(by.actor);
        await store.insertPass(tx, { id, workstationId, productId, until, reason, givenBy, givenAt });
        events.record(tx, {
          ...by,
          type: 'pass.given',
          object: { kind: 'workstation', id: workstationId, name: workstation.hostname },
          data: { pass: id, product: { id: productId, name }, until, reason },
        });
        return productId;
      });
      return { id, until, code: await trust.signPass({ workstationId, productId, until, reason }) };
    },
    withdraw: (workstationId, passId, by) =>
      database.transaction(async (tx) => {
        const workstation = await store.lockWorkstation(tx, workstationId);
        if (workstation === undefined) throw new ProblemError('workstation.not-found');
        const pass = await store.lockPass(tx, passId);
        if (pass?.workstationId !== workstationId) throw new ProblemError('pass.not-found');
        const now = isoNow(clock);
        if (pass.withdrawnAt !== null || pass.until <= now) return;
        await store.updatePass(tx, passId, { withdrawnAt: now });
        events.record(tx, {
          ...by,
          type: 'pass.withdrawn',
          object: { kind: 'workstation', id: workstationId, name: workstation.hostname },
          data: { pass: passId, until: pass.until },
        });
      }),
    markUsed,
    markTypedUsed: async (tx, { workstationId, productId, until, at }, by) => {
      const id = await store.findPassEnding(tx, { workstationId, productId, until });
      if (id !== undefined) await markUsed(tx, id, by, at);
    },
  };

  async function markUsed(tx: Transaction, passId: string, by: Initiator, offlineAt?: string): Promise<void> {
    const pass = await store.lockPass(tx, passId);
    if (pass?.usedAt !== null) return;
    await store.updatePass(tx, passId, { usedAt: offlineAt ?? isoNow(clock) });
    events.record(tx, {
      ...by,
      type: 'pass.used',
      object: { kind: 'workstation', id: pass.workstationId, name: by.actor.name },
      data: {
        pass: passId,
        until: pass.until,
        reason: pass.reason,
        ...(offlineAt === undefined ? {} : { offline: true, at: offlineAt }),
      },
    });
  }
}
