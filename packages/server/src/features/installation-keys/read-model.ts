// Installation keys as people see them: never with their secrets.
import { installationKeySchema } from '@usher/protocol';
import type * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import { contains } from '../../database/text-search.ts';
import { listAnswer, listQuery, rowsOf } from '../../http/list-query.ts';
import type { InstallationKeyRow } from './store.ts';

/** The states of an installation key. */
const status = installationKeySchema.shape.status;

/** The query of `GET /installation-keys`. */
export const installationKeyQuery = listQuery(['label', 'createdAt', 'expiresAt', 'uses'], '-createdAt', {
  status: status.optional(),
});

/** One page of the installation keys. */
export async function listInstallationKeys(read: Reader, query: z.output<typeof installationKeyQuery>, now: string) {
  const { q, sort } = query;
  const found = read
    .selectFrom('installationKeys')
    .$if(q !== undefined, (list) => list.where((e) => contains(e.ref('label'), q ?? '')))
    .$if(query.status !== undefined, (list) =>
      list.where((e) => {
        const isUsedUp = e.and([e('maxUses', 'is not', null), e('uses', '>=', e.ref('maxUses'))]);
        // The first that applies, as `statusOf` says it.
        const stages = [
          ['revoked', e('revokedAt', 'is not', null)],
          ['expired', e('expiresAt', '<=', now)],
          ['used-up', isUsedUp],
        ] as const;
        const index = stages.findIndex(([name]) => name === query.status);
        const earlier = (index === -1 ? stages : stages.slice(0, index)).map(([, condition]) => e.not(condition));
        const own = stages[index]?.[1];
        return e.and(own === undefined ? earlier : [...earlier, own]);
      }),
    );
  const { limit, offset } = rowsOf(query);
  const rows = await found
    .selectAll()
    .orderBy(sort.field, sort.direction)
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
export function statusOf(row: InstallationKeyRow, now: string): z.output<typeof status> {
  if (row.revokedAt !== null) return 'revoked';
  if (row.expiresAt <= now) return 'expired';
  return row.maxUses !== null && row.uses >= row.maxUses ? 'used-up' : 'valid';
}
