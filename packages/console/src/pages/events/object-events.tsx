// The events about one object, for its page.
import type { ReactNode } from 'react';
import { EventTable } from './event-table.tsx';

interface ObjectEventsProps {
  readonly object: string;
  /** Also what it did itself: a workstation’s checks, updates and errors. */
  readonly withOwnActs?: boolean;
}

/** The events about an object, newest first. */
export function ObjectEvents({ object, withOwnActs = false }: ObjectEventsProps): ReactNode {
  return <EventTable asked={withOwnActs ? { about: object } : { object }} withObject={withOwnActs} />;
}
