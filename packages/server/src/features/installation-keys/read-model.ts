// Installation keys as people see them: never with their secrets.
import { installationKeyFilterSchema, installationKeySchema } from '@usher/protocol';
import type * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import { nullLowest } from '../../database/null-order.ts';
import { contains } from '../../database/text-search.ts';
import { listAnswer, listQuery, rowsOf } from '../../http/list-query.ts';
import type { InstallationKeyRow } from './store.ts';

type Status = z.output<typeof installationKeySchema.shape.status>;

/** The query of `GET /installation-keys`. */
export const installationKeyQuery = listQuery(['label', 'createdAt', 'expiresAt', 'uses'], '-createdAt', {
  status: installationKeyFilterSchema.shape.status,
});

/** The installation keys that a filter means. @param now ISO instant */
export function installationKeysMeant(
  read: Reader,
  { q, status }: z.output<typeof installationKeyFilterSchema>,
  now: string,
) {
  return read
    .selectFrom('installationKeys')
    .$if(q !== undefined, (list) => list.where((e) => contains(e.ref('label'), q ?? '')))
    .$if(status !== undefined, (list) =>
      list.where((e) => {
        const isUsedUp = e.and([e('maxUses', 'is not', null), e('uses', '>=', e.ref('maxUses'))]);
        // The first that applies, as `statusOf` says it.
        const stages = [
          ['revoked', e('revokedAt', 'is not', null)],
          ['expired', e('expiresAt', '<=', now)],
          ['used-up', isUsedUp],
        ] as const;
        const index = stages.findIndex(([name]) => name === status);
        const earlier = (index === -1 ? stages : stages.slice(0, index)).map(([, condition]) => e.not(condition));
        const own = stages[index]?.[1];
        return e.and(own === undefined ? earlier : [...earlier, own]);
      }),
    );
}

/** One page of the installation keys. @param now ISO instant */
export async function listInstallationKeys(read: Reader, query: z.output<typeof installationKeyQuery>, now: string) {
  const { sort } = query;
  const found = installationKeysMeant(read, query, now);
  const { limit, offset } = rowsOf(query);
  const rows = await found
    .selectAll()
    .orderBy(sort.field, nullLowest(sort.direction))
    .orderBy('id')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await found.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return listAnswer(
    rows.map((row) => installationKeyOf(row, now)),
    total,
    query,
  );
}

/** A key as it is shown. */
export function installationKeyOf(row: InstallationKeyRow, now: string) {
  return installationKeySchema.parse({
    ...row,
    autoAuthorize: row.autoAuthorize === 1,
    createdBy: JSON.parse(row.createdBy) as unknown,
    status: statusOf(row, now),
  });
}

/** What a key can still be used for at an instant. A revoked one is revoked, whatever else it is. */
export function statusOf(row: InstallationKeyRow, now: string): Status {
  if (row.revokedAt !== null) return 'revoked';
  if (row.expiresAt <= now) return 'expired';
  return row.maxUses !== null && row.uses >= row.maxUses ? 'used-up' : 'valid';
}
