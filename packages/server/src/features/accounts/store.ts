// Accounts, sessions, API tokens and setup links in SQL.
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Reader, Transaction } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';

export type AccountRow = Selectable<Tables['accounts']>;
export type TokenRow = Selectable<Tables['tokens']>;

export function findAccount(read: Reader, id: string): Promise<AccountRow | undefined> {
  return read.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();
}

/** @param email in lower case */
export function findAccountByEmail(read: Reader, email: string): Promise<AccountRow | undefined> {
  return read.selectFrom('accounts').selectAll().where('email', '=', email).executeTakeFirst();
}

export async function hasAccounts(read: Reader): Promise<boolean> {
  return (await read.selectFrom('accounts').select('id').limit(1).executeTakeFirst()) !== undefined;
}

export async function insertAccount({ db }: Transaction, account: Insertable<Tables['accounts']>): Promise<void> {
  await db.insertInto('accounts').values(account).execute();
}

/** Locks the account until the transaction ends. */
export function lockAccount({ db }: Transaction, id: string): Promise<AccountRow | undefined> {
  return db.selectFrom('accounts').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** Locks every owner who can sign in, so that two cannot take the last one's place away at once. */
export function lockActiveOwners({ db }: Transaction): Promise<{ id: string }[]> {
  return db
    .selectFrom('accounts')
    .select('id')
    .where('role', '=', 'owner')
    .where('status', '=', 'active')
    .orderBy('id')
    .forUpdate()
    .execute();
}

export async function updateAccount(
  { db }: Transaction,
  id: string,
  changes: Updateable<Tables['accounts']>,
): Promise<void> {
  if (Object.keys(changes).length === 0) return;
  await db.updateTable('accounts').set(changes).where('id', '=', id).execute();
}

export async function insertSession({ db }: Transaction, session: Insertable<Tables['sessions']>): Promise<void> {
  await db.insertInto('sessions').values(session).execute();
}

/** A session that has not reached its end, with the account it is for. */
export function findSession(read: Reader, hash: string, now: string) {
  return read
    .selectFrom('sessions')
    .innerJoin('accounts', 'accounts.id', 'sessions.accountId')
    .select(['sessions.hash', 'sessions.lastUsedAt', 'accounts.id', 'accounts.email', 'accounts.role'])
    .where('sessions.hash', '=', hash)
    .where('sessions.expiresAt', '>', now)
    .where('accounts.status', '=', 'active')
    .executeTakeFirst();
}

export async function touchSession({ db }: Transaction, hash: string, now: string): Promise<void> {
  await db.updateTable('sessions').set({ lastUsedAt: now }).where('hash', '=', hash).execute();
}

/** Answers whether it was there. */
export async function deleteSession({ db }: Transaction, hash: string): Promise<boolean> {
  const result = await db.deleteFrom('sessions').where('hash', '=', hash).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Ends the sessions of an account, but for one. */
export async function deleteSessionsOf({ db }: Transaction, accountId: string, exceptHash?: string): Promise<void> {
  await db
    .deleteFrom('sessions')
    .where('accountId', '=', accountId)
    .$if(exceptHash !== undefined, (query) => query.where('hash', '!=', exceptHash ?? ''))
    .execute();
}

export async function deleteEndedSessions({ db }: Transaction, now: string, idleSince: string): Promise<void> {
  await db
    .deleteFrom('sessions')
    .where((e) => e.or([e('expiresAt', '<=', now), e('lastUsedAt', '<=', idleSince)]))
    .execute();
}

export async function insertToken({ db }: Transaction, token: Insertable<Tables['tokens']>): Promise<void> {
  await db.insertInto('tokens').values(token).execute();
}

export function findToken(read: Reader, id: string): Promise<TokenRow | undefined> {
  return read.selectFrom('tokens').selectAll().where('id', '=', id).executeTakeFirst();
}

/** A token that is neither revoked nor past its end. */
export function findLiveToken(read: Reader, hash: string, now: string): Promise<TokenRow | undefined> {
  return read
    .selectFrom('tokens')
    .selectAll()
    .where('hash', '=', hash)
    .where('revokedAt', 'is', null)
    .where((e) => e.or([e('expiresAt', 'is', null), e('expiresAt', '>', now)]))
    .executeTakeFirst();
}

export async function touchToken({ db }: Transaction, id: string, now: string): Promise<void> {
  await db.updateTable('tokens').set({ lastUsedAt: now }).where('id', '=', id).execute();
}

/** Revokes a token; undefined where there is no such live one. */
export function revokeToken({ db }: Transaction, id: string, now: string): Promise<TokenRow | undefined> {
  return db
    .updateTable('tokens')
    .set({ revokedAt: now })
    .where('id', '=', id)
    .where('revokedAt', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

/** Revokes every live token of some roles that an account made. */
export function revokeTokensOf(
  { db }: Transaction,
  accountId: string,
  ofRoles: readonly string[],
  now: string,
): Promise<TokenRow[]> {
  return db
    .updateTable('tokens')
    .set({ revokedAt: now })
    .where('createdBy', '=', accountId)
    .where('revokedAt', 'is', null)
    .where('role', 'in', ofRoles)
    .returningAll()
    .execute();
}

export async function insertSetupLink({ db }: Transaction, link: Insertable<Tables['setupLinks']>): Promise<void> {
  await db.insertInto('setupLinks').values(link).execute();
}

export function findSetupLink(read: Reader, hash: string, now: string): Promise<{ hash: string } | undefined> {
  return read
    .selectFrom('setupLinks')
    .select('hash')
    .where('hash', '=', hash)
    .where('expiresAt', '>', now)
    .executeTakeFirst();
}

/** Takes every setup link away and answers those that were there: of two that ask at once, one gets them. */
export async function takeSetupLinks({ db }: Transaction): Promise<{ hash: string; expiresAt: string }[]> {
  await db.selectFrom('setupLinks').select('hash').orderBy('hash').forUpdate().execute();
  return db.deleteFrom('setupLinks').returning(['hash', 'expiresAt']).execute();
}
