// The plots themselves; fetched only by pages that show one.
import '@mantine/charts/styles.css';
import { AreaChart, BarChart, LineChart } from '@mantine/charts';
import type { ReactNode } from 'react';

const still = { isAnimationActive: false };

/** A plot is for the eye; its numbers stand beside it as a table, so nothing in it takes the focus. */
const forTheEye = { accessibilityLayer: false };

/** Workstations and attempts are counted: there is no half of one. */
const wholeNumbers = { allowDecimals: false };

/** An axis for counts up to `most`: a handful of workstations has a tick each, and none above them. */
function countAxis(most: number) {
  const top = Math.max(1, most);
  return top > 4 ? wholeNumbers : { ...wholeNumbers, domain: [0, top] as [number, number], tickCount: top + 1 };
}

/** A point of a plot over time: `at` in milliseconds since 1970, a number for each series by its key. */
export type TimePoint = { readonly at: number } & Readonly<Record<string, number>>;

interface TimePlotProps {
  readonly data: readonly TimePoint[];
  /** A tick of the time axis. */
  readonly formatTime: (at: number) => string;
  /** The moment that the pointer is on. */
  readonly formatMoment: (at: number) => string;
  readonly formatValue: (value: number) => string;
}

interface StackedAreasProps extends TimePlotProps {
  readonly series: readonly { readonly name: string; readonly label: string; readonly color: string }[];
}

function timeAxis({ formatTime }: TimePlotProps) {
  return {
    type: 'number' as const,
    scale: 'time' as const,
    domain: ['dataMin', 'dataMax'] as [string, string],
    tickFormatter: (value: unknown) => formatTime(Number(value)),
    minTickGap: 40,
  };
}

function momentLabel({ formatMoment }: TimePlotProps) {
  // Before the pointer has been anywhere there is no moment.
  return { labelFormatter: (value: unknown) => (typeof value === 'number' ? formatMoment(value) : '') };
}

/** Areas on top of each other over time. */
export function StackedAreas(properties: StackedAreasProps): ReactNode {
  const { data, series, formatValue } = properties;
  return (
    <AreaChart
      h="100%"
      data={[...data]}
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
      areaChartProps={forTheEye}
      xAxisProps={timeAxis(properties)}
      yAxisProps={countAxis(
        Math.max(...data.map((point) => series.reduce((sum, { name }) => sum + (point[name] ?? 0), 0))),
      )}
      tooltipProps={momentLabel(properties)}
    />
  );
}

interface BurnUpPlotProps extends TimePlotProps {
  readonly names: { readonly installed: string; readonly failed: string; readonly total: string };
  readonly cutoff: { readonly at: number; readonly label: string } | null;
}

/** What is installed and what failed, against all, with the cut-off as a line. */
export function BurnUpPlot(properties: BurnUpPlotProps): ReactNode {
  const { data, names, cutoff, formatValue } = properties;
  return (
    <LineChart
      h="100%"
      data={[...data]}
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
      lineChartProps={forTheEye}
      xAxisProps={timeAxis(properties)}
      yAxisProps={countAxis(Math.max(...data.map((point) => point.total ?? 0)))}
      tooltipProps={momentLabel(properties)}
      {...(cutoff !== null && {
        referenceLines: [
          { x: cutoff.at, label: cutoff.label, labelPosition: 'insideTopRight', color: 'var(--usher-warning)' },
        ],
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
  /** Whether the values are counts. */
  readonly isCount?: boolean;
}

/** Horizontal bars, each with its name at the left. */
export function Bars({ data, dataKey, series, formatValue, labelWidth, isCount = false }: BarsProps): ReactNode {
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
      xAxisProps={isCount ? wholeNumbers : {}}
      barProps={{ ...still, maxBarSize: 20 }}
      barChartProps={forTheEye}
    />
  );
}
