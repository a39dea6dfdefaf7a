// The criteria of an update as they stand; a draft's can be changed here.
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patch } from '../../api/client.ts';
import type { Update } from '../../api/types.ts';
import { ActorText } from '../../components/actor-text.tsx';
import { FactList } from '../../components/fact-list.tsx';
import { Section } from '../../components/page.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useAction } from '../../components/use-action.ts';
import { usePermission } from '../../state/session.ts';
import { CutoffText } from './cutoff-text.tsx';
import { type Criteria, criteriaOf, toPatch } from './criteria.ts';
import { UpdateForm } from './update-form.tsx';

/** The criteria. */
export function CriteriaTab({ update }: { update: Update }): ReactNode {
  const { t } = useTranslation();
  const mayManage = usePermission('updates.manage');
  const [isEditing, setEditing] = useState(false);
  const save = useAction<Criteria, Update>({
    run: (criteria) => patch<Update>(`/updates/${update.id}`, toPatch(criteria)),
    refresh: ['updates', 'overview'],
    done: () => t('updates.saved'),
    then: () => setEditing(false),
  });
  if (isEditing) {
    return (
      <UpdateForm
        initial={criteriaOf(update, Intl.DateTimeFormat().resolvedOptions().timeZone)}
        isProductFixed
        isPending={save.isPending}
        error={save.error}
        onSave={(criteria) => save.mutate(criteria)}
        onCancel={() => setEditing(false)}
      />
    );
  }
  return (
    <Section
      title={t('updates.tabs.criteria')}
      maw={860}
      aside={
        mayManage &&
        update.state === 'draft' && (
          <Button size="compact-sm" variant="subtle" onClick={() => setEditing(true)}>
            {t('actions.edit')}
          </Button>
        )
      }
    >
      <FactList
        facts={[
          [t('fields.product'), update.product.name],
          [t('fields.target'), update.target.version],
          [t('fields.requirement'), t(`requirement.${update.requirement}`)],
          [t('fields.cutoff'), <CutoffText key="cutoff" update={update} />],
          [
            t('updates.start'),
            update.startsAt === null ? t('updates.startAtOnce') : <TimeText key="start" at={update.startsAt} />,
          ],
          [t('updates.onFailure'), t(`updates.onFailureKinds.${update.onFailure}`)],
          [t('updates.background'), t(`updates.backgroundKinds.${update.background}`)],
          [t('fields.createdBy'), <ActorText key="by" actor={update.createdBy} />],
          [t('fields.createdAt'), <TimeText key="created" at={update.createdAt} />],
          [t('fields.startedAt'), update.startedAt === null ? null : <TimeText key="started" at={update.startedAt} />],
          [t('fields.endedAt'), update.endedAt === null ? null : <TimeText key="ended" at={update.endedAt} />],
        ]}
      />
    </Section>
  );
}
