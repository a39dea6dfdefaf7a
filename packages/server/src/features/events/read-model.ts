// Events as people read them: narrowed by filters, newest first, page by page.
import { sql, type Expression, type SqlBool } from 'kysely';
import type { EventItem, eventFilterSchema, EventType } from '@usher/protocol';
import type { z } from 'zod';
import type { Reader } from '../../database/database.ts';
import { contains } from '../../database/text-search.ts';
import type { EventRow } from './store.ts';

/** What events can be narrowed to. */
export type EventFilter = z.output<typeof eventFilterSchema>;

/** Some events, newest first, and where to go on; null at the end. */
export interface EventPage {
  readonly items: EventItem[];
  readonly nextCursor: number | null;
}

/** Reads one page: events older than `before` (all, where it is null). */
export async function listEvents(
  read: Reader,
  filter: EventFilter,
  page: { readonly before: number | null; readonly size: number },
): Promise<EventPage> {
  const rows = await narrowed(read, filter)
    .$if(page.before !== null, (query) => query.where('seq', '<', page.before ?? 0))
    .orderBy('seq', 'desc')
    .limit(page.size + 1)
    .execute();
  const shown = rows.slice(0, page.size);
  const oldest = shown.at(-1);
  return {
    items: shown.map(eventItem),
    nextCursor: rows.length > page.size && oldest !== undefined ? oldest.seq : null,
  };
}

/** Everything that the filter shows, newest first, in bounded memory. */
export async function* allEvents(read: Reader, filter: EventFilter): AsyncGenerator<EventItem> {
  let before: number | null = null;
  do {
    const page: EventPage = await listEvents(read, filter, { before, size: 1000 });
    yield* page.items;
    before = page.nextCursor;
  } while (before !== null);
}

/** Events after a number, oldest first: what a stream has not sent yet. */
export async function eventsAfter(read: Reader, filter: EventFilter, seq: number, limit: number): Promise<EventItem[]> {
  const rows = await narrowed(read, filter).where('seq', '>', seq).orderBy('seq').limit(limit).execute();
  return rows.map(eventItem);
}

/** The number of an event, by its number or its id; null where there is none. */
export async function findSeq(read: Reader, reference: string): Promise<number | null> {
  if (/^\d{1,15}$/.test(reference)) return Number(reference);
  const row = await read.selectFrom('events').select('seq').where('id', '=', reference).executeTakeFirst();
  return row?.seq ?? null;
}

function narrowed(read: Reader, filter: EventFilter) {
  return read
    .selectFrom('events')
    .selectAll()
    .where((e) => {
      const conditions: Expression<SqlBool>[] = [];
      if (filter.type !== undefined) {
        const family = sql<SqlBool>`substr(${e.ref('type')}, 1, ${filter.type.length + 1}) = ${`${filter.type}.`}`;
        conditions.push(e.or([e('type', '=', filter.type), family]));
      }
      if (filter.actor !== undefined) conditions.push(e('actorId', '=', filter.actor));
      if (filter.object !== undefined) conditions.push(e('objectId', '=', filter.object));
      const { about } = filter;
      if (about !== undefined) conditions.push(e.or([e('objectId', '=', about), e('actorId', '=', about)]));
      if (filter.from !== undefined) conditions.push(e('at', '>=', new Date(filter.from).toISOString()));
      if (filter.to !== undefined) conditions.push(e('at', '<', new Date(filter.to).toISOString()));
      const { q } = filter;
      if (q !== undefined && q !== '') {
        const columns = ['type', 'actorName', 'objectName', 'objectId', 'data', 'address'] as const;
        conditions.push(e.or(columns.map((column) => contains(e.ref(column), q))));
      }
      return e.and(conditions);
    });
}

function eventItem(row: EventRow): EventItem {
  return {
    id: row.id,
    seq: row.seq,
    type: row.type as EventType,
    at: row.at,
    actor: {
      kind: row.actorKind as EventItem['actor']['kind'],
      ...(row.actorId === null ? {} : { id: row.actorId }),
      name: row.actorName,
    },
    object: { kind: row.objectKind, id: row.objectId, ...(row.objectName === null ? {} : { name: row.objectName }) },
    data: JSON.parse(row.data) as Record<string, unknown>,
    address: row.address,
    previousHash: row.previousHash,
    hash: row.hash,
  };
}
