// The events about one object, for its page.
import type { ReactNode } from 'react';
import { Section } from '../../components/page.tsx';
import { EventTable } from './event-table.tsx';
import { useEvents } from './use-events.ts';

/** The events about an object, newest first. */
export function ObjectEvents({ object }: { object: string }): ReactNode {
  const query = useEvents({ object });
  return (
    <Section p={0}>
      <EventTable query={query} withObject />
    </Section>
  );
}
