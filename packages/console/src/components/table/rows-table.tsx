// The rows of a list under the heads of its columns, with boxes to choose them by.
import { Checkbox, Skeleton, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ListSearch } from '../../state/search.ts';
import { isSelected, pageState, type Selection, toggle, togglePage } from '../../state/selection.ts';
import type { Column } from './column.ts';
import classes from './data-table.module.css';
import { SortHeader } from './sort-header.tsx';

interface RowsTableProps<Row> {
  readonly label: string;
  /** Those that are shown. */
  readonly columns: readonly Column<Row>[];
  /** Undefined while they are still to come. */
  readonly rows: readonly Row[] | undefined;
  readonly rowId: (row: Row) => string;
  readonly rowLabel: (row: Row) => string;
  readonly isBusy?: boolean;
  /** The rows of before are shown until the new ones are there. */
  readonly isStale?: boolean;
  readonly sort?: string | undefined;
  readonly onSort?: (patch: ListSearch) => void;
  readonly selection?: { readonly value: Selection; readonly onChange: (selection: Selection) => void };
}

const noSort = (): void => undefined;

/** The table. */
export function RowsTable<Row>(properties: RowsTableProps<Row>): ReactNode {
  const { label, columns, rows, rowId, rowLabel, sort, onSort = noSort, selection } = properties;
  const { t } = useTranslation();
  const pageIds = (rows ?? []).map(rowId);
  const chosen = selection === undefined ? 'none' : pageState(selection.value, pageIds);
  return (
    <section
      className={classes.scroll}
      aria-label={label}
      aria-busy={properties.isBusy}
      // A region that scrolls has to be reachable by keyboard.
      tabIndex={0}
    >
      <Table highlightOnHover className={classes.table} data-stale={properties.isStale === true || undefined}>
        <Table.Thead>
          <Table.Tr>
            {selection !== undefined && (
              <Table.Th w={36}>
                <Checkbox
                  size="xs"
                  aria-label={t('table.selectPage')}
                  checked={chosen === 'whole'}
                  indeterminate={chosen === 'some'}
                  onChange={() => selection.onChange(togglePage(selection.value, pageIds))}
                />
              </Table.Th>
            )}
            {columns.map((column) => (
              <SortHeader key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows === undefined ? (
            <SkeletonRows columns={columns.length + (selection === undefined ? 0 : 1)} />
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
                      aria-label={t('table.selectRow', { row: rowLabel(row) })}
                      checked={isSelected(selection.value, rowId(row))}
                      onChange={() => selection.onChange(toggle(selection.value, rowId(row), pageIds))}
                    />
                  </Table.Td>
                )}
                {columns.map((column) => (
                  <Table.Td
                    key={column.id}
                    data-long={column.isLong === true || undefined}
                    style={{ minWidth: column.minWidth, ...(column.align === 'end' && { textAlign: 'right' }) }}
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
