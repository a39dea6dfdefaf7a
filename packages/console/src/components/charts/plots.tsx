// The plots themselves; fetched only by pages that show one.
import '@mantine/charts/styles.css';
import { AreaChart, BarChart, LineChart } from '@mantine/charts';
import type { ReactNode } from 'react';

const still = { isAnimationActive: false };

interface StackedAreasProps {
  readonly data: Record<string, string | number>[];
  readonly series: readonly { readonly name: string; readonly color: string }[];
  readonly formatValue: (value: number) => string;
}

/** Areas on top of each other over time. */
export function StackedAreas({ data, series, formatValue }: StackedAreasProps): ReactNode {
  return (
    <AreaChart
      h="100%"
      data={data}
      dataKey="at"
      type="stacked"
      series={[...series]}
      curveType="stepAfter"
      strokeWidth={1}
      fillOpacity={0.75}
      withGradient={false}
      withDots={false}
      withLegend
      tickLine="none"
      valueFormatter={formatValue}
      areaProps={still}
      xAxisProps={{ minTickGap: 32 }}
    />
  );
}

interface BurnUpPlotProps {
  readonly data: Record<string, string | number>[];
  readonly names: { readonly installed: string; readonly failed: string; readonly total: string };
  readonly cutoff: { readonly x: string; readonly label: string } | null;
  readonly formatValue: (value: number) => string;
}

/** What is installed and what failed, against all, with the cut-off as a line. */
export function BurnUpPlot({ data, names, cutoff, formatValue }: BurnUpPlotProps): ReactNode {
  return (
    <LineChart
      h="100%"
      data={data}
      dataKey="at"
      series={[
        { name: 'total', label: names.total, color: 'var(--usher-bar-muted)', strokeDasharray: '4 3' },
        { name: 'installed', label: names.installed, color: 'var(--usher-bar-success)' },
        { name: 'failed', label: names.failed, color: 'var(--usher-bar-danger)' },
      ]}
      curveType="stepAfter"
      withDots={false}
      withLegend
      tickLine="none"
      valueFormatter={formatValue}
      lineProps={still}
      xAxisProps={{ minTickGap: 32 }}
      {...(cutoff !== null && {
        referenceLines: [{ x: cutoff.x, label: cutoff.label, color: 'var(--usher-warning)' }],
      })}
    />
  );
}

interface BarsProps {
  readonly data: Record<string, string | number>[];
  readonly dataKey: string;
  readonly series: readonly { readonly name: string; readonly label: string; readonly color: string }[];
  readonly formatValue: (value: number) => string;
  readonly labelWidth: number;
}

/** Horizontal bars, each with its name at the left. */
export function Bars({ data, dataKey, series, formatValue, labelWidth }: BarsProps): ReactNode {
  return (
    <BarChart
      h="100%"
      data={data}
      dataKey={dataKey}
      orientation="vertical"
      series={[...series]}
      gridAxis="x"
      tickLine="none"
      withLegend={series.length > 1}
      valueFormatter={formatValue}
      yAxisProps={{ width: labelWidth }}
      barProps={{ ...still, maxBarSize: 20 }}
    />
  );
}
