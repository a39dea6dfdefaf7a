// The list of every page: server-side pages, sort and filters, chosen columns, selection, export, age of the data, and its empty states.
import { Box, Button } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import SearchX from 'lucide-react/icons/search-x';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Query } from '../../api/client.ts';
import type { Page } from '../../api/types.ts';
import { defaultPageSize, exportQuery, filtersOf, type ListSearch } from '../../state/search.ts';
import { nothingSelected, pageState, type Selection } from '../../state/selection.ts';
import { EmptyState } from '../empty-state.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import type { Column } from './column.ts';
import { ColumnsMenu } from './columns-menu.tsx';
import { ExportMenu } from './export-menu.tsx';
import { SearchFilter } from './filters.tsx';
import { FoldedFilters } from './folded-filters.tsx';
import { RowsTable } from './rows-table.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { TableFrame } from './table-frame.tsx';
import { TableFooter } from './table-footer.tsx';
import { useColumns } from './use-columns.ts';

interface ListTableProps<Row, Search extends ListSearch> {
  /** The list's name: for stored columns and the file of an export. */
  readonly name: string;
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly query: UseQueryResult<Page<Row>>;
  readonly search: Search;
  readonly onSearch: (patch: ListSearch) => void;
  readonly rowId: (row: Row) => string;
  readonly rowLabel: (row: Row) => string;
  /** What the search field looks for; a list without it has no such field. */
  readonly searchFor?: string;
  /** What stands before the filters. */
  readonly start?: ReactNode;
  /** The filters beside the search. */
  readonly filters?: ReactNode;
  /** What is shown where there is nothing yet, with the next step. Where filters leave nothing, the list says that itself. */
  readonly empty: ReactNode;
  /** Where the server has the list as a file. Rows of such a list can be chosen, for their export at least. */
  readonly path?: string;
  /** What can be done with chosen rows; `done` lets them go. */
  readonly actions?: (selection: Selection, done: () => void) => ReactNode;
}

/** A list. */
export function ListTable<Row, Search extends ListSearch>(properties: ListTableProps<Row, Search>): ReactNode {
  const { name, label, columns, query, search, onSearch, rowId, rowLabel, searchFor, path, actions } = properties;
  const { t } = useTranslation();
  const { visibility, setVisible } = useColumns(name, columns);
  const visible = columns.filter((column) => visibility[column.id] ?? true);
  const filters = filtersOf(search);
  const [selection, setSelection] = useSelection(JSON.stringify(filters));
  const total = query.data?.total ?? 0;
  const isPastEnd = usePastEnd(search, query, onSearch);
  const rows = isPastEnd ? undefined : query.data?.items;
  const isFiltered = Object.keys(filters).length > 0;
  const clear = () =>
    onSearch({ ...Object.fromEntries(Object.keys(filters).map((key) => [key, undefined])), page: undefined });
  const list = path === undefined ? null : { path, query: exportQuery(search) as Query, columns: visible };
  const isSelectable = actions !== undefined || list !== null;
  return (
    <TableFrame
      filters={
        <>
          {properties.start}
          {searchFor !== undefined && (
            <SearchFilter value={search.q} placeholder={searchFor} onChange={(q) => onSearch({ q, page: undefined })} />
          )}
          {properties.filters !== undefined && (
            <FoldedFilters count={Object.keys(filters).filter((key) => key !== 'q').length}>
              {properties.filters}
            </FoldedFilters>
          )}
          {isFiltered && (
            <Button size="compact-xs" variant="subtle" onClick={clear}>
              {t('table.clearFilters')}
            </Button>
          )}
        </>
      }
      tools={
        <>
          <ColumnsMenu columns={columns} visibility={visibility} onChange={setVisible} />
          {list !== null && <ExportMenu name={name} list={list} total={total} />}
        </>
      }
      chosen={
        isSelectable && (
          <SelectionBar
            selection={selection}
            total={total}
            isWholePage={pageState(selection, (rows ?? []).map(rowId)) === 'whole'}
            onChange={setSelection}
            actions={
              <>
                {actions?.(selection, () => setSelection(nothingSelected))}
                {list !== null && (
                  <ExportMenu
                    name={name}
                    list={selection.kind === 'all' ? list : { ...list, only: selection.ids }}
                    total={total}
                    isOfSelection
                  />
                )}
              </>
            }
          />
        )
      }
      footer={
        <TableFooter
          search={search}
          total={total}
          shown={rows?.length ?? 0}
          updatedAt={query.dataUpdatedAt}
          onSearch={onSearch}
        />
      }
    >
      {query.isError && (
        <Box p="sm">
          <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        </Box>
      )}
      {rows === undefined && query.isError ? null : rows?.length === 0 ? (
        isFiltered ? (
          <EmptyState icon={SearchX} title={t('table.nothingMatches')} text={t('table.nothingMatchesText')}>
            <Button size="xs" variant="default" onClick={clear}>
              {t('table.clearFilters')}
            </Button>
          </EmptyState>
        ) : (
          properties.empty
        )
      ) : (
        <RowsTable
          label={label}
          columns={visible}
          rows={rows}
          rowId={rowId}
          rowLabel={rowLabel}
          isBusy={query.isFetching}
          isStale={query.isPlaceholderData}
          sort={search.sort}
          onSort={onSearch}
          {...(isSelectable && { selection: { value: selection, onChange: setSelection } })}
        />
      )}
    </TableFrame>
  );
}

/** Whether the list ends before the page that is asked for, as a link of yesterday may; the last page is then asked for in its place. */
function usePastEnd<Row>(
  { page = 1, pageSize = defaultPageSize }: ListSearch,
  { data, isPlaceholderData }: UseQueryResult<Page<Row>>,
  onSearch: (patch: ListSearch) => void,
): boolean {
  const last = Math.ceil((data?.total ?? 0) / pageSize);
  const isPastEnd = data?.items.length === 0 && !isPlaceholderData && last > 0 && page > last;
  useEffect(() => {
    if (isPastEnd) onSearch({ page: last === 1 ? undefined : last });
  }, [isPastEnd, last, onSearch]);
  return isPastEnd;
}

/** What is chosen of what the filters mean: other filters, and nothing is. */
function useSelection(filters: string): [Selection, (selection: Selection) => void] {
  const [kept, setKept] = useState({ filters, selection: nothingSelected });
  return [kept.filters === filters ? kept.selection : nothingSelected, (selection) => setKept({ filters, selection })];
}
