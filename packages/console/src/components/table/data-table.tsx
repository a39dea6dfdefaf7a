// The list of every page: server-side pages, sort and filters, chosen columns, selection, export, age of the data.
import { Box, Checkbox, Group, Paper, Skeleton, Table } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ListExport } from '../../api/export-rows.ts';
import type { Page } from '../../api/types.ts';
import type { ListSearch } from '../../state/search.ts';
import { isSelected, pageState, type Selection, toggle, togglePage } from '../../state/selection.ts';
import { ProblemAlert } from '../problem-alert.tsx';
import type { Column } from './column.ts';
import { ColumnsMenu } from './columns-menu.tsx';
import classes from './data-table.module.css';
import { ExportButton } from './export-button.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { SortHeader } from './sort-header.tsx';
import { TableFooter } from './table-footer.tsx';
import { useColumns } from './use-columns.ts';

interface DataTableProps<Row> {
  /** The list's name: for stored columns and the file of an export. */
  readonly name: string;
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly query: UseQueryResult<Page<Row>>;
  readonly search: ListSearch;
  readonly onSearch: (patch: ListSearch) => void;
  readonly rowId: (row: Row) => string;
  readonly filters?: ReactNode;
  readonly empty: ReactNode;
  readonly selection?: {
    readonly value: Selection;
    readonly onChange: (selection: Selection) => void;
    readonly actions: ReactNode;
  };
  /** Where the server has the list as a file, and with which filters. */
  readonly exported?: Pick<ListExport, 'path' | 'query'>;
  readonly rowLabel: (row: Row) => string;
}

/** A list. */
export function DataTable<Row>(properties: DataTableProps<Row>): ReactNode {
  const { name, label, columns, query, search, onSearch, rowId, selection, exported } = properties;
  const { t } = useTranslation();
  const { visibility, setVisible } = useColumns(name, columns);
  const visible = columns.filter((column) => visibility[column.id] ?? true);
  const rows = query.data?.items ?? [];
  const pageIds = rows.map(rowId);
  const total = query.data?.total ?? 0;
  const chosen = selection === undefined ? 'none' : pageState(selection.value, pageIds);

  return (
    <Paper bg="var(--usher-surface)" bd="1px solid var(--usher-line)" style={{ overflow: 'clip' }}>
      <Group justify="space-between" p="sm" gap="sm" wrap="wrap">
        <Group gap="xs" wrap="wrap" style={{ flex: 1 }}>
          {properties.filters}
        </Group>
        <Group gap="xs">
          <ColumnsMenu columns={columns} visibility={visibility} onChange={setVisible} />
          {exported !== undefined && (
            <ExportButton
              name={name}
              list={{ ...exported, columns: visible.filter(({ isAction }) => isAction !== true) }}
              total={total}
            />
          )}
        </Group>
      </Group>
      {selection !== undefined && (
        <SelectionBar
          selection={selection.value}
          total={total}
          isWholePage={chosen === 'whole'}
          onChange={selection.onChange}
          actions={selection.actions}
        />
      )}
      {query.isError ? (
        <Box p="sm">
          <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        </Box>
      ) : query.data !== undefined && total === 0 ? (
        properties.empty
      ) : (
        <section
          className={classes.scroll}
          aria-label={label}
          aria-busy={query.isFetching}
          // A region that scrolls has to be reachable by keyboard.
          tabIndex={0}
        >
          <Table highlightOnHover className={classes.table} data-stale={query.isPlaceholderData || undefined}>
            <Table.Thead>
              <Table.Tr>
                {selection !== undefined && (
                  <Table.Th w={36}>
                    <Checkbox
                      size="xs"
                      aria-label={t('table.selectPage')}
                      checked={chosen === 'whole' && rows.length > 0}
                      indeterminate={chosen === 'some'}
                      onChange={() => selection.onChange(togglePage(selection.value, pageIds))}
                    />
                  </Table.Th>
                )}
                {visible.map((column) => (
                  <SortHeader key={column.id} column={column} sort={search.sort} onSort={onSearch} />
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {query.data === undefined ? (
                <SkeletonRows columns={visible.length + (selection === undefined ? 0 : 1)} />
              ) : (
                rows.map((row) => (
                  <Table.Tr
                    key={rowId(row)}
                    data-selected={(selection !== undefined && isSelected(selection.value, rowId(row))) || undefined}
                  >
                    {selection !== undefined && (
                      <Table.Td>
                        <Checkbox
                          size="xs"
                          aria-label={t('table.selectRow', { row: properties.rowLabel(row) })}
                          checked={isSelected(selection.value, rowId(row))}
                          onChange={() => selection.onChange(toggle(selection.value, rowId(row), pageIds))}
                        />
                      </Table.Td>
                    )}
                    {visible.map((column) => (
                      <Table.Td
                        key={column.id}
                        data-long={column.isLong === true || undefined}
                        style={{
                          minWidth: column.minWidth,
                          ...(column.align === 'end' && { textAlign: 'right' }),
                        }}
                      >
                        {column.cell(row)}
                      </Table.Td>
                    ))}
                  </Table.Tr>
                ))
              )}
            </Table.Tbody>
          </Table>
        </section>
      )}
      <Box className={classes.footer}>
        <TableFooter
          search={search}
          total={total}
          shown={rows.length}
          updatedAt={query.dataUpdatedAt}
          onSearch={onSearch}
        />
      </Box>
    </Paper>
  );
}

function SkeletonRows({ columns }: { columns: number }): ReactNode {
  return Array.from({ length: 8 }, (_, row) => (
    <Table.Tr key={row}>
      {Array.from({ length: columns }, (__, column) => (
        <Table.Td key={column}>
          <Skeleton height={14} my={4} width={column === 0 ? '60%' : '80%'} />
        </Table.Td>
      ))}
    </Table.Tr>
  ));
}
