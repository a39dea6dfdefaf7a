// Lists of accounts and API tokens, as people see them.
import { tokenSchema, accountSchema, type Account } from '@usher/protocol';
import * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import { contains } from '../../database/text-search.ts';
import { listAnswer, listQuery, rowsOf } from '../../http/list-query.ts';
import type { AccountRow } from './store.ts';

/** The query of `GET /accounts`. */
export const accountQuery = listQuery(['email', 'name', 'role', 'createdAt', 'lastSignInAt'], 'email', {
  role: accountSchema.shape.role.optional(),
  status: accountSchema.shape.status.optional(),
});

/** The query of `GET /tokens`. */
export const tokenQuery = listQuery(['name', 'role', 'createdAt', 'expiresAt', 'lastUsedAt'], '-createdAt', {
  role: tokenSchema.shape.role.optional(),
});

/** One page of the accounts. */
export async function listAccounts(read: Reader, query: z.output<typeof accountQuery>) {
  const { q, role, status, sort } = query;
  const found = read
    .selectFrom('accounts')
    .$if(q !== undefined, (list) =>
      list.where((e) => e.or([contains(e.ref('email'), q ?? ''), contains(e.ref('name'), q ?? '')])),
    )
    .$if(role !== undefined, (list) => list.where('role', '=', role ?? ''))
    .$if(status !== undefined, (list) => list.where('status', '=', status ?? ''));
  const { limit, offset } = rowsOf(query);
  const rows = await found
    .selectAll()
    .orderBy(sort.field, sort.direction)
    .orderBy('id')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await found.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return listAnswer(rows.map(accountOf), total, query);
}

/** One page of the API tokens, the revoked ones too. */
export async function listTokens(read: Reader, query: z.output<typeof tokenQuery>) {
  const { q, role, sort } = query;
  const found = read
    .selectFrom('tokens')
    .leftJoin('accounts', 'accounts.id', 'tokens.createdBy')
    .$if(q !== undefined, (list) => list.where((e) => contains(e.ref('tokens.name'), q ?? '')))
    .$if(role !== undefined, (list) => list.where('tokens.role', '=', role ?? ''));
  const { limit, offset } = rowsOf(query);
  const rows = await found
    .selectAll('tokens')
    .select('accounts.email as makerEmail')
    .orderBy(`tokens.${sort.field}`, sort.direction)
    .orderBy('tokens.id')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await found.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const items = rows.map(({ makerEmail, createdBy, ...row }) =>
    tokenSchema.parse({ ...row, createdBy: makerEmail ?? createdBy }),
  );
  return listAnswer(items, total, query);
}

/** An account as it is shown: without its password's hash. */
export function accountOf(row: AccountRow): Account {
  return accountSchema.parse(row);
}
