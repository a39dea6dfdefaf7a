// One product: what it enforces, what it accepts, who publishes it, what may not run.
import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { Product } from '../../api/types.ts';
import { AwaitedPage } from '../../components/awaited.tsx';
import { CodeText, FactList } from '../../components/fact-list.tsx';
import { TextLink } from '../../components/link.tsx';
import { Page, Section } from '../../components/page.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useFormat } from '../../format/use-format.ts';
import { EnforcementSection } from './enforcement-section.tsx';
import { ProductRules } from './product-rules.tsx';
import { EnforcementBadge } from './enforcement-badge.tsx';
import { Prohibitions } from './prohibitions.tsx';
import { Publishers } from './publishers.tsx';

const route = getRouteApi('/shell/settings/products/$id');

/** The page of one product. */
export function ProductPage(): ReactNode {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const query = useQuery(queries.product(id));
  const parent = <TextLink to="/settings/products">{t('nav.products')}</TextLink>;
  return (
    <AwaitedPage query={query} list={t('nav.products')} parent={parent}>
      {(product) => <ProductView product={product} parent={parent} />}
    </AwaitedPage>
  );
}

function ProductView({ product, parent }: { product: Product; parent: ReactNode }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Page title={product.name} parent={parent} badge={<EnforcementBadge product={product} />} narrow withZone>
      <Stack>
        <EnforcementSection product={product} />
        <Prohibitions product={product} />
        <ProductRules key={product.id} product={product} />
        <Publishers product={product} />
        <Section title={t('products.facts')}>
          <FactList
            facts={[
              [t('fields.upgradeCode'), <CodeText key="code" value={product.upgradeCode} />],
              [t('fields.id'), <CodeText key="id" value={product.id} />],
              [t('nav.installers'), format.number(product.installers)],
              [t('nav.workstations'), format.number(product.workstations)],
              [t('fields.createdAt'), <TimeText key="at" at={product.createdAt} />],
            ]}
          />
        </Section>
      </Stack>
    </Page>
  );
}
