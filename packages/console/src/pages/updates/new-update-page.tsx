// Updates, New: the criteria. Saving makes a draft and leads to its Workstations tab.
import { Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { Update } from '../../api/types.ts';
import { TextLink } from '../../components/link.tsx';
import { Page } from '../../components/page.tsx';
import { useAction } from '../../components/use-action.ts';
import { type Criteria, criteriaOf, emptyCriteria, toRequest } from './criteria.ts';
import { UpdateForm } from './update-form.tsx';

const route = getRouteApi('/shell/updates/new');

/** The page of a new update; a copy starts with another's criteria, without its times. */
export function NewUpdatePage(): ReactNode {
  const { t } = useTranslation();
  const { product, version, copy } = route.useSearch();
  const navigate = useNavigate();
  const original = useQuery({ ...queries.update(copy ?? ''), enabled: copy !== undefined });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const create = useAction<Criteria, Update>({
    run: (criteria) => post<Update>('/updates', toRequest(criteria)),
    refresh: ['updates', 'overview'],
    then: (update) => void navigate({ to: '/updates/$id', params: { id: update.id }, search: { tab: 'workstations' } }),
  });
  const isReady = copy === undefined || original.data !== undefined;
  const initial: Criteria =
    original.data === undefined
      ? { ...emptyCriteria(zone), product: product ?? '', version: version ?? '' }
      : { ...criteriaOf(original.data, zone), cutoff: 'none', cutoffTime: '', start: 'at-once', startTime: '' };
  return (
    <Page title={t('updates.new')} parent={<TextLink to="/updates">{t('nav.updates')}</TextLink>} narrow>
      <Text size="sm" c="dimmed">
        {t('updates.newNote')}
      </Text>
      {isReady ? (
        <UpdateForm
          initial={initial}
          isPending={create.isPending}
          error={create.error}
          onSave={(criteria) => create.mutate(criteria)}
        />
      ) : (
        <Skeleton height={400} />
      )}
    </Page>
  );
}
