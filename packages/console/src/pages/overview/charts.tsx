// The plots of the overview: versions over time, time to compliance.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Query } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import { ChartFrame } from '../../components/charts/chart-frame.tsx';
import { Bars, StackedAreas } from '../../components/charts/lazy-plots.ts';
import { spanOf } from '../../components/charts/span-of.ts';
import { useFormat } from '../../format/use-format.ts';

/** Colours that stay apart from each other in both themes, oldest version first. */
const palette = ['#8a949b', '#b08a52', '#c9a227', '#6f9e57', '#3f8f7f', '#2b8fad', '#4a6fb5', '#7a5ba8', '#a84f7d'];

/** What the server calls the rest, beyond the versions that it names. */
const rest = 'other';

/** The key of a version's series: a version itself has dots, which the plot would take for a path. */
function key(index: number): string {
  return `version${String(index)}`;
}

/** How many workstations had which version, over time. */
export function VersionChart({ query: asked }: { query: Query }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(queries.versionSeries(asked));
  const name = (version: string) => (version === rest ? t('charts.otherVersions') : version);
  return (
    <ChartFrame
      title={t('charts.versions')}
      height={260}
      query={query}
      isEmpty={(data) => data.points.length < 2 || data.versions.length === 0}
      empty={t('charts.noVersions')}
      chart={(data) => (
        <StackedAreas
          data={data.points.map((point) => ({
            at: Date.parse(point.at),
            ...Object.fromEntries(data.versions.map((_, index) => [key(index), point.counts[index] ?? 0])),
          }))}
          series={data.versions.map((version, index) => ({
            name: key(index),
            label: name(version),
            color: palette[index + (palette.length - data.versions.length)] ?? palette[0] ?? '',
          }))}
          formatTime={format.tick(spanOf(data.points))}
          formatMoment={(at) => format.instant(new Date(at).toISOString())}
          formatValue={format.number}
        />
      )}
      table={(data) => ({
        head: [t('charts.time'), ...data.versions.map(name)],
        rows: data.points.map((point) => [
          format.instant(point.at),
          ...data.versions.map((_, index) => format.number(point.counts[index] ?? 0)),
        ]),
      })}
    />
  );
}

/** Hours from an update's start until workstations had it: the middle one, and the ninetieth of a hundred. */
export function ComplianceChart({ query: asked }: { query: Query }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(queries.complianceSeries(asked));
  return (
    <ChartFrame
      title={t('charts.compliance')}
      height={240}
      query={query}
      isEmpty={(data) => data.items.length === 0}
      empty={t('charts.noCompliance')}
      chart={(data) => (
        <Bars
          data={data.items.slice(0, 6).map((item) => ({
            update: item.update.name,
            median: item.medianHours ?? 0,
            ninetieth: item.ninetiethPercentileHours ?? 0,
          }))}
          dataKey="update"
          series={[
            { name: 'median', label: t('charts.median'), color: 'var(--usher-bar-info)' },
            { name: 'ninetieth', label: t('charts.ninetieth'), color: 'var(--usher-bar-offered)' },
          ]}
          formatValue={format.hours}
          labelWidth={150}
        />
      )}
      table={(data) => ({
        head: [t('fields.update'), t('charts.arrived'), t('charts.median'), t('charts.ninetieth')],
        rows: data.items.map((item) => [
          item.update.name,
          `${format.number(item.arrived)} / ${format.number(item.toArrive)}`,
          item.medianHours === null ? t('charts.notYet') : format.hours(item.medianHours),
          item.ninetiethPercentileHours === null ? t('charts.notYet') : format.hours(item.ninetiethPercentileHours),
        ]),
      })}
    />
  );
}
