// Lists of accounts and API tokens, as people see them.
import {
  accountFilterSchema,
  accountSchema,
  tokenFilterSchema,
  tokenSchema,
  type Account,
  type TokenStatus,
} from '@usher/protocol';
import type * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import { nullLowest } from '../../database/null-order.ts';
import { contains } from '../../database/text-search.ts';
import { listAnswer, listQuery, rowsOf } from '../../http/list-query.ts';
import type { AccountRow, TokenRow } from './store.ts';

type AccountFilter = z.output<typeof accountFilterSchema>;
type TokenFilter = z.output<typeof tokenFilterSchema>;

/** The query of `GET /accounts`. */
export const accountQuery = listQuery(['email', 'name', 'role', 'status', 'createdAt', 'lastSignInAt'], 'email', {
  role: accountFilterSchema.shape.role,
  status: accountFilterSchema.shape.status,
});

/** The query of `GET /tokens`. */
export const tokenQuery = listQuery(['name', 'role', 'createdAt', 'expiresAt', 'lastUsedAt'], '-createdAt', {
  role: tokenFilterSchema.shape.role,
  status: tokenFilterSchema.shape.status,
});

/** The accounts that a filter means. */
export function accountsMeant(read: Reader, { q, role, status }: AccountFilter) {
  return read
    .selectFrom('accounts')
    .$if(q !== undefined, (list) =>
      list.where((e) => e.or([contains(e.ref('email'), q ?? ''), contains(e.ref('name'), q ?? '')])),
    )
    .$if(role !== undefined, (list) => list.where('role', '=', role ?? ''))
    .$if(status !== undefined, (list) => list.where('status', '=', status ?? ''));
}

/** One page of the accounts. */
export async function listAccounts(read: Reader, query: z.output<typeof accountQuery>) {
  const { sort } = query;
  const found = accountsMeant(read, query);
  const { limit, offset } = rowsOf(query);
  const rows = await found
    .selectAll()
    .orderBy(sort.field, nullLowest(sort.direction))
    .orderBy('id')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await found.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return listAnswer(rows.map(accountOf), total, query);
}

/** The API tokens that a filter means, the revoked ones too. @param now ISO instant: one whose end has passed is expired */
export function tokensMeant(read: Reader, { q, role, status }: TokenFilter, now: string) {
  return read
    .selectFrom('tokens')
    .$if(q !== undefined, (list) => list.where((e) => contains(e.ref('tokens.name'), q ?? '')))
    .$if(role !== undefined, (list) => list.where('tokens.role', '=', role ?? ''))
    .$if(status === 'revoked', (list) => list.where('tokens.revokedAt', 'is not', null))
    .$if(status === 'valid' || status === 'expired', (list) => list.where('tokens.revokedAt', 'is', null))
    .$if(status === 'expired', (list) => list.where('tokens.expiresAt', '<=', now))
    .$if(status === 'valid', (list) =>
      list.where((e) => e.or([e('tokens.expiresAt', 'is', null), e('tokens.expiresAt', '>', now)])),
    );
}

/** One page of the API tokens. @param now ISO instant */
export async function listTokens(read: Reader, query: z.output<typeof tokenQuery>, now: string) {
  const { sort } = query;
  const found = tokensMeant(read, query, now);
  const { limit, offset } = rowsOf(query);
  const rows = await found
    .leftJoin('accounts', 'accounts.id', 'tokens.createdBy')
    .selectAll('tokens')
    .select('accounts.email as makerEmail')
    .orderBy(`tokens.${sort.field}`, nullLowest(sort.direction))
    .orderBy('tokens.id')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await found.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const items = rows.map(({ makerEmail, createdBy, ...row }) =>
    tokenSchema.parse({ ...row, status: tokenStatusOf(row, now), createdBy: makerEmail ?? createdBy }),
  );
  return listAnswer(items, total, query);
}

/** What a token is good for at an instant. */
function tokenStatusOf({ revokedAt, expiresAt }: Pick<TokenRow, 'revokedAt' | 'expiresAt'>, now: string): TokenStatus {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'valid';
}

/** An account as it is shown: without its password's hash. */
export function accountOf(row: AccountRow): Account {
  return accountSchema.parse(row);
}
