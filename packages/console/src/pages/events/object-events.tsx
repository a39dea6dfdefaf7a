// The events about one object, for its page.
import type { ReactNode } from 'react';
import { EventTable } from './event-table.tsx';

interface ObjectEventsProps {
  readonly object: string;
  /** Also what it did itself: a workstation’s checks, updates and errors. */
  readonly withOwnActs?: boolean;
  /** What stands above the first of them. */
  readonly start?: ReactNode;
}

/** The events about an object, newest first. */
export function ObjectEvents({ object, withOwnActs = false, start }: ObjectEventsProps): ReactNode {
  return <EventTable asked={withOwnActs ? { about: object } : { object }} withObject={withOwnActs} filters={start} />;
}
