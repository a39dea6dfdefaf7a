// What needs the administrator, where each update stands, how the fleet moves.
import { Grid, SegmentedControl, Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { Overview } from '../../api/types.ts';
import { FailureChart } from '../../components/charts/failure-chart.tsx';
import { Page } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { ChoiceFilter } from '../../components/table/filters.tsx';
import { useProducts } from '../../state/use-products.ts';
import { useSearchPatch } from '../../state/use-search-patch.ts';
import { AttentionList } from './attention-list.tsx';
import { ComplianceChart, VersionChart } from './charts.tsx';
import { FirstSteps, useIsBeginning } from './first-steps.tsx';
import { ObservedProducts, RunningUpdates, WorkstationNumbers } from './overview-parts.tsx';
import { type OverviewSearch, periods } from './search.ts';

const route = getRouteApi('/shell/');

/** The overview. */
export function OverviewPage(): ReactNode {
  const { t } = useTranslation();
  const query = useQuery(queries.overview());
  return (
    <Page title={t('nav.overview')} withZone>
      {query.isError ? (
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data === undefined ? (
        <Stack>
          <Skeleton height={84} />
          <Skeleton height={180} />
          <Skeleton height={260} />
        </Stack>
      ) : (
        <Content overview={query.data} />
      )}
    </Page>
  );
}

function Content({ overview }: { overview: Overview }): ReactNode {
  const isBeginning = useIsBeginning(overview);
  return (
    <Stack>
      {isBeginning && <FirstSteps overview={overview} />}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <AttentionList items={overview.attention} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <RunningUpdates updates={overview.running} />
        </Grid.Col>
      </Grid>
      <WorkstationNumbers overview={overview} />
      {overview.observed.length > 0 && <ObservedProducts observed={overview.observed} />}
      {overview.workstations.total > 0 && <Plots />}
    </Stack>
  );
}

function Plots(): ReactNode {
  const { t } = useTranslation();
  const search = route.useSearch();
  const change = useSearchPatch<OverviewSearch>();
  const { products, options } = useProducts();
  const days = search.days ?? '30';
  const product = search.product ?? products[0]?.id;
  const asked = { days, product };
  return (
    <Stack>
      <div style={{ display: 'flex', gap: 8, flexWrap: 'wrap' }}>
        <SegmentedControl
          size="xs"
          aria-label={t('overview.period')}
          value={days}
          data={periods.map((period) => ({ value: period, label: t('overview.days', { count: Number(period) }) }))}
          onChange={(next) => change({ days: periods.find((period) => period === next) })}
        />
        {options.length > 1 && (
          <ChoiceFilter
            label={t('fields.product')}
            value={product}
            options={options}
            width={220}
            onChange={(next) => change({ product: next })}
          />
        )}
      </div>
      <VersionChart query={asked} />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <FailureChart query={asked} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <ComplianceChart query={asked} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}
