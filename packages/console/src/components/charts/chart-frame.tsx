// A plot with its numbers as a table beside it, for whoever cannot see it or wants the figures.
import { Box, Button, Skeleton, Table } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '../page.tsx';
import { ProblemAlert } from '../problem-alert.tsx';

interface ChartFrameProps<Data> {
  readonly title: string;
  readonly note?: string;
  readonly height: number;
  readonly query: UseQueryResult<Data>;
  readonly isEmpty: (data: Data) => boolean;
  readonly empty: string;
  readonly chart: (data: Data) => ReactNode;
  readonly table: (data: Data) => { head: readonly string[]; rows: readonly (readonly string[])[] };
}

/** The frame of a plot: its states, and the switch to its numbers. */
export function ChartFrame<Data>(properties: ChartFrameProps<Data>): ReactNode {
  const { title, note, height, query, isEmpty, empty, chart, table } = properties;
  const { t } = useTranslation();
  const [isTable, setTable] = useState(false);
  const hasData = query.data !== undefined && !isEmpty(query.data);
  return (
    <Section
      title={title}
      h="100%"
      {...(note !== undefined && { note })}
      aside={
        hasData && (
          <Button size="compact-xs" variant="subtle" onClick={() => setTable((before) => !before)}>
            {isTable ? t('charts.asPlot') : t('charts.asTable')}
          </Button>
        )
      }
    >
      {query.isError ? (
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data === undefined ? (
        <Skeleton height={height} />
      ) : !hasData ? (
        <Box mih={120} display="grid" ta="center" fz="sm" c="dimmed" style={{ placeItems: 'center' }}>
          {empty}
        </Box>
      ) : isTable ? (
        <NumbersTable {...table(query.data)} label={title} height={height} />
      ) : (
        <Suspense fallback={<Skeleton height={height} />}>
          <Box h={height} aria-hidden>
            {chart(query.data)}
          </Box>
        </Suspense>
      )}
    </Section>
  );
}

interface NumbersTableProps {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly label: string;
  readonly height: number;
}

function NumbersTable({ head, rows, label, height }: NumbersTableProps): ReactNode {
  return (
    <Box mah={height} style={{ overflow: 'auto' }} tabIndex={0} role="region" aria-label={label}>
      <Table fz="xs" stickyHeader>
        <Table.Thead>
          <Table.Tr>
            {head.map((name, column) => (
              <Table.Th key={name} ta={column === 0 ? 'left' : 'right'}>
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, index) => (
            <Table.Tr key={`${String(index)} ${row[0] ?? ''}`}>
              {row.map((value, column) => (
                <Table.Td key={head[column]} ta={column === 0 ? 'left' : 'right'}>
                  {value}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}
