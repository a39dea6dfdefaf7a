// How far an update is: its parts, its burn-up with the cut-off, its failures by reason.
import { Button, Grid, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { BurnUp, Update } from '../../api/types.ts';
import { ChartFrame } from '../../components/charts/chart-frame.tsx';
import { FailureChart } from '../../components/charts/failure-chart.tsx';
import { BurnUpPlot } from '../../components/charts/lazy-plots.ts';
import { Section } from '../../components/page.tsx';
import { ProgressParts } from '../../components/progress-parts.tsx';
import { spanOf } from '../../components/charts/span-of.ts';
import { useFormat } from '../../format/use-format.ts';

/** The tab. */
export function ProgressTab({ update, onFailed }: { update: Update; onFailed: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { counts, total } = update;
  return (
    <Stack>
      <Section>
        <Group justify="space-between" align="baseline" mb="xs">
          <Text fz={26} fw={650} lh={1.2} data-numeric>
            {t('updates.installedOf', { installed: format.number(counts.installed), total: format.number(total) })}
          </Text>
          {counts.failed > 0 && (
            <Button size="xs" variant="light" color="red" onClick={onFailed}>
              {t('updates.showFailed', { count: counts.failed })}
            </Button>
          )}
        </Group>
        <ProgressParts counts={counts} total={total} legend />
      </Section>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <BurnUpChart update={update} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <FailureChart query={{ update: update.id, days: 400 }} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

/** The points of the plot; the cut-off gets a point of its own, so that the axis reaches to it. */
function plotPoints(burnUp: BurnUp, cutoffAt: string | null) {
  const points = burnUp.points.map((point) => ({ ...point, at: Date.parse(point.at) }));
  return cutoffAt === null ? points : [...points, { at: Date.parse(cutoffAt) }].sort((a, b) => a.at - b.at);
}

function BurnUpChart({ update }: { update: Update }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(queries.burnUp(update.id));
  const names = { installed: t('parts.installed'), failed: t('parts.failed'), total: t('charts.all') };
  return (
    <ChartFrame
      title={t('charts.burnUp')}
      note={t('charts.burnUpNote')}
      height={240}
      query={query}
      isEmpty={(data) => data.points.length === 0}
      empty={t('charts.burnUpEmpty')}
      chart={(data) => (
        <BurnUpPlot
          data={plotPoints(data, update.cutoffAt)}
          names={names}
          cutoff={update.cutoffAt === null ? null : { at: Date.parse(update.cutoffAt), label: t('fields.cutoff') }}
          formatTime={format.tick(
            spanOf([...data.points, ...(update.cutoffAt === null ? [] : [{ at: update.cutoffAt }])]),
          )}
          formatMoment={(at) => format.instant(new Date(at).toISOString())}
          formatValue={format.number}
        />
      )}
      table={(data) => ({
        head: [t('charts.time'), names.installed, names.failed, names.total],
        rows: data.points.map((point) => [
          format.instant(point.at),
          format.number(point.installed),
          format.number(point.failed),
          format.number(point.total),
        ]),
      })}
    />
  );
}
