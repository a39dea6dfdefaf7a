// The columns of the list of workstations.
import { Badge, Group, Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import UsersRound from 'lucide-react/icons/users-round';
import type { ReactNode } from 'react';
import type { AssignmentState, Workstation, WorkstationStatus } from '../../api/types.ts';
import { codeMeaning, failureLine } from '../../components/code-meaning.ts';
import { reasonText } from '../../components/code-reason.ts';
import { TextLink } from '../../components/link.tsx';
import { AssignmentStateBadge, StateBadge, WorkstationStatusBadge } from '../../components/state-badge.tsx';
import type { Column } from '../../components/table/column.ts';
import { inWords } from '../../components/table/words.ts';
import { TimeText } from '../../components/time-text.tsx';
import type { Formats } from '../../format/use-format.ts';
import type { WorkstationSort } from './search.ts';

function osText(workstation: Workstation): string {
  const { platform, release, arch } = workstation.os;
  const name = platform === 'win32' ? 'Windows' : platform;
  return `${name} ${release} · ${arch}`;
}

/** What the last check was answered, of the product whose version is shown. */
function verdictText({ products, installedVersion }: Workstation, t: TFunction): string {
  const shown = products.length === 1 ? products[0] : products.find((one) => one.installedVersion === installedVersion);
  const verdict = shown?.verdict;
  if (verdict === null || verdict === undefined) return '–';
  const reason = reasonText(verdict.reason, t);
  return verdict.code === null ? reason : `${verdict.code} ${reason}`;
}

/** The same of an export, which says `block 2028` or `offer optional-update`. */
function answerLine(value: string, t: TFunction): string {
  const [, why = ''] = value.split(' ');
  const meaning = codeMeaning(Number(why), t);
  return meaning === null ? reasonText(why, t) : `${why} ${meaning}`;
}

/** The version of the product that the list is about; where it is about several, those of all of them, each above its product. */
function Versions({ row, field }: { row: Workstation; field: 'installedVersion' | 'desiredVersion' }): ReactNode {
  if (row[field] !== null) return row[field];
  const known = row.products.filter((one) => one[field] !== null);
  if (known.length === 0) return '–';
  if (row.products.length === 1) return known[0]?.[field];
  return known.map((one) => (
    <div key={one.product.id}>
      {one[field]}
      <Text size="xs" c="dimmed">
        {one.product.name}
      </Text>
    </div>
  ));
}

/** The columns, in order. */
export function workstationColumns(t: TFunction, _format: Formats): Column<Workstation, WorkstationSort>[] {
  return [
    {
      id: 'hostname',
      isLong: true,
      // Holds the 15 letters of a Windows name in one line.
      minWidth: 160,
      label: t('fields.name'),
      sort: 'hostname',
      isFixed: true,
      cell: (row) => (
        <Group gap={6}>
          <TextLink to="/workstations/$id" params={{ id: row.id }}>
            {row.hostname}
          </TextLink>
          {row.claims !== null && <StateBadge tone="danger" icon={UsersRound} label={t('workstations.claims')} />}
        </Group>
      ),
    },
    {
      id: 'status',
      sort: 'status',
      label: t('fields.status'),
      cell: (row) => <WorkstationStatusBadge status={row.status} />,
      words: inWords((status) => t(`states.workstation.${status as WorkstationStatus}`)),
    },
    {
      id: 'user',
      label: t('fields.user'),
      sort: 'user',
      cell: (row) => row.user ?? '–',
    },
    { id: 'os', label: t('fields.os'), sort: 'os', isWide: true, cell: osText },
    {
      id: 'installedVersion',
      isLong: true,
      minWidth: 80,
      sort: 'installedVersion',
      label: t('fields.installedVersion'),
      cell: (row) => <Versions row={row} field="installedVersion" />,
    },
    {
      id: 'desiredVersion',
      isLong: true,
      minWidth: 80,
      sort: 'desiredVersion',
      label: t('fields.desiredVersion'),
      cell: (row) => <Versions row={row} field="desiredVersion" />,
    },
    {
      id: 'verdict',
      isLong: true,
      isExtra: true,
      label: t('fields.lastAnswer'),
      minWidth: 160,
      cell: (row) => verdictText(row, t),
      words: inWords((value) => answerLine(value, t)),
    },
    {
      id: 'updateState',
      label: t('fields.updateState'),
      cell: (row) =>
        row.updateState === null ? (
          '–'
        ) : (
          <TextLink
            to="/updates/$id"
            params={{ id: row.updateState.update.id }}
            search={{ tab: 'workstations' }}
            title={row.updateState.update.name}
          >
            <AssignmentStateBadge state={row.updateState.state as AssignmentState} />
          </TextLink>
        ),
      words: inWords((state) => t(`states.assignment.${state as AssignmentState}`)),
    },
    {
      id: 'lastSeenAt',
      label: t('fields.lastSeen'),
      sort: 'lastSeenAt',
      cell: (row) => (row.lastSeenAt === null ? t('workstations.never') : <TimeText at={row.lastSeenAt} relative />),
    },
    {
      id: 'lastError',
      isLong: true,
      sort: 'lastError',
      label: t('fields.lastError'),
      cell: (row) => (row.lastError === null ? '–' : failureLine(row.lastError, t)),
    },
    {
      id: 'tags',
      isLong: true,
      isExtra: true,
      label: t('fields.tags'),
      cell: (row) =>
        row.tags.length === 0 ? (
          '–'
        ) : (
          <Group gap={4}>
            {row.tags.map((tag) => (
              <Badge key={tag} size="sm" variant="default" tt="none" fw={500} style={{ flexShrink: 0 }}>
                {tag}
              </Badge>
            ))}
          </Group>
        ),
    },
    {
      id: 'note',
      isLong: true,
      label: t('fields.note'),
      isExtra: true,
      cell: (row) => (
        <Text size="xs" lineClamp={2}>
          {row.note ?? '–'}
        </Text>
      ),
    },
    { id: 'id', label: t('fields.id'), isExtra: true, cell: (row) => row.id },
  ];
}
