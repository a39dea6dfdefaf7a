// One update: what it is, how far it is, and everything that can be done with it.
import { Alert, Button, Group, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import CircleAlert from 'lucide-react/icons/circle-alert';
import Play from 'lucide-react/icons/play';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { Update } from '../../api/types.ts';
import { AwaitedPage } from '../../components/awaited.tsx';
import { TextLink } from '../../components/link.tsx';
import { Page } from '../../components/page.tsx';
import { UpdateStateBadge } from '../../components/state-badge.tsx';
import { usePermission } from '../../state/session.ts';
import { useSearchPatch } from '../../state/use-search-patch.ts';
import { ObjectEvents } from '../events/object-events.tsx';
import { CriteriaTab } from './criteria-tab.tsx';
import { CutoffText } from './cutoff-text.tsx';
import { ProgressTab } from './progress-tab.tsx';
import { ReviewTab } from './review-tab.tsx';
import type { UpdateSearch, updateTabs } from './search.ts';
import { UpdateActions } from './update-actions.tsx';
import { WorkstationsTab } from './workstations-tab.tsx';

const route = getRouteApi('/shell/updates/$id');

type Tab = (typeof updateTabs)[number];

/** A draft is made ready in its tabs from left to right; a started one is watched. */
const draftTabs: readonly Tab[] = ['criteria', 'workstations', 'review', 'events'];
const startedTabs: readonly Tab[] = ['progress', 'workstations', 'events', 'criteria'];

/** How often the counts of an update under way are asked for, beside the live events; milliseconds. */
const refreshEvery = 10_000;

/** The page of one update. */
export function UpdatePage(): ReactNode {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const query = useQuery({
    ...queries.update(id),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? refreshEvery : false),
  });
  const parent = <TextLink to="/updates">{t('nav.updates')}</TextLink>;
  return (
    <AwaitedPage query={query} list={t('nav.updates')} parent={parent}>
      {(update) => <UpdateView update={update} parent={parent} />}
    </AwaitedPage>
  );
}

function UpdateView({ update, parent }: { update: Update; parent: ReactNode }): ReactNode {
  const { t } = useTranslation();
  const search = route.useSearch();
  const change = useSearchPatch<UpdateSearch>();
  const isDraft = update.state === 'draft';
  const tabs = isDraft ? draftTabs : startedTabs;
  const wanted = search.tab ?? (isDraft ? 'workstations' : 'progress');
  const tab = tabs.includes(wanted) ? wanted : (tabs[0] ?? 'progress');
  const open = (next: Tab) =>
    change({ tab: next, state: undefined, page: undefined, sort: undefined, q: undefined, pageSize: undefined });
  return (
    <Page
      // Below a list, its foot names the zone.
      withZone={tab !== 'workstations' && tab !== 'events'}
      title={update.name}
      parent={parent}
      badge={<UpdateStateBadge state={update.state} />}
      subtitle={<Subtitle update={update} />}
      actions={<UpdateActions update={update} />}
    >
      {isDraft && <DraftNotice update={update} tab={tab} onReview={() => open('review')} />}
      <Notices update={update} />
      <Tabs
        value={tab}
        onChange={(next) => {
          const found = tabs.find((candidate) => candidate === next);
          if (found !== undefined) open(found);
        }}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {tabs.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {name === 'workstations'
                ? t('updates.tabs.workstationsCount', { count: update.total })
                : t(`updates.tabs.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="progress">
          <ProgressTab update={update} onFailed={() => change({ tab: 'workstations', state: 'failed' })} />
        </Tabs.Panel>
        <Tabs.Panel value="workstations">
          <WorkstationsTab update={update} search={search} onSearch={change} />
        </Tabs.Panel>
        <Tabs.Panel value="review">
          <ReviewTab update={update} onWorkstations={() => open('workstations')} onStarted={() => open('progress')} />
        </Tabs.Panel>
        <Tabs.Panel value="events">
          <ObjectEvents object={update.id} />
        </Tabs.Panel>
        <Tabs.Panel value="criteria">
          <CriteriaTab update={update} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Subtitle({ update }: { update: Update }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      {update.product.name} → {update.target.version} · {t(`requirement.${update.requirement}`)}
      {update.requirement === 'optional' && (
        <>
          {' · '}
          {t('fields.cutoff')}: <CutoffText update={update} />
        </>
      )}
    </>
  );
}

function DraftNotice({ update, tab, onReview }: { update: Update; tab: Tab; onReview: () => void }): ReactNode {
  const { t } = useTranslation();
  const mayManage = usePermission('updates.manage');
  return (
    <Alert color="yellow" variant="light" icon={<CircleAlert size={18} />} title={t('updates.notStarted')}>
      <Group justify="space-between">
        <Text size="sm">
          {update.total === 0 ? t('updates.notStartedEmpty') : t('updates.notStartedReady', { count: update.total })}
        </Text>
        {mayManage && update.total > 0 && tab !== 'review' && (
          <Button leftSection={<Play size={16} />} onClick={onReview}>
            {t('updates.toReview')}
          </Button>
        )}
      </Group>
    </Alert>
  );
}

function Notices({ update }: { update: Update }): ReactNode {
  const { t } = useTranslation();
  const [isClosed, setClosed] = useState(false);
  return (
    <>
      {update.suspended !== null && (
        <Alert color="red" variant="light" icon={<CircleAlert size={18} />} title={t('updates.suspendedTitle')}>
          {update.suspended}
        </Alert>
      )}
      {update.state === 'paused' && !isClosed && (
        <Alert
          color="yellow"
          variant="light"
          icon={<CircleAlert size={18} />}
          title={t('updates.pausedTitle')}
          withCloseButton
          closeButtonLabel={t('actions.close')}
          onClose={() => setClosed(true)}
        >
          {update.pausedReason ?? t('updates.pausedNote')}
        </Alert>
      )}
    </>
  );
}
