// The columns of an update's workstations.
import { Progress, Text, UnstyledButton } from '@mantine/core';
import type { TFunction } from 'i18next';
import type { AssignmentItem, AssignmentState } from '../../api/types.ts';
import { failureLine } from '../../components/code-meaning.ts';
import { TextLink } from '../../components/link.tsx';
import { AssignmentStateBadge } from '../../components/state-badge.tsx';
import type { Column } from '../../components/table/column.ts';
import { inWords } from '../../components/table/words.ts';
import { TimeText } from '../../components/time-text.tsx';
import type { Formats } from '../../format/use-format.ts';
import { exportedWhy, whyText } from './why-text.ts';
import type { AssignmentSort } from './search.ts';

/** The columns, in order. `onFailure` shows a failure's cause. */
export function assignmentColumns(
  t: TFunction,
  format: Formats,
  onFailure: (assignment: AssignmentItem) => void,
): Column<AssignmentItem, AssignmentSort>[] {
  return [
    {
      id: 'hostname',
      isLong: true,
      label: t('fields.workstation'),
      sort: 'hostname',
      isFixed: true,
      cell: (row) => (
        <TextLink to="/workstations/$id" params={{ id: row.workstation.id }}>
          {row.workstation.hostname}
        </TextLink>
      ),
    },
    {
      id: 'state',
      label: t('fields.state'),
      sort: 'state',
      minWidth: 150,
      cell: (row) => (
        <>
          <AssignmentStateBadge state={row.state} />
          {row.restartNeeded && (
            <Text size="xs" c="dimmed">
              {t('updates.restartNeeded')}
            </Text>
          )}
          {row.state === 'downloading' && row.progress !== null && row.progress.total > 0 && (
            <Progress
              mt={4}
              size="xs"
              value={(row.progress.bytes / row.progress.total) * 100}
              aria-label={t('states.assignment.downloading')}
            />
          )}
        </>
      ),
      words: inWords((state) => t(`states.assignment.${state as AssignmentState}`)),
    },
    {
      id: 'installedVersion',
      sort: 'installedVersion',
      label: t('fields.installedVersion'),
      cell: (row) => row.installedVersion ?? '–',
    },
    {
      id: 'attempts',
      label: t('fields.attempts'),
      sort: 'attempts',
      align: 'end',
      cell: (row) => format.number(row.attempts),
    },
    {
      id: 'lastError',
      isLong: true,
      label: t('fields.lastError'),
      minWidth: 200,
      cell: (row) =>
        row.lastError === null ? (
          '–'
        ) : (
          <UnstyledButton className="usher-link" fz="inherit" ta="left" onClick={() => onFailure(row)}>
            {failureLine(row.lastError, t)}
          </UnstyledButton>
        ),
    },
    {
      id: 'why',
      isLong: true,
      label: t('fields.why'),
      cell: (row) => whyText(row, t) ?? '–',
      // The server's sentence is English: a file for a person is told by the code, as the screen is.
      beside: ['whyCode', 'whyFacts'],
      words: (_why, row) => exportedWhy(row, t),
    },
    {
      id: 'cutoffAt',
      label: t('fields.cutoff'),
      isExtra: true,
      cell: (row) => <TimeText at={row.cutoffAt} />,
    },
    {
      id: 'updatedAt',
      label: t('fields.updatedAt'),
      sort: 'updatedAt',
      cell: (row) => <TimeText at={row.updatedAt} relative />,
    },
  ];
}
