// Events as files: CSV for spreadsheets, JSON Lines for programs.
import { csvCell, type EventItem } from '@usher/protocol';

const columns = [
  'seq',
  'id',
  'at',
  'type',
  'actorKind',
  'actorId',
  'actorName',
  'objectKind',
  'objectId',
  'objectName',
  'address',
  'data',
  'previousHash',
  'hash',
] as const;

/** One event per line, as the API shows it. */
export async function* jsonLines(events: AsyncIterable<EventItem>): AsyncGenerator<string> {
  for await (const event of events) yield `${JSON.stringify(event)}\n`;
}

/** RFC 4180, with a line of column names. */
export async function* csv(events: AsyncIterable<EventItem>): AsyncGenerator<string> {
  yield `${columns.join(',')}\r\n`;
  for await (const event of events) {
    const { actor, object } = event;
    const cells = [
      String(event.seq),
      event.id,
      event.at,
      event.type,
      actor.kind,
      actor.id ?? '',
      actor.name,
      object.kind,
      object.id,
      object.name ?? '',
      event.address ?? '',
      JSON.stringify(event.data),
      event.previousHash,
      event.hash,
    ];
    yield `${cells.map(csvCell).join(',')}\r\n`;
  }
}
