// Moving the cut-off of an update that has begun.
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patch } from '../../api/client.ts';
import type { Update } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { useAction } from '../../components/use-action.ts';
import { CutoffFields } from './cutoff-fields.tsx';
import { criteriaOf, toInstant } from './criteria.ts';

/** The dialog. */
export function ExtendDialog({ update, onClose }: { update: Update; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [criteria, setCriteria] = useState(() => criteriaOf(update, Intl.DateTimeFormat().resolvedOptions().timeZone));
  const save = useAction<undefined, Update>({
    run: () =>
      patch<Update>(`/updates/${update.id}`, {
        cutoffAt: criteria.cutoff === 'zone' ? toInstant(criteria.cutoffTime, criteria.zone) : null,
        cutoffLocal: criteria.cutoff === 'workstation' ? criteria.cutoffTime : null,
      }),
    refresh: ['updates', 'workstations', 'overview'],
    done: () => t('updates.extended'),
    then: onClose,
  });
  return (
    <ActionDialog
      title={t('updates.extendTitle', { name: update.name })}
      confirm={t('actions.save')}
      ready={criteria.cutoff === 'none' || criteria.cutoffTime !== ''}
      isPending={save.isPending}
      error={save.error}
      size="lg"
      onConfirm={() => save.mutate(undefined)}
      onClose={onClose}
    >
      <CutoffFields value={criteria} onChange={(part) => setCriteria((before) => ({ ...before, ...part }))} />
    </ActionDialog>
  );
}
