// The list of installers.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import Package from 'lucide-react/icons/package';
import Plus from 'lucide-react/icons/plus';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton } from '../../components/link.tsx';
import { Page } from '../../components/page.tsx';
import { ChoiceFilter, SetFilter } from '../../components/table/filters.tsx';
import { ListTable } from '../../components/table/list-table.tsx';
import { ProductFilter } from '../../components/table/product-filter.tsx';
import { useFormat } from '../../format/use-format.ts';
import { listQuery } from '../../state/search.ts';
import { usePermission } from '../../state/session.ts';
import { useSearchPatch } from '../../state/use-search-patch.ts';
import { installerColumns } from './columns.tsx';
import { decisions, type InstallersSearch } from './search.ts';

const route = getRouteApi('/shell/installers');

/** The list of installers. */
export function InstallersPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const search = route.useSearch();
  const change = useSearchPatch<InstallersSearch>();
  const query = useQuery(queries.installers(listQuery(search)));
  const mayUpload = usePermission('installers.upload');
  const columns = useMemo(() => installerColumns(t, format), [t, format]);
  const add = mayUpload && (
    <LinkButton to="/installers/new" leftSection={<Plus size={16} />}>
      {t('installers.new')}
    </LinkButton>
  );
  return (
    <Page title={t('nav.installers')} actions={add}>
      <ListTable
        name="installers"
        label={t('nav.installers')}
        path="/installers"
        columns={columns}
        query={query}
        search={search}
        onSearch={change}
        rowId={(row) => row.id}
        rowLabel={(row) => `${row.product.name} ${row.version}`}
        searchFor={t('installers.search')}
        filters={
          <>
            <ChoiceFilter
              label={t('fields.decision')}
              value={search.decision}
              options={decisions.map((value) => ({ value, label: t(`states.decision.${value}`) }))}
              onChange={(decision) => change({ decision, page: undefined })}
            />
            <ProductFilter value={search.product} onChange={(product) => change({ product, page: undefined })} />
            {search.version !== undefined && (
              <SetFilter
                label={`${t('fields.version')}: ${search.version}`}
                onClear={() => change({ version: undefined, page: undefined })}
              />
            )}
          </>
        }
        empty={
          <EmptyState icon={Package} title={t('installers.empty')} text={t('installers.emptyText')}>
            {add}
          </EmptyState>
        }
      />
    </Page>
  );
}
