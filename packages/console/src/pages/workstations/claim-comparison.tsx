// A newcomer that came with another machine's id and no proof, beside the one whose place it claims.
import { Alert, Skeleton, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import UsersRound from 'lucide-react/icons/users-round';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { WorkstationDetail } from '../../api/types.ts';
import { TextLink } from '../../components/link.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { WorkstationStatusBadge } from '../../components/state-badge.tsx';
import { TimeText } from '../../components/time-text.tsx';

/** Both side by side. */
export function ClaimComparison({ newcomer }: { newcomer: WorkstationDetail }): ReactNode {
  const { t } = useTranslation();
  const claimedId = newcomer.claims?.id ?? '';
  const known = useQuery(queries.workstation(claimedId));
  return (
    <Alert color="red" variant="light" icon={<UsersRound size={18} />} title={t('workstations.claimTitle')}>
      <Text size="sm" mb="sm">
        {t('workstations.claimNote')}
      </Text>
      {known.isError ? (
        <ProblemAlert error={known.error} />
      ) : known.data === undefined ? (
        <Skeleton height={160} />
      ) : (
        <Comparison newcomer={newcomer} known={known.data} />
      )}
    </Alert>
  );
}

function Comparison({ newcomer, known }: { newcomer: WorkstationDetail; known: WorkstationDetail }): ReactNode {
  const { t } = useTranslation();
  const rows: readonly (readonly [string, (one: WorkstationDetail) => ReactNode])[] = [
    [t('fields.status'), (one) => <WorkstationStatusBadge status={one.status} />],
    [t('fields.user'), (one) => one.user ?? '–'],
    [t('fields.os'), (one) => `${one.os.platform} ${one.os.release} · ${one.os.arch}`],
    [t('fields.timeZone'), (one) => one.os.timeZone],
    [t('fields.installedVersion'), (one) => one.installedVersion ?? '–'],
    [t('fields.activatedAt'), (one) => <TimeText at={one.activatedAt} />],
    [t('fields.lastSeen'), (one) => <TimeText at={one.lastSeenAt} />],
    [t('fields.machineId'), (one) => one.machineId],
  ];
  return (
    <Table fz="sm" bg="var(--usher-surface)" withTableBorder>
      <Table.Thead>
        <Table.Tr>
          <Table.Th aria-label={t('workstations.fact')} />
          <Table.Th scope="col">
            {t('workstations.newcomer')}: {newcomer.hostname}
          </Table.Th>
          <Table.Th scope="col">
            {t('workstations.known')}:{' '}
            <TextLink to="/workstations/$id" params={{ id: known.id }}>
              {known.hostname}
            </TextLink>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(([label, value]) => (
          <Table.Tr key={label}>
            <Table.Th scope="row" fw={500}>
              {label}
            </Table.Th>
            <Table.Td>{value(newcomer)}</Table.Td>
            <Table.Td>{value(known)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
