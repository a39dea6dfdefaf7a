// Parts of a workstation's page: its products, its updates, its last failure.
import { Table, Text } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import MonitorCheck from 'lucide-react/icons/monitor-check';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { AssignmentState, WorkstationDetail } from '../../api/types.ts';
import { reasonText } from '../../components/code-reason.ts';
import { FailureDetails } from '../../components/failure-dialog.tsx';
import { ScrollBox } from '../../components/scroll-box.tsx';
import { TextLink } from '../../components/link.tsx';
import { Section } from '../../components/page.tsx';
import { AssignmentStateBadge } from '../../components/state-badge.tsx';
import { TimeText } from '../../components/time-text.tsx';

type ProductState = WorkstationDetail['products'][number];

/** What it has of each product, what it should have, and what its last check was answered. */
export function WorkstationProducts({ workstation }: { workstation: WorkstationDetail }): ReactNode {
  const { t } = useTranslation();
  return (
    <Section title={t('workstations.products')}>
      {workstation.products.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('workstations.noProduct')}
        </Text>
      ) : (
        <ScrollBox label={t('workstations.products')}>
          <Table fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th pl={0}>{t('fields.product')}</Table.Th>
                <Table.Th>{t('fields.installedVersion')}</Table.Th>
                <Table.Th>{t('fields.desiredVersion')}</Table.Th>
                <Table.Th>{t('fields.lastAnswer')}</Table.Th>
                <Table.Th>{t('fields.checkedAt')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {workstation.products.map((state) => (
                <Table.Tr key={state.product.id}>
                  <Table.Td pl={0}>{state.product.name}</Table.Td>
                  <Table.Td>{state.installedVersion ?? '–'}</Table.Td>
                  <Table.Td>{state.desiredVersion ?? '–'}</Table.Td>
                  <Table.Td>
                    <VerdictText verdict={state.verdict} />
                  </Table.Td>
                  <Table.Td>
                    <TimeText at={state.checkedAt} relative />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollBox>
      )}
    </Section>
  );
}

function VerdictText({ verdict }: { verdict: ProductState['verdict'] }): ReactNode {
  const { t } = useTranslation();
  if (verdict === null) return '–';
  const { observed } = verdict;
  return (
    <>
      <Text size="sm" fw={550}>
        {t(`actions.verdicts.${verdict.action}`)}
        {verdict.code !== null && ` (${verdict.code})`}
      </Text>
      <Text size="xs" c="dimmed">
        {reasonText(verdict.reason, t)}
      </Text>
      {observed !== null && (
        <Text size="xs" c="var(--usher-warning)">
          {t('workstations.wouldBe', { verdict: t(`actions.verdicts.${observed.action}`), code: observed.code ?? '' })}
        </Text>
      )}
    </>
  );
}

/** The newest check of each product in one line: the first of a workstation's history. */
export function LastChecks({ workstation }: { workstation: WorkstationDetail }): ReactNode {
  const { t } = useTranslation();
  return workstation.products.map(({ product, checkedAt, installedVersion, verdict }) => (
    <Text key={product.id} size="sm" data-testid="last-check">
      <MonitorCheck size={16} aria-hidden style={{ verticalAlign: 'text-bottom', marginInlineEnd: 6 }} />
      <Text fw={600} span inherit>
        {t('workstations.lastCheck')}
      </Text>{' '}
      <TimeText at={checkedAt} />
      {` · ${product.name} ${installedVersion ?? t('workstations.notInstalled')}`}
      {verdict !== null && (
        <>
          {` · ${t(`actions.verdicts.${verdict.action}`)}`}
          {verdict.code !== null && ` (${verdict.code})`}
          {` · ${reasonText(verdict.reason, t)}`}
        </>
      )}
    </Text>
  ));
}

/** The updates that it is or was in. */
export function WorkstationUpdates({ workstation }: { workstation: WorkstationDetail }): ReactNode {
  const { t } = useTranslation();
  return (
    <Section title={t('nav.updates')}>
      {workstation.assignments.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('workstations.noUpdates')}
        </Text>
      ) : (
        <ScrollBox label={t('nav.updates')}>
          <Table fz="sm">
            <Table.Tbody>
              {workstation.assignments.map((assignment) => (
                <Table.Tr key={assignment.update.id}>
                  <Table.Td pl={0} style={{ overflowWrap: 'anywhere', minWidth: 110 }}>
                    <TextLink to="/updates/$id" params={{ id: assignment.update.id }}>
                      {assignment.update.name}
                    </TextLink>
                  </Table.Td>
                  <Table.Td>{assignment.target}</Table.Td>
                  <Table.Td>
                    <AssignmentStateBadge state={assignment.state as AssignmentState} />
                  </Table.Td>
                  <Table.Td ta="right" pr={0}>
                    <TimeText at={assignment.updatedAt} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollBox>
      )}
    </Section>
  );
}

/** The newest failure with its log tail, asked for at the updates in which it failed. */
export function LastFailure({ workstation }: { workstation: WorkstationDetail }): ReactNode {
  const { t } = useTranslation();
  const failed = workstation.assignments.filter((assignment) => assignment.state === 'failed').slice(0, 3);
  const answers = useQueries({
    queries: failed.map((assignment) =>
      queries.assignments(assignment.update.id, { state: 'failed', q: workstation.hostname, pageSize: 50 }),
    ),
  });
  const failures = answers
    .flatMap((answer) => answer.data?.items ?? [])
    .filter((item) => item.workstation.id === workstation.id)
    .flatMap((item) => (item.lastError === null ? [] : [item.lastError]))
    .sort((left, right) => right.at.localeCompare(left.at));
  const summary = workstation.lastError;
  const failure = failures[0] ?? (summary === null ? null : { ...summary, logTail: null });
  if (failure === null) return null;
  return (
    <Section title={t('fields.lastError')}>
      <FailureDetails failure={failure} />
    </Section>
  );
}
