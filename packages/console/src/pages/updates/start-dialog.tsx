// The last question before workstations are told.
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client.ts';
import type { Preview, Update } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { useAction } from '../../components/use-action.ts';
import { useFormat } from '../../format/use-format.ts';

interface StartDialogProps {
  readonly update: Update;
  readonly preview: Preview;
  readonly onClose: () => void;
  readonly onStarted: () => void;
}

/** Starts the update. */
export function StartDialog({ update, preview, onClose, onStarted }: StartDialogProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const start = useAction<undefined, Update>({
    run: () => post<Update>(`/updates/${update.id}/start`),
    refresh: ['updates', 'workstations', 'overview'],
    done: (next) => (next.state === 'scheduled' ? t('updates.scheduled') : t('updates.started')),
    then: onStarted,
  });
  return (
    <ActionDialog
      title={t('updates.startTitle', { name: update.name })}
      confirm={update.startsAt === null ? t('updates.startNow') : t('updates.startScheduled')}
      isPending={start.isPending}
      error={start.error}
      onConfirm={() => start.mutate(undefined)}
      onClose={onClose}
    >
      <Text size="sm">
        {t(`updates.startMeans.${update.requirement}`, { count: preview.eligible, version: update.target.version })}
      </Text>
      {update.startsAt !== null && (
        <Text size="sm">{t('updates.startsAt', { time: format.exact(update.startsAt) })}</Text>
      )}
      {preview.downgrades > 0 && <Text size="sm">{t('updates.downgradesToo', { count: preview.downgrades })}</Text>}
    </ActionDialog>
  );
}
