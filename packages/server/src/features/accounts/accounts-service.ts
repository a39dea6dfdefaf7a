// What happens to accounts: made, changed, disabled; always at least one owner who can sign in.
import {
  accountPatchSchema,
  accountRequestSchema,
  includesRole,
  roles,
  type accountBulkSchema,
  shortestPassword,
  type Account,
  type Role,
} from '@usher/protocol';
import type * as z from 'zod';
import { isoNow, type Clock } from '../../clock.ts';
import type { Database, Transaction } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/postgres-dialect.ts';
import { newId, type Random } from '../../ids.ts';
import { rowsMeant } from '../../http/bulk.ts';
import type { Initiator } from '../../initiator.ts';
import { faultsOf, invalidInput, invalidInputs, ProblemError } from '../../problem-error.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Passwords } from './password.ts';
import { accountOf, accountsMeant } from './read-model.ts';
import * as store from './store.ts';

/** What accounts need. */
export interface AccountTools {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly passwords: Passwords;
}

type AccountPatch = z.output<typeof accountPatchSchema>;

/** A new account, before it has an id. */
export interface NewAccount {
  readonly email: string;
  readonly name?: string | undefined;
  readonly role: Role;
  readonly password: string;
}

/** Accounts of people. */
export interface AccountsService {
  exist(): Promise<boolean>;
  /** @throws ProblemError `account.not-found` */
  get(id: string): Promise<Account>;
  /** @throws ProblemError `account.duplicate`, `request.invalid` */
  create(account: NewAccount, by: Initiator): Promise<Account>;
  /** Makes an account within a transaction that already runs; the password is hashed before it. */
  createWithin(tx: Transaction, account: NewAccount & { passwordHash: string }, by: Initiator): Promise<Account>;
  /**
   * Changes what somebody else may change. A new password and a disabled account end its sessions; a disabled account's
   * API tokens end too, and those that may do more than the account's new role.
   * @throws ProblemError `account.not-found`, `account.last-owner`, `request.invalid` where somebody would disable their own account
   */
  change(id: string, patch: AccountPatch, by: Initiator): Promise<Account>;
  /**
   * Enables or disables many, but never the caller's own account (`own`); those that are so already are passed over. Answers how many it
   * changed, or on trial would.
   * @throws ProblemError `account.not-found` naming the unknown ids, `account.last-owner`: nothing is changed then
   */
  bulk(
    request: z.output<typeof accountBulkSchema>,
    isTrial: boolean,
    by: Initiator,
    own: string | null,
  ): Promise<number>;
  /** The account with an e-mail address, in whatever case. @throws ProblemError `account.not-found` */
  withEmail(email: string): Promise<Account>;
}

