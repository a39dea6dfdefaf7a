// What the list of events keeps in the address.
import { eventTypesNamed } from '@usher/protocol/event-types';
import { type RawSearch, readText } from '../../state/search.ts';

export interface EventsSearch {
  type?: string | undefined;
  actor?: string | undefined;
  object?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  q?: string | undefined;
}

const day = /^\d{4}-\d{2}-\d{2}$/;

function readDay(value: unknown): string | undefined {
  const text = readText(value, 10);
  return text !== undefined && day.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined;
}

/** A type of event, or the first part of some; what this console does not know, the server would refuse. */
function readType(value: unknown): string | undefined {
  const text = readText(value, 60);
  return text !== undefined && eventTypesNamed(text).length > 0 ? text : undefined;
}

export function readEventsSearch(raw: RawSearch): EventsSearch {
  return {
    type: readType(raw.type),
    actor: readText(raw.actor, 80),
    object: readText(raw.object, 80),
    from: readDay(raw.from),
    to: readDay(raw.to),
    q: readText(raw.q),
  };
}
