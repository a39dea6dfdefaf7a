// Events as people read them: narrowed by filters, newest first, page by page.
import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely';
import { eventTypesNamed, type EventItem, type eventFilterSchema, type EventType } from '@usher/protocol';
import type * as z from 'zod';
import { dialectOf, type DialectName, type Reader } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';
import { contains } from '../../database/text-search.ts';
import type { EventRow } from './store.ts';

/** What events can be narrowed to. */
export type EventFilter = z.output<typeof eventFilterSchema>;

/** Some events, newest first, and where to go on; null at the end. */
export interface EventPage {
  readonly items: EventItem[];
  readonly nextCursor: number | null;
}

/** Where a page begins and how much it holds. */
export interface PageStart {
  /** Only events older than this one; all, where it is null. */
  readonly before: number | null;
  readonly size: number;
  /** How many events a text is looked for in, before the page is answered with what was found so far. */
  readonly searched?: number;
}

/** So many are searched in well under a tenth of a second. */
const searchedAtOnce: Readonly<Record<DialectName, number>> = { sqlite: 20_000, postgres: 10_000 };

/**
 * Reads one page. Where a text is searched, the page may hold fewer events than asked for, or none, and still have a cursor: it goes on where
 * the search stopped, so that a log of any length is answered in the same time.
 */
export async function listEvents(read: Reader, filter: EventFilter, start: PageStart): Promise<EventPage> {
  const { size, searched = searchedAtOnce[dialectOf(read)] } = start;
  const sources = sourcesOf(filter);
  const isSearch = filter.q !== undefined && filter.q !== '';
  const share = Math.ceil(searched / Math.max(1, sources.length));
  let unseen = 0;
  if (isSearch) {
    for (const source of sources) {
      const [first] = await seqsOf(read, { ...source, q: undefined }, start.before, 1, share);
      unseen = Math.max(unseen, first ?? 0);
    }
  }
  const found: number[] = [];
  for (const source of sources) found.push(...(await seqsOf(read, source, start.before, size + 1, 0, unseen)));
  // One can come from two sources: what a workstation did to itself.
  const sorted = [...new Set(found)].sort((a, b) => b - a);
  const shown = sorted.slice(0, size);
  const rows =
    shown.length === 0
      ? []
      : await read.selectFrom('events').selectAll().where('seq', 'in', shown).orderBy('seq', 'desc').execute();
  const nextCursor = sorted.length > size ? (shown.at(-1) ?? null) : unseen > 0 ? unseen + 1 : null;
  return { items: rows.map(eventItem), nextCursor };
}

/** A filter, or a part of one. */
interface Source extends EventFilter {
  /** A workstation that the event names beside its object and its actor. */
  readonly mentioned?: string;
}

/** What a filter comes to along the indexes: each type of a family, each way in which an event can be about something. */
function sourcesOf(filter: EventFilter): Source[] {
  const { type, object, actor, about, ...others } = filter;
  if (about !== undefined) {
    const narrow = { ...others, type };
    if (object !== undefined || actor !== undefined) return [filter];
    return [
      { ...narrow, object: about },
      { ...narrow, actor: about },
      { ...narrow, mentioned: about },
    ];
  }
  if (type === undefined || object !== undefined || actor !== undefined) return [filter];
  return eventTypesNamed(type).map((one) => ({ ...filter, type: one }));
}

/** Numbers of events between two others, both left out, newest first. */
async function seqsOf(
  read: Reader,
  filter: Source,
  before: number | null,
  limit: number,
  offset = 0,
  after = 0,
): Promise<number[]> {
  const rows = await narrowed(read, filter)
    .select('seq')
    .$if(before !== null, (query) => query.where('seq', '<', before ?? 0))
    .$if(after > 0, (query) => query.where('seq', '>', after))
    .orderBy('seq', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  return rows.map(({ seq }) => seq);
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
  const rows = await narrowed(read, filter).selectAll().where('seq', '>', seq).orderBy('seq').limit(limit).execute();
  return rows.map(eventItem);
}

/** The number of an event, by its number or its id; null where there is none. */
export async function findSeq(read: Reader, reference: string): Promise<number | null> {
  if (/^\d{1,15}$/.test(reference)) return Number(reference);
  const row = await read.selectFrom('events').select('seq').where('id', '=', reference).executeTakeFirst();
  return row?.seq ?? null;
}

function narrowed(read: Reader, filter: Source) {
  return read.selectFrom('events').where((e) => {
    const conditions: Expression<SqlBool>[] = [];
    const { type, actor, object, about, mentioned, from, to, q } = filter;
    const naming = (id: string) =>
      e('events.seq', 'in', e.selectFrom('eventMentions').select('eventMentions.seq').where('workstationId', '=', id));
    if (mentioned !== undefined) conditions.push(naming(mentioned));
    if (type !== undefined) conditions.push(isOfType(e, filter, dialectOf(read)));
    if (actor !== undefined) conditions.push(e('actorId', '=', actor));
    if (object !== undefined) conditions.push(e('objectId', '=', object));
    if (about !== undefined) {
      conditions.push(e.or([e('objectId', '=', about), e('actorId', '=', about), naming(about)]));
    }
    if (from !== undefined) conditions.push(e('at', '>=', new Date(from).toISOString()));
    if (to !== undefined) conditions.push(e('at', '<', new Date(to).toISOString()));
    if (q !== undefined && q !== '') {
      const columns = ['type', 'actorName', 'objectName', 'objectId', 'data', 'address'] as const;
      conditions.push(e.or(columns.map((column) => contains(e.ref(column), q))));
    }
    return e.and(conditions);
  });
}

function isOfType(e: ExpressionBuilder<Tables, 'events'>, filter: Source, dialect: DialectName) {
  const { type = '', actor, object, about, mentioned } = filter;
  const types = eventTypesNamed(type);
  const [only, another] = types;
  if (only === undefined) return sql<SqlBool>`1 = 0`;
  // As the value of a function SQLite looks at it along the index of what else is asked for, which fewer events have.
  const isNarrow =
    dialect === 'sqlite' &&
    (actor !== undefined || object !== undefined || about !== undefined || mentioned !== undefined);
  const column = isNarrow ? e.fn.coalesce(e.ref('type'), e.val('')) : e.ref('type');
  return another === undefined ? e(column, '=', only) : e(column, 'in', types);
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
