// One workstation: what it is, where it stands, what happened to it, what can be done.
import { Alert, Badge, Grid, Group, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { WorkstationDetail } from '../../api/types.ts';
import { AwaitedPage } from '../../components/awaited.tsx';
import { CodeText, FactList } from '../../components/fact-list.tsx';
import { TextLink } from '../../components/link.tsx';
import { Page, Section } from '../../components/page.tsx';
import { WorkstationStatusBadge } from '../../components/state-badge.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useFormat } from '../../format/use-format.ts';
import { useSearchPatch } from '../../state/use-search-patch.ts';
import { ObjectEvents } from '../events/object-events.tsx';
import { ClaimComparison } from './claim-comparison.tsx';
import { PassList } from './pass-list.tsx';
import { type WorkstationSearch, workstationTabs } from './search.ts';
import { WorkstationActions } from './workstation-actions.tsx';
import { LastChecks, LastFailure, WorkstationProducts, WorkstationUpdates } from './workstation-parts.tsx';

const route = getRouteApi('/shell/workstations/$id');

/** The page of one workstation. */
export function WorkstationPage(): ReactNode {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const query = useQuery(queries.workstation(id));
  const parent = <TextLink to="/workstations">{t('nav.workstations')}</TextLink>;
  return (
    <AwaitedPage query={query} list={t('nav.workstations')} parent={parent}>
      {(workstation) => <WorkstationView workstation={workstation} parent={parent} />}
    </AwaitedPage>
  );
}

function WorkstationView({ workstation, parent }: { workstation: WorkstationDetail; parent: ReactNode }): ReactNode {
  const { t } = useTranslation();
  const search = route.useSearch();
  const change = useSearchPatch<WorkstationSearch>();
  return (
    <Page
      // The foot of its history names the zone itself.
      withZone={search.tab !== 'history'}
      title={workstation.hostname}
      parent={parent}
      badge={<WorkstationStatusBadge status={workstation.status} />}
      subtitle={
        <>
          {t('fields.lastSeen')}:{' '}
          {workstation.lastSeenAt === null ? (
            t('workstations.never')
          ) : (
            <TimeText at={workstation.lastSeenAt} relative />
          )}
        </>
      }
      actions={<WorkstationActions workstation={workstation} />}
    >
      <Notices workstation={workstation} />
      <Tabs
        value={search.tab ?? 'facts'}
        onChange={(next) => change({ tab: workstationTabs.find((tab) => tab === next) })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {workstationTabs.map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {t(`workstations.tabs.${tab}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="facts">
          <Overview workstation={workstation} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <ObjectEvents object={workstation.id} withOwnActs start={<LastChecks workstation={workstation} />} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Notices({ workstation }: { workstation: WorkstationDetail }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      {workstation.retiredAt !== null && (
        <Alert color="gray" variant="light">
          {t('workstations.retiredNotice')} <TimeText at={workstation.retiredAt} />
        </Alert>
      )}
      {workstation.claims !== null && <ClaimComparison newcomer={workstation} />}
      {workstation.status === 'pending' && workstation.claims === null && workstation.retiredAt === null && (
        <Alert color="yellow" variant="light">
          {t('workstations.pendingNote')}
        </Alert>
      )}
    </>
  );
}

function Overview({ workstation }: { workstation: WorkstationDetail }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { os } = workstation;
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Stack>
          <WorkstationProducts workstation={workstation} />
          <WorkstationUpdates workstation={workstation} />
          <LastFailure workstation={workstation} />
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Stack>
          <Section title={t('workstations.facts')}>
            <FactList
              facts={[
                [t('fields.user'), workstation.user],
                [t('fields.os'), `${os.platform === 'win32' ? 'Windows' : os.platform} ${os.release}`],
                [t('fields.architecture'), os.arch],
                [t('fields.language'), format.languageName(os.language)],
                [t('fields.timeZone'), os.timeZone],
                [t('fields.activatedAt'), <TimeText key="at" at={workstation.activatedAt} />],
                [
                  t('fields.tags'),
                  workstation.tags.length === 0 ? null : (
                    <Group key="tags" gap={4}>
                      {workstation.tags.map((tag) => (
                        <Badge key={tag} size="sm" variant="default" tt="none" fw={500}>
                          {tag}
                        </Badge>
                      ))}
                    </Group>
                  ),
                ],
                [
                  t('fields.note'),
                  workstation.note === null ? null : (
                    <Text key="note" size="sm" style={{ whiteSpace: 'pre-wrap' }}>
                      {workstation.note}
                    </Text>
                  ),
                ],
                [t('fields.id'), <CodeText key="id" value={workstation.id} />],
                [t('fields.machineId'), <CodeText key="machine" value={workstation.machineId} />],
              ]}
            />
          </Section>
          <PassList workstation={workstation} />
        </Stack>
      </Grid.Col>
    </Grid>
  );
}
