// The list of updates.
import { updateStates } from '@usher/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import Plus from 'lucide-react/icons/plus';
import RefreshCw from 'lucide-react/icons/refresh-cw';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton } from '../../components/link.tsx';
import { Page } from '../../components/page.tsx';
import { DataTable } from '../../components/table/data-table.tsx';
import { ChoiceFilter, SearchFilter } from '../../components/table/filters.tsx';
import { useFormat } from '../../format/use-format.ts';
import { exportQuery, listQuery } from '../../state/search.ts';
import { usePermission } from '../../state/session.ts';
import { useProducts } from '../../state/use-products.ts';
import { useSearchPatch } from '../../state/use-search-patch.ts';
import { updateColumns } from './columns.tsx';
import type { UpdatesSearch } from './search.ts';

const route = getRouteApi('/shell/updates');

/** The list of updates. */
export function UpdatesPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const search = route.useSearch();
  const change = useSearchPatch<UpdatesSearch>();
  const query = useQuery(queries.updates(listQuery(search)));
  const approved = useQuery(queries.approvedVersions(undefined));
  const mayManage = usePermission('updates.manage');
  const { options } = useProducts();
  const columns = useMemo(() => updateColumns(t, format), [t, format]);
  const isFiltered = (search.q ?? search.state ?? search.product) !== undefined;
  const hasTarget = approved.data === undefined || approved.data.total > 0;
  const add = mayManage && (
    <LinkButton to="/updates/new" leftSection={<Plus size={16} />}>
      {t('updates.new')}
    </LinkButton>
  );
  return (
    <Page title={t('nav.updates')} actions={add}>
      <DataTable
        name="updates"
        label={t('nav.updates')}
        columns={columns}
        query={query}
        search={search}
        onSearch={change}
        rowId={(row) => row.id}
        rowLabel={(row) => row.name}
        exported={{ path: '/updates', query: exportQuery(search) }}
        filters={
          <>
            <SearchFilter
              value={search.q}
              placeholder={t('updates.search')}
              onChange={(q) => change({ q, page: undefined })}
            />
            <ChoiceFilter
              label={t('fields.state')}
              value={search.state}
              options={updateStates.map((value) => ({ value, label: t(`states.update.${value}`) }))}
              width={200}
              onChange={(state) => change({ state, page: undefined })}
            />
            {options.length > 1 && (
              <ChoiceFilter
                label={t('fields.product')}
                value={search.product}
                options={options}
                searchable
                onChange={(product) => change({ product, page: undefined })}
              />
            )}
          </>
        }
        empty={
          isFiltered ? (
            <EmptyState icon={RefreshCw} title={t('table.nothingMatches')} text={t('table.nothingMatchesText')} />
          ) : hasTarget ? (
            <EmptyState icon={RefreshCw} title={t('updates.empty')} text={t('updates.emptyText')}>
              {add}
            </EmptyState>
          ) : (
            <EmptyState icon={RefreshCw} title={t('updates.empty')} text={t('updates.emptyNoTarget')}>
              <LinkButton to="/installers" variant="default">
                {t('updates.toInstallers')}
              </LinkButton>
            </EmptyState>
          )
        }
      />
    </Page>
  );
}
