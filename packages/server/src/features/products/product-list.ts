// Products and prohibitions as people read them.
import { prohibitionSchema, productSchema, queryFlagSchema, type Actor, type Product } from '@usher/protocol';
import * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import { contains } from '../../database/text-search.ts';
import { listAnswer, listQuery, rowsOf } from '../../http/list-query.ts';
import { productCounts } from '../workstations/kept-counts.ts';
import { enforcementOf, findProduct, type ProductRow } from './read-model.ts';
import type { ProhibitionRow, PublisherRow } from './store.ts';

/** The query of `GET /products`. */
export const productQuery = listQuery(['name', 'createdAt'], 'name', {
  enforcement: productSchema.shape.enforcement.optional(),
});

/** The query of `GET /products/:id/prohibitions`: those in force, or with `all=true` lifted ones too. */
export const prohibitionQuery = listQuery(['addedAt', 'version'], '-addedAt', { all: queryFlagSchema.optional() });

/** One page of the products. @param now ISO instant: an observation that has ended shows as enforcement */
export async function listProducts(read: Reader, query: z.output<typeof productQuery>, now: string) {
  const { q, sort, enforcement } = query;
  const found = read
    .selectFrom('products')
    .$if(enforcement !== undefined, (list) =>
      list.where((e) => {
        // As `enforcementOf` reckons it: an end that has passed counts.
        const isObserved = e.and([
          e('enforcement', '=', 'observe'),
          e.or([e('enforcementUntil', 'is', null), e('enforcementUntil', '>', now)]),
        ]);
        return enforcement === 'observe' ? isObserved : e.not(isObserved);
      }),
    )
    .$if(q !== undefined && q !== '', (list) =>
      list.where((e) => e.or([contains(e.ref('name'), q ?? ''), contains(e.ref('upgradeCode'), q ?? '')])),
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
  return listAnswer(await productItems(read, rows, now), total, query);
}

/** A product as it is shown; null where there is none. @param reference id or UpgradeCode */
export async function readProduct(read: Reader, reference: string, now: string): Promise<Product | null> {
  const row = await findProduct(read, reference);
  if (row === undefined) return null;
  const [item] = await productItems(read, [row], now);
  return item ?? null;
}

/** One page of a product's prohibitions by number. */
export async function listProhibitions(read: Reader, productId: string, query: z.output<typeof prohibitionQuery>) {
  const { q, sort, all } = query;
  const found = read
    .selectFrom('prohibitions')
    .where('productId', '=', productId)
    .$if(all !== true, (list) => list.where('liftedAt', 'is', null))
    .$if(q !== undefined && q !== '', (list) =>
      list.where((e) => e.or([contains(e.ref('version'), q ?? ''), contains(e.ref('reason'), q ?? '')])),
    );
  const { limit, offset } = rowsOf(query);
  const rows = await found
    .selectAll()
    .orderBy(sort.field === 'version' ? 'versionKey' : 'addedAt', sort.direction)
    .orderBy('id')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await found.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return listAnswer(rows.map(prohibitionItem), total, query);
}

/** A prohibition by number as it is shown. */
export function prohibitionItem(row: ProhibitionRow) {
  const { kind, version, addedBy, liftedBy } = row;
  return prohibitionSchema.parse({
    ...row,
    version: kind === 'version' ? version : null,
    below: kind === 'below' ? version : null,
    addedBy: JSON.parse(addedBy) as Actor,
    liftedBy: liftedBy === null ? null : (JSON.parse(liftedBy) as Actor),
  });
}

/** A publisher as it is shown. */
export function publisherItem({ subject, issuer, authorityKey }: PublisherRow) {
  return { subject, issuer, ...(authorityKey === '' ? {} : { authorityKey }) };
}

async function productItems(read: Reader, rows: readonly ProductRow[], now: string): Promise<Product[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const publishers = await read
    .selectFrom('publishers')
    .selectAll()
    .where('productId', 'in', ids)
    .orderBy('addedAt')
    .orderBy('subject')
    .execute();
  const installers = await read
    .selectFrom('installers')
    .select((e) => ['productId', e.fn.countAll<number>().as('count')])
    .where('productId', 'in', ids)
    .groupBy('productId')
    .execute();
  const workstations = await productCounts(read, ids);
  return rows.map((row) => {
    const enforcement = enforcementOf(row, now);
    const countOf = (counts: { productId: string; count: number }[]): number =>
      counts.find(({ productId }) => productId === row.id)?.count ?? 0;
    return productSchema.parse({
      ...row,
      enforcement,
      enforcementUntil: enforcement === 'observe' ? row.enforcementUntil : null,
      offline: { graceHours: row.graceHours, then: row.offlineThen },
      publishers: publishers.filter(({ productId }) => productId === row.id).map(publisherItem),
      separationOfDuties: row.separationOfDuties === 1,
      installers: countOf(installers),
      workstations: countOf(workstations),
    });
  });
}
