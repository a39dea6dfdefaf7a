// The events about one object, for its page.
import type { ReactNode } from 'react';
import { Section } from '../../components/page.tsx';
import { EventTable } from './event-table.tsx';
import { useEvents } from './use-events.ts';

interface ObjectEventsProps {
  readonly object: string;
  /** Also what it did itself: a workstation’s checks, updates and errors. */
  readonly withOwnActs?: boolean;
}

/** The events about an object, newest first. */
export function ObjectEvents({ object, withOwnActs = false }: ObjectEventsProps): ReactNode {
  const query = useEvents(withOwnActs ? { about: object } : { object });
  return (
    <Section p={0}>
      <EventTable query={query} withObject={withOwnActs} />
    </Section>
  );
}
