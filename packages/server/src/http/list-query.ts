// Lists of the console API: one page, one order, some filters.
import { listQuerySchema } from '@usher/protocol';
import * as z from 'zod';

/** The part of a list's query that every list has. */
export interface PageQuery {
  readonly page: number;
  readonly pageSize: number;
}

/** The order of a list: a field of those that it can be ordered by, and which way. */
export interface Sort<Field extends string> {
  readonly field: Field;
  readonly direction: 'asc' | 'desc';
}

/**
 * The schema of a list's query: page, page size, `q`, `sort` by one of the fields (`-` before it turns the order round), and the
 * list's own filters. An unknown filter is refused: ignored, it would show everything. The parsed `sort` is a `Sort`.
 *
 * @param initial the order where none is asked for, as `sort` takes it: `-uploadedAt`
 */
export function listQuery<Field extends string, Filters extends z.ZodRawShape>(
  fields: readonly [Field, ...Field[]],
  initial: Field | `-${Field}`,
  filters: Filters,
) {
  const orders: string[] = fields.flatMap((field) => [field, `-${field}`]);
  return z.strictObject({
    page: listQuerySchema.shape.page,
    pageSize: listQuerySchema.shape.pageSize,
    q: listQuerySchema.shape.q,
    sort: z
      .enum(orders)
      .default(initial)
      .transform((text): Sort<Field> => sortOf(text)),
    ...filters,
  });
}

function sortOf<Field extends string>(text: string): Sort<Field> {
  const isDescending = text.startsWith('-');
  return { field: text.slice(isDescending ? 1 : 0) as Field, direction: isDescending ? 'desc' : 'asc' };
}

/** Which rows of the whole order a page shows. */
export function rowsOf(query: PageQuery): { readonly limit: number; readonly offset: number } {
  return { limit: query.pageSize, offset: (query.page - 1) * query.pageSize };
}

/** The answer of a list. */
export function listAnswer<Item>(items: Item[], total: number, query: PageQuery) {
  return { items, total, page: query.page, pageSize: query.pageSize };
}