/** Makes the service. */
export function makeAccountsService(tools: AccountTools): AccountsService {
  const { database, events, clock, random, passwords } = tools;

  async function createWithin(
    tx: Transaction,
    { email, name, role, passwordHash }: NewAccount & { passwordHash: string },
    by: Initiator,
  ): Promise<Account> {
    const row = {
      id: newId('account', random),
      email,
      name: name ?? email,
      role,
      status: 'active',
      passwordHash,
      language: null,
      theme: 'system',
      createdAt: isoNow(clock),
      lastSignInAt: null,
    };
    if ((await store.findAccountByEmail(tx.db, email)) !== undefined) throw new ProblemError('account.duplicate');
    await store.insertAccount(tx, row);
    events.record(tx, {
      ...by,
      type: 'account.created',
      object: { kind: 'account', id: row.id, name: email },
      data: { role },
    });
    return accountOf(row);
  }

  async function revokeTokens(tx: Transaction, id: string, ending: readonly Role[]): Promise<store.TokenRow[]> {
    return ending.length === 0 ? [] : store.revokeTokensOf(tx, id, ending, isoNow(clock));
  }

  async function change(id: string, patch: AccountPatch, by: Initiator): Promise<Account> {
    const checked = accountPatchSchema.safeParse(patch);
    if (!checked.success) throw unusable(checked.error);
    const passwordHash = patch.password === undefined ? undefined : await passwords.hash(patch.password);
    return database.transaction((tx) => changeWithin(tx, id, { ...patch, passwordHash }, by));
  }

  async function changeWithin(
    tx: Transaction,
    id: string,
    patch: AccountPatch & { passwordHash?: string | undefined },
    by: Initiator,
  ): Promise<Account> {
    const owners = await store.lockActiveOwners(tx);
    const row = await store.lockAccount(tx, id);
    if (row === undefined) throw new ProblemError('account.not-found');
    const { password: _, passwordHash, ...members } = patch;
    const changes = Object.fromEntries(
      Object.entries(members).filter(([name, value]) => value !== undefined && value !== row[name as keyof typeof row]),
    );
    const after = { ...row, ...changes };
    const staysOwner = after.role === 'owner' && after.status === 'active';
    if (!staysOwner && owners.every((owner) => owner.id === id) && owners.length > 0) {
      throw new ProblemError('account.last-owner');
    }
    if (after.status === 'disabled' && row.status !== 'disabled' && by.actor.id === id) {
      throw invalidInput('status', 'nobody disables their own account: another owner does');
    }
    await store.updateAccount(tx, id, { ...changes, ...(passwordHash === undefined ? {} : { passwordHash }) });
    const object = { kind: 'account', id, name: row.email };
    if (Object.keys(changes).length > 0) {
      const before = Object.fromEntries(Object.keys(changes).map((name) => [name, row[name as keyof typeof row]]));
      events.record(tx, { ...by, type: 'account.changed', object, data: { from: before, to: changes } });
    }
    if (passwordHash !== undefined) events.record(tx, { ...by, type: 'account.password-changed', object });
    if (passwordHash !== undefined || after.status === 'disabled') await store.deleteSessionsOf(tx, id);
    const isDisabled = after.status === 'disabled';
    // Whoever had the account meanwhile may have made tokens to keep it.
    const isReset = passwordHash !== undefined;
    const ending = roles.filter((role) => isDisabled || isReset || !includesRole(after.role as Role, role));
    if (isDisabled || isReset || 'role' in changes) {
      const because = isDisabled ? 'account disabled' : isReset ? 'password set anew' : 'account has another role';
      for (const token of await revokeTokens(tx, id, ending)) {
        const revoked = { kind: 'token', id: token.id, name: token.name };
        events.record(tx, { ...by, type: 'token.revoked', object: revoked, data: { because } });
      }
    }
    return accountOf(after);
  }

  return {
    exist: () => store.hasAccounts(database.read),
    get: async (id) => {
      const row = await store.findAccount(database.read, id);
      if (row === undefined) throw new ProblemError('account.not-found');
      return accountOf(row);
    },
    create: async (account, by) => {
      const checked = accountRequestSchema.safeParse(account);
      if (!checked.success) throw unusable(checked.error);
      const passwordHash = await passwords.hash(account.password);
      try {
        return await database.transaction((tx) => createWithin(tx, { ...checked.data, passwordHash }, by));
      } catch (error) {
        if (isUniqueViolation(error)) throw new ProblemError('account.duplicate', undefined, { cause: error });
        throw error;
      }
    },
    createWithin,
    change,
    bulk: (request, isTrial, by, own) =>
      database.transaction(async (tx) => {
        const status = request.action === 'enable' ? 'active' : 'disabled';
        const meant = await rowsMeant(request, {
          byIds: (ids) => tx.db.selectFrom('accounts').selectAll().where('id', 'in', ids).execute(),
          byFilter: (filter) => accountsMeant(tx.db, filter).selectAll().orderBy('id').execute(),
          unknown: 'account.not-found',
        });
        const others = meant.filter((row) => row.id !== own && row.status !== status);
        if (!isTrial) for (const { id } of others) await changeWithin(tx, id, { status }, by);
        return others.length;
      }),
    withEmail: async (email) => {
      const row = await store.findAccountByEmail(database.read, email.trim().toLowerCase());
      if (row === undefined) throw new ProblemError('account.not-found', `There is no account ${email}.`);
      return accountOf(row);
    },
  };
}

function unusable(error: z.ZodError): ProblemError {
  const errors = faultsOf(error);
  if (!errors.some(({ path }) => path === 'password')) return invalidInputs(errors);
  return new ProblemError('request.invalid', `A password has at least ${shortestPassword} characters.`, { errors });
}
