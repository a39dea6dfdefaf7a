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
import { ChoiceFilter } from '../../components/table/filters.tsx';
import { ListTable } from '../../components/table/list-table.tsx';
import { ProductFilter } from '../../components/table/product-filter.tsx';
import { useFormat } from '../../format/use-format.ts';
import { listQuery } from '../../state/search.ts';
import { usePermission } from '../../state/session.ts';
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
  const columns = useMemo(() => updateColumns(t, format), [t, format]);
  const hasTarget = approved.data === undefined || approved.data.total > 0;
  const add = mayManage && (
    <LinkButton to="/updates/new" leftSection={<Plus size={16} />}>
      {t('updates.new')}
    </LinkButton>
  );
  return (
    <Page title={t('nav.updates')} actions={add}>
      <ListTable
        name="updates"
        label={t('nav.updates')}
        path="/updates"
        columns={columns}
        query={query}
        search={search}
        onSearch={change}
        rowId={(row) => row.id}
        rowLabel={(row) => row.name}
        searchFor={t('updates.search')}
        filters={
          <>
            <ChoiceFilter
              label={t('fields.state')}
              value={search.state}
              options={updateStates.map((value) => ({ value, label: t(`states.update.${value}`) }))}
              width={200}
              onChange={(state) => change({ state, page: undefined })}
            />
            <ProductFilter value={search.product} onChange={(product) => change({ product, page: undefined })} />
          </>
        }
        empty={
          hasTarget ? (
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
