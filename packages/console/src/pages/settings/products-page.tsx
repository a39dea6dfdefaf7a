// The products under management.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import Tags from 'lucide-react/icons/tags';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { Product } from '../../api/types.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton, TextLink } from '../../components/link.tsx';
import { Page } from '../../components/page.tsx';
import type { Column } from '../../components/table/column.ts';
import { ChoiceFilter } from '../../components/table/filters.tsx';
import { ListTable } from '../../components/table/list-table.tsx';
import { inWords } from '../../components/table/words.ts';
import { TimeText } from '../../components/time-text.tsx';
import { useFormat } from '../../format/use-format.ts';
import { listQuery } from '../../state/search.ts';
import { usePermission } from '../../state/session.ts';
import { useSearchPatch } from '../../state/use-search-patch.ts';
import { EnforcementBadge } from './enforcement-badge.tsx';
import { type ProductSort, enforcements, type ProductsSearch } from './search.ts';

const route = getRouteApi('/shell/settings/products');

/** The list. */
export function ProductsPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const search = route.useSearch();
  const change = useSearchPatch<ProductsSearch>();
  const query = useQuery(queries.productList(listQuery(search)));
  const mayUpload = usePermission('installers.upload');
  const enforcement = { enforce: t('products.enforce'), observe: t('products.observe') };
  const columns: Column<Product, ProductSort>[] = [
    {
      id: 'name',
      isLong: true,
      isFixed: true,
      label: t('fields.product'),
      sort: 'name',
      cell: (row) => (
        <TextLink to="/settings/products/$id" params={{ id: row.id }}>
          {row.name}
        </TextLink>
      ),
    },
    {
      id: 'enforcement',
      label: t('products.enforcement'),
      cell: (row) => <EnforcementBadge product={row} />,
      words: inWords((value) => enforcement[value as Product['enforcement']]),
    },
    {
      id: 'enforcementUntil',
      isExtra: true,
      label: t('products.observeUntil'),
      cell: (row) => <TimeText at={row.enforcementUntil} />,
    },
    {
      id: 'unknownVersions',
      label: t('products.unknownVersions'),
      cell: (row) => t(`products.unknownVersionsKinds.${row.unknownVersions}`),
      words: inWords((value) => t(`products.unknownVersionsKinds.${value as Product['unknownVersions']}`)),
    },
    {
      id: 'signature',
      isLong: true,
      label: t('products.signature'),
      cell: (row) => t(`products.signatureKinds.${row.signature}`),
      words: inWords((value) => t(`products.signatureKinds.${value as Product['signature']}`)),
    },
    {
      id: 'installers',
      align: 'end',
      label: t('nav.installers'),
      cell: (row) =>
        row.installers === 0 ? (
          '0'
        ) : (
          <TextLink to="/installers" search={{ product: row.id }}>
            {format.number(row.installers)}
          </TextLink>
        ),
    },
    {
      id: 'workstations',
      align: 'end',
      label: t('nav.workstations'),
      cell: (row) =>
        row.workstations === 0 ? (
          '0'
        ) : (
          <TextLink to="/workstations" search={{ product: row.id }}>
            {format.number(row.workstations)}
          </TextLink>
        ),
    },
    {
      id: 'upgradeCode',
      isExtra: true,
      label: t('fields.upgradeCode'),
      cell: (row) => row.upgradeCode,
    },
    {
      id: 'createdAt',
      isWide: true,
      label: t('fields.createdAt'),
      sort: 'createdAt',
      cell: (row) => <TimeText at={row.createdAt} />,
    },
  ];
  return (
    <Page title={t('nav.products')} subtitle={t('products.note')}>
      <ListTable
        name="products"
        label={t('nav.products')}
        path="/products"
        columns={columns}
        query={query}
        search={search}
        onSearch={change}
        rowId={(row) => row.id}
        rowLabel={(row) => row.name}
        searchFor={t('products.search')}
        filters={
          <ChoiceFilter
            label={t('products.enforcement')}
            value={search.enforcement}
            options={enforcements.map((value) => ({ value, label: enforcement[value] }))}
            onChange={(value) => change({ enforcement: value, page: undefined })}
          />
        }
        empty={
          <EmptyState icon={Tags} title={t('products.empty')} text={t('products.emptyText')}>
            {mayUpload && <LinkButton to="/installers/new">{t('installers.new')}</LinkButton>}
          </EmptyState>
        }
      />
    </Page>
  );
}
