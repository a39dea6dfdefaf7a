// The products under management.
import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Eye from 'lucide-react/icons/eye';
import ShieldCheck from 'lucide-react/icons/shield-check';
import Tags from 'lucide-react/icons/tags';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { Product } from '../../api/types.ts';
import { Awaited } from '../../components/awaited.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton, TextLink } from '../../components/link.tsx';
import { ScrollBox } from '../../components/scroll-box.tsx';
import { Page, Section } from '../../components/page.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { useFormat } from '../../format/use-format.ts';
import { usePermission } from '../../state/session.ts';

/** Whether a product refuses, or only shows who would be refused. */
export function EnforcementBadge({ product }: { product: Product }): ReactNode {
  const { t } = useTranslation();
  return product.enforcement === 'enforce' ? (
    <StateBadge tone="success" icon={ShieldCheck} label={t('products.enforce')} />
  ) : (
    <StateBadge tone="warning" icon={Eye} label={t('products.observe')} />
  );
}

/** The list. */
export function ProductsPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(queries.products());
  const mayUpload = usePermission('installers.upload');
  return (
    <Page title={t('nav.products')} subtitle={t('products.note')}>
      <Awaited query={query} height={200}>
        {({ items }) =>
          items.length === 0 ? (
            <Section>
              <EmptyState icon={Tags} title={t('products.empty')} text={t('products.emptyText')}>
                {mayUpload && <LinkButton to="/installers/new">{t('installers.new')}</LinkButton>}
              </EmptyState>
            </Section>
          ) : (
            <Section>
              <ScrollBox label={t('nav.products')}>
                <Table fz="sm">
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>{t('fields.product')}</Table.Th>
                      <Table.Th>{t('products.enforcement')}</Table.Th>
                      <Table.Th>{t('products.unknownVersions')}</Table.Th>
                      <Table.Th>{t('products.signature')}</Table.Th>
                      <Table.Th ta="right">{t('nav.installers')}</Table.Th>
                      <Table.Th ta="right">{t('nav.workstations')}</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {items.map((product) => (
                      <Table.Tr key={product.id}>
                        <Table.Td>
                          <TextLink to="/settings/products/$id" params={{ id: product.id }}>
                            {product.name}
                          </TextLink>
                        </Table.Td>
                        <Table.Td>
                          <EnforcementBadge product={product} />
                        </Table.Td>
                        <Table.Td>{t(`products.unknownVersionsKinds.${product.unknownVersions}`)}</Table.Td>
                        <Table.Td>{t(`products.signatureKinds.${product.signature}`)}</Table.Td>
                        <Table.Td ta="right">{format.number(product.installers)}</Table.Td>
                        <Table.Td ta="right">{format.number(product.workstations)}</Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </ScrollBox>
            </Section>
          )
        }
      </Awaited>
    </Page>
  );
}
