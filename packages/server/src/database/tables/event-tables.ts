// The chain of events.
import type { Instant, Json, Nullable } from './column-types.ts';

interface EventsTable {
  seq: number;
  id: string;
  type: string;
  at: Instant;
  actorKind: string;
  actorId: Nullable<string>;
  actorName: string;
  objectKind: string;
  objectId: string;
  objectName: Nullable<string>;
  address: Nullable<string>;
  data: Json;
  /** The very text that was hashed. */
  content: string;
  previousHash: string;
  hash: string;
}

interface EventHeadTable {
  /** Always 1: the one row that is locked last by whoever seals events. */
  id: number;
  seq: number;
  hash: string;
}

/** A workstation that an event names beside its object and its actor. */
interface EventMentionsTable {
  workstationId: string;
  seq: number;
}

/** An event of a workstation that was recorded lately, and how many like it were only counted since. */
interface RepeatedEventsTable {
  workstationId: string;
  /** Of what makes two events alike. */
  hash: string;
  /** When the minute began in which so many are recorded. */
  since: Instant;
  recorded: number;
  counted: number;
  firstCountedAt: Nullable<Instant>;
  lastCountedAt: Nullable<Instant>;
  /** The newest of those that were counted. */
  draft: Nullable<Json>;
}

/** Events, and the head of their chain. */
export interface EventTables {
  events: EventsTable;
  eventHead: EventHeadTable;
  eventMentions: EventMentionsTable;
  repeatedEvents: RepeatedEventsTable;
}
