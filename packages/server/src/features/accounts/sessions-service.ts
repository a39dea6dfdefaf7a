// Signing in and out, and who a request comes from: sessions of people, API tokens of programs.
import type { Account, profilePatchSchema, Role } from '@usher/protocol';
import type * as z from 'zod';
import { isoInstant, isoNow, type Clock } from '../../clock.ts';
import type { Database } from '../../database/database.ts';
import { hashSecret, newSecret, type Random } from '../../ids.ts';
import type { AccountCaller, PersonCaller, TokenCaller } from '../../http/caller.ts';
import { countedAddress } from '../../http/client-address.ts';
import { RateLimiter } from '../../http/rate-limiter.ts';
import type { Initiator } from '../../initiator.ts';
import { ProblemError } from '../../problem-error.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Passwords } from './password.ts';
import { accountOf } from './read-model.ts';
import * as store from './store.ts';

const minute = 60_000;
const hour = 60 * minute;

/** A session ends so long after its last use, and so long after its beginning at the latest. */
export const sessionLife = { idle: 2 * hour, absolute: 12 * hour };

/** Uses are noted this often at most, so that reading does not mean writing. */
const noteUseEvery = minute;

/** Wrong passwords within a quarter of an hour: for one account from one address, from one address, for one account. */
const wrongTries = { period: 15 * minute, pair: 10, address: 50, account: 100 };

/** A session that has just begun. */
export interface NewSession {
  readonly account: Account;
  /** What the cookie carries; nothing else knows it. */
  readonly secret: string;
}

/** Sessions, and identification by session or API token. */
export interface SessionsService {
  /** @throws ProblemError `session.refused`, `request.too-many` */
  signIn(credentials: { email: string; password: string }, address: string): Promise<NewSession>;
  /** Begins a session for somebody who has just proved who they are otherwise. */
  begin(accountId: string, address: string): Promise<NewSession>;
  signOut(caller: AccountCaller, by: Initiator): Promise<void>;
  identifySession(secret: string): Promise<AccountCaller | null>;
  identifyToken(secret: string): Promise<TokenCaller | null>;
  /** Whether the session or the API token by which somebody was identified is still good. Asking is no use of it. */
  isSignedIn(caller: PersonCaller): Promise<boolean>;
  /** Changes one's own name, language or theme. */
  changeProfile(caller: AccountCaller, patch: z.output<typeof profilePatchSchema>, by: Initiator): Promise<Account>;
  /** Changes one's own password; every other session of the account ends. @throws ProblemError `account.wrong-password` */
  changePassword(caller: AccountCaller, passwords: { current: string; next: string }, by: Initiator): Promise<void>;
  /** Takes away what has ended. */
  sweep(): Promise<void>;
}

