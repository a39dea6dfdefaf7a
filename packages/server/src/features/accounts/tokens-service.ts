// API tokens: made with a role and an end, shown once, revoked.
import {
  includesRole,
  type createdTokenSchema,
  type Role,
  type tokenBulkSchema,
  type tokenRequestSchema,
} from '@usher/protocol';
import type * as z from 'zod';
import { isoInstant, isoNow } from '../../clock.ts';
import type { Transaction } from '../../database/database.ts';
import { rowsMeant } from '../../http/bulk.ts';
import type { PersonCaller } from '../../http/caller.ts';
import { hashSecret, newId, newSecret } from '../../ids.ts';
import type { Initiator } from '../../initiator.ts';
import { invalidInput, ProblemError } from '../../problem-error.ts';
import type { AccountTools } from './accounts-service.ts';
import { tokensMeant } from './read-model.ts';
import * as store from './store.ts';

/** What every token's text begins with, so that a scanner finds one that was left lying about. */
const tokenMark = 'tk_';

/** API tokens. */
export interface TokensService {
  /** @throws ProblemError `token.role-too-high`, `request.invalid` for an end that has passed */
  create(
    request: z.output<typeof tokenRequestSchema>,
    maker: PersonCaller,
    by: Initiator,
  ): Promise<z.output<typeof createdTokenSchema>>;
  /** @throws ProblemError `token.not-found` */
  revoke(id: string, by: Initiator): Promise<void>;
  /**
   * Revokes many; those that are revoked already are passed over. Answers how many it revoked, or on trial would.
   * @throws ProblemError `token.not-found` naming the unknown ids: nothing is changed then
   */
  bulk(request: z.output<typeof tokenBulkSchema>, isTrial: boolean, by: Initiator): Promise<number>;
}

/** How long a token lasts of which nobody says how long: a year, in milliseconds. */
const usualLifetime = 365 * 24 * 60 * 60 * 1000;

/** Makes the service. */
export function makeTokensService(tools: Omit<AccountTools, 'passwords'>): TokensService {
  const { database, events, clock, random } = tools;

  function recordRevoked(tx: Transaction, { id, name }: store.TokenRow, by: Initiator): void {
    events.record(tx, { ...by, type: 'token.revoked', object: { kind: 'token', id, name } });
  }

  return {
    create: async ({ name, role, expiresAt }, maker, by) => {
      if (!includesRole(maker.role, role)) throw new ProblemError('token.role-too-high');
      const now = isoNow(clock);
      const usual = isoInstant(clock.now() + usualLifetime);
      const end = expiresAt === undefined ? usual : expiresAt === null ? null : isoInstant(Date.parse(expiresAt));
      if (end !== null && end <= now) throw invalidInput('expiresAt', 'has passed already');
      const token = `${tokenMark}${newSecret(random)}`;
      const row = {
        id: newId('token', random),
        hash: hashSecret(token),
        name,
        role,
        createdAt: now,
        expiresAt: end,
        lastUsedAt: null,
        revokedAt: null,
      };
      const account = await database.transaction(async (tx) => {
        const behind = await accountBehind(tx, maker);
        // Whoever lost the role since they asked makes no token that would outlive it.
        if (!includesRole(behind.role as Role, role)) throw new ProblemError('token.role-too-high');
        await store.insertToken(tx, { ...row, createdBy: behind.id });
        const object = { kind: 'token', id: row.id, name };
        events.record(tx, { ...by, type: 'token.created', object, data: { role, expiresAt: end } });
        return behind;
      });
      const { hash: _, ...shown } = row;
      return { ...shown, status: 'valid', createdBy: account.email, token };
    },
    revoke: (id, by) =>
      database.transaction(async (tx) => {
        const row = await store.revokeToken(tx, id, isoNow(clock));
        if (row === undefined) throw new ProblemError('token.not-found');
        recordRevoked(tx, row, by);
      }),
    bulk: (request, isTrial, by) =>
      database.transaction(async (tx) => {
        const now = isoNow(clock);
        const meant = await rowsMeant(request, {
          byIds: (ids) => tx.db.selectFrom('tokens').selectAll().where('id', 'in', ids).execute(),
          byFilter: (filter) => tokensMeant(tx.db, filter, now).selectAll().orderBy('id').execute(),
          unknown: 'token.not-found',
        });
        const ending = meant.filter(({ revokedAt }) => revokedAt === null);
        if (isTrial) return ending.length;
        let revoked = 0;
        for (const { id } of ending) {
          const row = await store.revokeToken(tx, id, now);
          if (row === undefined) continue;
          recordRevoked(tx, row, by);
          revoked += 1;
        }
        return revoked;
      }),
  };
}

/** The person who answers for a token: the account itself, or the one whose token makes another. They end together. */
async function accountBehind(tx: Transaction, maker: PersonCaller): Promise<store.AccountRow> {
  const id = maker.kind === 'account' ? maker.id : (await store.findToken(tx.db, maker.id))?.createdBy;
  const account = id === undefined ? undefined : await store.lockAccount(tx, id);
  if (account?.status !== 'active') throw new ProblemError('session.required');
  return account;
}
