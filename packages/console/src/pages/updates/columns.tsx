// The columns of the list of updates.
import { Group, Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import type { Update, UpdateState } from '../../api/types.ts';
import { ActorText } from '../../components/actor-text.tsx';
import { TextLink } from '../../components/link.tsx';
import { ProgressParts } from '../../components/progress-parts.tsx';
import { StateBadge, UpdateStateBadge } from '../../components/state-badge.tsx';
import type { Column } from '../../components/table/column.ts';
import { inWords } from '../../components/table/words.ts';
import { TimeText } from '../../components/time-text.tsx';
import type { Formats } from '../../format/use-format.ts';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import { CutoffText } from './cutoff-text.tsx';
import type { UpdateSort } from './search.ts';

/** The columns, in order. */
export function updateColumns(t: TFunction, format: Formats): Column<Update, UpdateSort>[] {
  return [
    {
      id: 'name',
      isLong: true,
      label: t('fields.name'),
      sort: 'name',
      isFixed: true,
      minWidth: 200,
      cell: (row) => (
        <TextLink to="/updates/$id" params={{ id: row.id }}>
          {row.name}
        </TextLink>
      ),
    },
    {
      id: 'state',
      label: t('fields.state'),
      cell: (row) => (
        <Group gap={4}>
          <UpdateStateBadge state={row.state} />
          {row.suspended !== null && <StateBadge tone="danger" icon={TriangleAlert} label={t('updates.suspended')} />}
        </Group>
      ),
      words: inWords((state) => t(`states.update.${state as UpdateState}`)),
    },
    {
      id: 'target',
      isLong: true,
      minWidth: 110,
      label: t('fields.target'),
      cell: (row) => (
        <>
          {row.target.version}
          <Text size="xs" c="dimmed">
            {row.product.name}
          </Text>
        </>
      ),
    },
    {
      id: 'product',
      label: t('fields.product'),
      isExtra: true,
      cell: (row) => row.product.name,
    },
    {
      id: 'requirement',
      label: t('fields.requirement'),
      cell: (row) => t(`requirement.${row.requirement}`),
      words: inWords((requirement) => t(`requirement.${requirement as Update['requirement']}`)),
    },
    {
      id: 'cutoff',
      isLong: true,
      minWidth: 120,
      label: t('fields.cutoff'),
      cell: (row) => <CutoffText update={row} isShort />,
    },
    {
      id: 'progress',
      label: t('fields.progress'),
      minWidth: 150,
      cell: (row) => <ProgressParts counts={row.counts} total={row.total} />,
      // As `3/12` a spreadsheet would take it for a day.
      words: inWords((progress) => {
        const [done, total] = progress.split('/');
        return t('table.doneOf', { done, total });
      }),
    },
    {
      id: 'total',
      isExtra: true,
      label: t('fields.workstations'),
      align: 'end',
      cell: (row) => format.number(row.total),
    },
    {
      id: 'failed',
      label: t('fields.failed'),
      align: 'end',
      cell: (row) =>
        row.counts.failed === 0 ? (
          '0'
        ) : (
          <TextLink to="/updates/$id" params={{ id: row.id }} search={{ tab: 'workstations', state: 'failed' }}>
            {format.number(row.counts.failed)}
          </TextLink>
        ),
    },
    {
      id: 'startsAt',
      label: t('fields.startedAt'),
      isExtra: true,
      cell: (row) => <TimeText at={row.startedAt ?? row.startsAt} />,
    },
    {
      id: 'createdAt',
      isExtra: true,
      label: t('fields.createdAt'),
      sort: 'createdAt',
      cell: (row) => <TimeText at={row.createdAt} />,
    },
    {
      id: 'createdBy',
      isLong: true,
      label: t('fields.createdBy'),
      isExtra: true,
      cell: (row) => <ActorText actor={row.createdBy} />,
    },
  ];
}
