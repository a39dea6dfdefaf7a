// Where null stands in an order, the same on both dialects.
import type { OrderByItemBuilder } from 'kysely';

/** Null before everything else, as SQLite has it and as the indexes of lists are made. */
export function nullLowest(direction: 'asc' | 'desc') {
  return (order: OrderByItemBuilder) => (direction === 'asc' ? order.asc().nullsFirst() : order.desc().nullsLast());
}
