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
import { DataTable } from '../../components/table/data-table.tsx';
import { ChoiceFilter, SearchFilter } from '../../components/table/filters.tsx';
import { useFormat } from '../../format/use-format.ts';
import { exportQuery, listQuery } from '../../state/search.ts';
import { usePermission } from '../../state/session.ts';
import { useProducts } from '../../state/use-products.ts';
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
  const { options } = useProducts();
  const columns = useMemo(() => installerColumns(t, format), [t, format]);
  const isFiltered = (search.q ?? search.decision ?? search.product ?? search.version) !== undefined;
  const add = mayUpload && (
    <LinkButton to="/installers/new" leftSection={<Plus size={16} />}>
      {t('installers.new')}
    </LinkButton>
  );
  return (
    <Page title={t('nav.installers')} actions={add}>
      <DataTable
        name="installers"
        label={t('nav.installers')}
        columns={columns}
        query={query}
        search={search}
        onSearch={change}
        rowId={(row) => row.id}
        rowLabel={(row) => `${row.product.name} ${row.version}`}
        exported={{ path: '/installers', query: exportQuery(search) }}
        filters={
          <>
            <SearchFilter
              value={search.q}
              placeholder={t('installers.search')}
              onChange={(q) => change({ q, page: undefined })}
            />
            <ChoiceFilter
              label={t('fields.decision')}
              value={search.decision}
              options={decisions.map((value) => ({ value, label: t(`states.decision.${value}`) }))}
              onChange={(decision) => change({ decision, page: undefined })}
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
            <EmptyState icon={Package} title={t('table.nothingMatches')} text={t('table.nothingMatchesText')} />
          ) : (
            <EmptyState icon={Package} title={t('installers.empty')} text={t('installers.emptyText')}>
              {add}
            </EmptyState>
          )
        }
      />
    </Page>
  );
}
