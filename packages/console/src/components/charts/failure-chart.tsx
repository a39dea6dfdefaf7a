// Failures by reason, for the overview and for one update.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Query } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { exitCodeMeaning, failureLine } from '../code-meaning.ts';
import { ChartFrame } from './chart-frame.tsx';
import { Bars } from './lazy-plots.ts';

const mostReasons = 6;

/** Failed attempts by cause, the most frequent first. */
export function FailureChart({ query: asked }: { query: Query }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(queries.failureSeries(asked));
  return (
    <ChartFrame
      title={t('charts.failures')}
      height={240}
      query={query}
      isEmpty={(data) => data.items.length === 0}
      empty={t('charts.noFailures')}
      chart={(data) => (
        <Bars
          data={data.items.slice(0, mostReasons).map((item) => ({ reason: failureLine(item, t), count: item.count }))}
          dataKey="reason"
          series={[{ name: 'count', label: t('charts.failedAttempts'), color: 'var(--usher-bar-danger)' }]}
          formatValue={format.number}
          labelWidth={190}
          isCount
        />
      )}
      table={(data) => ({
        head: [t('charts.reason'), t('charts.failedAttempts'), t('fields.workstations'), t('charts.lastAt')],
        rows: data.items.map((item) => [
          [failureLine(item, t), exitCodeMeaning(item.exitCode, t)].filter((part) => part !== null).join(' – '),
          format.number(item.count),
          format.number(item.workstations),
          format.instant(item.lastAt),
        ]),
      })}
    />
  );
}
