// What Usher says by itself, and where: on the overview, as events, to a monitoring system. It sends nothing.
import { Anchor, Code, Group, SimpleGrid, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { EventType } from '@usher/protocol/event-types';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { apiBase } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { Attention } from '../../api/types.ts';
import { TextLink } from '../../components/link.tsx';
import { Page, Section } from '../../components/page.tsx';
import { useFormat } from '../../format/use-format.ts';
import { eventName } from '../events/event-text.tsx';

/** What the overview raises, in its order; whatever kind is new has to stand here. */
const raised = {
  'log-contradicted': true,
  'server-clock': true,
  'assignments-failed': true,
  'assignments-stuck': true,
  'starts-blocked': true,
  'update-suspended': true,
  'update-cutoff-near': true,
  'signatures-waiting': true,
  'trust-expiring': true,
  'server-restored': true,
  'keys-expiring': true,
  'workstations-claiming': true,
  'workstations-pending': true,
  'installers-pending': true,
  'update-not-started': true,
  'products-observing': true,
} as const satisfies Record<Attention['kind'], true>;

const kinds = Object.keys(raised) as Attention['kind'][];

const alarming = [
  'trust.expiring',
  'trust.log-contradicted',
  'trust.restored',
  'assignment.failed',
  'assignment.rolled-back',
  'start.blocked',
  'update.paused',
  'update.completed',
  'workstation.registered',
  'workstation.offline',
  'session.refused',
] as const satisfies readonly EventType[];

/** The page. */
export function NotificationsPage(): ReactNode {
  const { t } = useTranslation();
  return (
    <Page title={t('nav.notifications')} subtitle={t('notifications.note')} narrow>
      <OnOverview />
      <Section title={t('notifications.asEvents')} note={t('notifications.asEventsNote')}>
        <SimpleGrid component="ul" cols={{ base: 1, sm: 2 }} spacing={4} m={0} p={0} style={{ listStyle: 'none' }}>
          {alarming.map((type) => (
            <li key={type}>
              <Group gap={8} fz="sm">
                <TextLink to="/events" search={{ type }}>
                  {eventName(type, t)}
                </TextLink>
                <Code>{type}</Code>
              </Group>
            </li>
          ))}
        </SimpleGrid>
        <Text size="sm" c="dimmed" mt="sm">
          {t('notifications.logNote')}
        </Text>
      </Section>
      <Section title={t('notifications.forMonitoring')} note={t('notifications.forMonitoringNote')}>
        <Table fz="sm">
          <Table.Tbody>
            <Address path="/metrics" note={t('notifications.metricsNote')} />
            <Address path="/readyz" note={t('notifications.readyNote')} />
            <Address path={`${apiBase}/events/stream`} note={t('notifications.streamNote')} isEndless />
          </Table.Tbody>
        </Table>
      </Section>
    </Page>
  );
}

interface AddressProps {
  readonly path: string;
  readonly note: string;
  /** It never ends: nothing for a browser to open. */
  readonly isEndless?: boolean;
}

function Address({ path, note, isEndless = false }: AddressProps): ReactNode {
  return (
    <Table.Tr>
      <Table.Td pl={0} w={230}>
        {isEndless ? (
          <Code>{path}</Code>
        ) : (
          <Anchor href={path} size="sm" ff="monospace">
            {path}
          </Anchor>
        )}
      </Table.Td>
      <Table.Td>{note}</Table.Td>
    </Table.Tr>
  );
}

function OnOverview(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const overview = useQuery(queries.overview());
  const now = (kind: Attention['kind']) =>
    (overview.data?.attention ?? []).reduce((sum, item) => (item.kind === kind ? sum + item.count : sum), 0);
  return (
    <Section title={t('notifications.onOverview')} note={t('notifications.onOverviewNote')}>
      <Table fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th pl={0}>{t('fields.event')}</Table.Th>
            <Table.Th ta="right" pr={0}>
              {t('notifications.now')}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {kinds.map((kind) => (
            <Table.Tr key={kind}>
              <Table.Td pl={0}>{t(`notifications.kinds.${kind}`)}</Table.Td>
              <Table.Td ta="right" pr={0} data-numeric>
                {now(kind) === 0 ? (
                  <Text size="sm" c="dimmed" component="span">
                    –
                  </Text>
                ) : (
                  <TextLink to="/">{format.number(now(kind))}</TextLink>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
