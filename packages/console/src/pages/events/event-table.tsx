// A table of events, with older ones at its end.
import { Box, Button, Group, Text } from '@mantine/core';
import Activity from 'lucide-react/icons/activity';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Query } from '../../api/client.ts';
import type { EventItem } from '../../api/types.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { ColumnsMenu } from '../../components/table/columns-menu.tsx';
import { ExportMenu } from '../../components/table/export-menu.tsx';
import { RowsTable } from '../../components/table/rows-table.tsx';
import { TableFrame } from '../../components/table/table-frame.tsx';
import { AgeAndZone } from '../../components/table/table-footer.tsx';
import { useColumns } from '../../components/table/use-columns.ts';
import { useFormat } from '../../format/use-format.ts';
import { eventColumns } from './event-columns.tsx';
import { EventDialog } from './event-dialog.tsx';
import { useEvents } from './use-events.ts';

interface EventTableProps {
  /** What the events are narrowed to. */
  readonly asked: Query;
  readonly filters?: ReactNode;
  /** Where all events are about one object, it is not repeated in each line. */
  readonly withObject?: boolean;
}

/** The table. */
export function EventTable({ asked, filters, withObject = true }: EventTableProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useEvents(asked);
  const [shown, setShown] = useState<EventItem | null>(null);
  const columns = useMemo(
    () => eventColumns({ t, format }, setShown).filter(({ id }) => withObject || id !== 'object'),
    [t, format, withObject],
  );
  const name = withObject ? 'events' : 'events-of-one';
  const { visibility, setVisible } = useColumns(name, columns);
  const visible = columns.filter((column) => visibility[column.id] ?? true);
  const events = query.data?.pages.flatMap((page) => page.items);
  // A search goes through a long log in parts: one without a find is not the end.
  const isEmpty = events?.length === 0 && !query.hasNextPage;
  return (
    <>
      <TableFrame
        filters={filters}
        tools={
          <>
            <ColumnsMenu columns={columns} visibility={visibility} onChange={setVisible} />
            <ExportMenu
              name="events"
              list={{ path: '/events', query: asked, columns: visible, isWhole: true }}
              total={isEmpty ? 0 : null}
            />
          </>
        }
        footer={
          <Group justify="space-between" gap="sm" px="sm" py={8} wrap="wrap">
            <Text size="xs" c="dimmed" data-numeric>
              {t('events.shown', { count: events?.length ?? 0 })}
              {' · '}
              <AgeAndZone updatedAt={query.dataUpdatedAt} />
            </Text>
            {query.hasNextPage && (
              <Button
                size="xs"
                variant="default"
                loading={query.isFetchingNextPage}
                onClick={() => void query.fetchNextPage()}
              >
                {t('events.older')}
              </Button>
            )}
          </Group>
        }
      >
        {query.isError && (
          <Box p="sm">
            <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
          </Box>
        )}
        {isEmpty ? (
          <EmptyState icon={Activity} title={t('events.empty')} text={t('events.emptyText')} />
        ) : (
          !(query.isError && events === undefined) && (
            <RowsTable
              label={t('nav.events')}
              columns={visible}
              rows={events}
              rowId={(event) => event.id}
              rowLabel={(event) => String(event.seq)}
              isBusy={query.isFetching}
            />
          )
        )}
      </TableFrame>
      {shown !== null && <EventDialog event={shown} onClose={() => setShown(null)} />}
    </>
  );
}