/** Makes the service. */
export function makeSessionsService(tools: {
  database: Database;
  events: EventLog;
  clock: Clock;
  random: Random;
  passwords: Passwords;
}): SessionsService {
  const { database, events, clock, random, passwords } = tools;
  const { period } = wrongTries;
  const byPair = new RateLimiter({ clock, most: wrongTries.pair, period });
  const byAddress = new RateLimiter({ clock, most: wrongTries.address, period });
  const byAccount = new RateLimiter({ clock, most: wrongTries.account, period });

  /** @param passwordHash what the password was checked against, where it was: it must still be the account's */
  async function begin(accountId: string, address: string, passwordHash?: string): Promise<NewSession> {
    const secret = newSecret(random);
    return database.transaction(async (tx) => {
      const row = await store.lockAccount(tx, accountId);
      if (row?.status !== 'active') throw new ProblemError('session.refused');
      if (passwordHash !== undefined && row.passwordHash !== passwordHash) throw new ProblemError('session.refused');
      const now = isoNow(clock);
      const expiresAt = isoInstant(clock.now() + sessionLife.absolute);
      const hash = hashSecret(secret);
      await store.insertSession(tx, { hash, accountId, createdAt: now, lastUsedAt: now, expiresAt, address });
      await store.updateAccount(tx, accountId, { lastSignInAt: now });
      const actor = { kind: 'account' as const, id: accountId, name: row.email };
      const object = { kind: 'account', id: accountId, name: row.email };
      events.record(tx, { actor, address, type: 'session.started', object });
      return { account: accountOf({ ...row, lastSignInAt: now }), secret };
    });
  }

  async function refuse(email: string, accountId: string | undefined, address: string): Promise<never> {
    await database.transaction((tx) => {
      const actor = { kind: 'system' as const, name: 'Usher' };
      // An address that nobody has may be a password typed into the wrong field: it is not kept.
      const object =
        accountId === undefined ? { kind: 'account', id: 'unknown' } : { kind: 'account', id: accountId, name: email };
      events.record(tx, { actor, address, type: 'session.refused', object });
      return Promise.resolve();
    });
    throw new ProblemError('session.refused');
  }

  return {
    begin: (accountId, address) => begin(accountId, address),
    signIn: async (credentials, address) => {
      const email = credentials.email.trim().toLowerCase();
      const network = countedAddress(address);
      const limits = [
        [byPair, `${network} ${email}`],
        [byAddress, network],
        [byAccount, email],
      ] as const;
      for (const [limiter, key] of limits) limiter.refuseWhenExceeded(key);
      // Counted before the password is checked, which takes its time: of many tries at once no more get through.
      for (const [limiter, key] of limits) limiter.count(key);
      const row = await store.findAccountByEmail(database.read, email);
      const isRight = await passwords.verify(credentials.password, row?.passwordHash ?? null);
      if (row === undefined || !isRight || row.status !== 'active') return refuse(email, row?.id, address);
      for (const [limiter, key] of limits) limiter.giveBack(key);
      byPair.forget(`${network} ${email}`);
      return begin(row.id, address, row.passwordHash);
    },
    signOut: async (caller, by) => {
      await database.transaction(async (tx) => {
        if (!(await store.deleteSession(tx, caller.session))) return;
        const object = { kind: 'account', id: caller.id, name: caller.name };
        events.record(tx, { ...by, type: 'session.ended', object });
      });
    },
    identifySession: async (secret) => {
      const hash = hashSecret(secret);
      const now = clock.now();
      const row = await store.findSession(database.read, hash, isoInstant(now));
      if (row === undefined || row.lastUsedAt <= isoInstant(now - sessionLife.idle)) return null;
      if (row.lastUsedAt <= isoInstant(now - noteUseEvery)) {
        await database.transaction((tx) => store.touchSession(tx, hash, isoInstant(now)));
      }
      return { kind: 'account', id: row.id, name: row.email, role: row.role as Role, session: hash };
    },
    identifyToken: async (secret) => {
      const now = clock.now();
      const row = await store.findLiveToken(database.read, hashSecret(secret), isoInstant(now));
      if (row === undefined) return null;
      if (row.lastUsedAt === null || row.lastUsedAt <= isoInstant(now - noteUseEvery)) {
        await database.transaction((tx) => store.touchToken(tx, row.id, isoInstant(now)));
      }
      return { kind: 'token', id: row.id, name: row.name, role: row.role as Role };
    },
    isSignedIn: async (caller) => {
      const now = clock.now();
      if (caller.kind === 'token') {
        const token = await store.findToken(database.read, caller.id);
        return token?.revokedAt === null && (token.expiresAt === null || token.expiresAt > isoInstant(now));
      }
      const session = await store.findSession(database.read, caller.session, isoInstant(now));
      return session !== undefined && session.lastUsedAt > isoInstant(now - sessionLife.idle);
    },
    changeProfile: (caller, patch, by) =>
      database.transaction(async (tx) => {
        const row = await store.lockAccount(tx, caller.id);
        if (row === undefined) throw new ProblemError('account.not-found');
        const { name = row.name, language = row.language, theme = row.theme } = patch;
        await store.updateAccount(tx, caller.id, { name, language, theme });
        if (name !== row.name) {
          const object = { kind: 'account', id: row.id, name: row.email };
          events.record(tx, {
            ...by,
            type: 'account.changed',
            object,
            data: { from: { name: row.name }, to: { name } },
          });
        }
        return accountOf({ ...row, name, language, theme });
      }),
    changePassword: async (caller, { current, next }, by) => {
      const key = `password ${caller.id}`;
      byPair.refuseWhenExceeded(key);
      byPair.count(key);
      const row = await store.findAccount(database.read, caller.id);
      if (row === undefined) throw new ProblemError('account.not-found');
      if (!(await passwords.verify(current, row.passwordHash))) throw wrongPassword();
      byPair.giveBack(key);
      const passwordHash = await passwords.hash(next);
      await database.transaction(async (tx) => {
        const present = await store.lockAccount(tx, caller.id);
        if (present?.passwordHash !== row.passwordHash) throw wrongPassword();
        await store.updateAccount(tx, caller.id, { passwordHash });
        await store.deleteSessionsOf(tx, caller.id, caller.session);
        const object = { kind: 'account', id: row.id, name: row.email };
        events.record(tx, { ...by, type: 'account.password-changed', object });
      });
    },
    sweep: async () => {
      const now = clock.now();
      await database.transaction((tx) =>
        store.deleteEndedSessions(tx, isoInstant(now), isoInstant(now - sessionLife.idle)),
      );
    },
  };
}

function wrongPassword(): ProblemError {
  const message = 'is not the present password';
  return new ProblemError('account.wrong-password', undefined, { errors: [{ path: 'current', message }] });
}
