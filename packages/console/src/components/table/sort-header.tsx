// The head of a column: its name, and where the list can be sorted by it a button that says how it is.
import { Table, UnstyledButton } from '@mantine/core';
import ArrowDown from 'lucide-react/icons/arrow-down';
import ArrowUp from 'lucide-react/icons/arrow-up';
import type { ReactNode } from 'react';
import { type ListSearch, nextSort, readSort } from '../../state/search.ts';
import type { Column } from './column.ts';

interface SortHeaderProps<Row> {
  readonly column: Column<Row>;
  readonly sort: string | undefined;
  readonly onSort: (patch: ListSearch) => void;
}

/** The head of a column. */
export function SortHeader<Row>({ column, sort, onSort }: SortHeaderProps<Row>): ReactNode {
  const style = column.align === 'end' ? { textAlign: 'right' as const } : {};
  if (column.sort === undefined) {
    return (
      <Table.Th scope="col" style={style}>
        {column.isAction === true ? <span className="usher-visually-hidden">{column.label}</span> : column.label}
      </Table.Th>
    );
  }
  const field = column.sort;
  const now = readSort(sort);
  const direction = now?.field !== field ? 'none' : now.descending ? 'descending' : 'ascending';
  const Arrow = direction === 'descending' ? ArrowDown : ArrowUp;
  return (
    <Table.Th scope="col" aria-sort={direction} style={style}>
      <UnstyledButton
        fz="xs"
        fw={direction === 'none' ? 550 : 680}
        c={direction === 'none' ? 'dimmed' : 'var(--mantine-color-text)'}
        style={{ display: 'inline-flex', alignItems: 'center', gap: 4 }}
        onClick={() => onSort({ sort: nextSort(sort, field), page: undefined })}
      >
        {column.label}
        {direction !== 'none' && <Arrow size={12} aria-hidden />}
      </UnstyledButton>
    </Table.Th>
  );
}
