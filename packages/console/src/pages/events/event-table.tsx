// A table of events, with older ones at its end.
import { Button, Center, Skeleton, Table } from '@mantine/core';
import Activity from 'lucide-react/icons/activity';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EventItem } from '../../api/types.ts';
import { ActorText } from '../../components/actor-text.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { TimeText } from '../../components/time-text.tsx';
import classes from '../../components/table/data-table.module.css';
import { EventDialog } from './event-dialog.tsx';
import { EventData, EventObject, eventName } from './event-text.tsx';
import type { useEvents } from './use-events.ts';

interface EventTableProps {
  readonly query: ReturnType<typeof useEvents>;
  /** Where all events are about one object, it is not repeated in each line. */
  readonly withObject?: boolean;
}

/** The table. */
export function EventTable({ query, withObject = true }: EventTableProps): ReactNode {
  const { t } = useTranslation();
  const [shown, setShown] = useState<EventItem | null>(null);
  if (query.isError) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton height={240} />;
  const events = query.data.pages.flatMap((page) => page.items);
  // A search goes through a long log in parts: one without a find is not the end.
  if (events.length === 0 && !query.hasNextPage) {
    return <EmptyState icon={Activity} title={t('events.empty')} text={t('events.emptyText')} />;
  }
  return (
    <>
      <section className={classes.scroll} aria-label={t('nav.events')} tabIndex={0} style={{ borderTop: 0 }}>
        <Table className={classes.table} highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('fields.time')}</Table.Th>
              <Table.Th scope="col">{t('fields.event')}</Table.Th>
              {withObject && <Table.Th scope="col">{t('fields.object')}</Table.Th>}
              <Table.Th scope="col">{t('fields.actor')}</Table.Th>
              <Table.Th scope="col">{t('fields.details')}</Table.Th>
              <Table.Th scope="col" ta="right">
                {t('fields.number')}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {events.map((event) => (
              <Table.Tr key={event.id}>
                <Table.Td>
                  <TimeText at={event.at} />
                </Table.Td>
                <Table.Td fw={550} data-long>
                  {eventName(event.type, t)}
                </Table.Td>
                {withObject && (
                  <Table.Td data-long>
                    <EventObject object={event.object} />
                  </Table.Td>
                )}
                <Table.Td data-long>
                  <ActorText actor={event.actor} />
                </Table.Td>
                <Table.Td data-long>
                  <EventData data={event.data} />
                </Table.Td>
                <Table.Td ta="right">
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    aria-label={t('events.open', { number: event.seq })}
                    onClick={() => setShown(event)}
                  >
                    {event.seq}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
      {query.hasNextPage && (
        <Center p="sm">
          <Button
            size="xs"
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {t('events.older')}
          </Button>
        </Center>
      )}
      {shown !== null && <EventDialog event={shown} onClose={() => setShown(null)} />}
    </>
  );
}
