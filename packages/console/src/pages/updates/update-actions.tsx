// What can be done with an update in its state; the table of states in the rules says what that is.
import { nextUpdateState } from '@usher/core';
import { Button, Menu, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import ChevronDown from 'lucide-react/icons/chevron-down';
import Copy from 'lucide-react/icons/copy';
import Pause from 'lucide-react/icons/pause';
import Play from 'lucide-react/icons/play';
import RotateCcw from 'lucide-react/icons/rotate-ccw';
import CalendarClock from 'lucide-react/icons/calendar-clock';
import CircleSlash from 'lucide-react/icons/circle-slash';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client.ts';
import type { RemoveWorkstations, Update } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { useAction } from '../../components/use-action.ts';
import { usePermission } from '../../state/session.ts';
import { ExtendDialog } from './extend-dialog.tsx';

type Step = 'pause' | 'resume' | 'cancel';

/** The actions of an update's page. */
export function UpdateActions({ update }: { readonly update: Update }): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const mayManage = usePermission('updates.manage');
  const [open, setOpen] = useState<Step | 'retry' | 'extend' | null>(null);
  const close = () => setOpen(null);
  if (!mayManage) return null;
  const allows = (step: Step) => nextUpdateState(update.state, step) !== null;
  const isDraft = update.state === 'draft';
  const canExtend =
    update.requirement === 'optional' && !isDraft && update.state !== 'cancelled' && update.state !== 'completed';
  return (
    <>
      {allows('pause') && (
        <Button variant="default" leftSection={<Pause size={16} />} onClick={() => setOpen('pause')}>
          {t('updates.pause')}
        </Button>
      )}
      {allows('resume') && (
        <Button leftSection={<Play size={16} />} onClick={() => setOpen('resume')}>
          {t('updates.resume')}
        </Button>
      )}
      {update.counts.failed > 0 && update.state !== 'cancelled' && (
        <Button variant="default" leftSection={<RotateCcw size={16} />} onClick={() => setOpen('retry')}>
          {t('updates.retryFailed', { count: update.counts.failed })}
        </Button>
      )}
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button variant="default" rightSection={<ChevronDown size={14} />}>
            {t('actions.more')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {canExtend && (
            <Menu.Item leftSection={<CalendarClock size={15} />} onClick={() => setOpen('extend')}>
              {t('updates.extend')}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<Copy size={15} />}
            onClick={() => void navigate({ to: '/updates/new', search: { copy: update.id } })}
          >
            {t('updates.clone')}
          </Menu.Item>
          {allows('cancel') && (
            <Menu.Item
              c="var(--usher-danger)"
              leftSection={<CircleSlash size={15} />}
              onClick={() => setOpen('cancel')}
            >
              {t('updates.cancel')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {(open === 'pause' || open === 'resume' || open === 'cancel') && (
        <StepDialog key={open} update={update} step={open} onClose={close} />
      )}
      {open === 'retry' && (
        <RetryDialog update={update} note={t('updates.retryNote', { count: update.counts.failed })} onClose={close} />
      )}
      {open === 'extend' && <ExtendDialog update={update} onClose={close} />}
    </>
  );
}

function StepDialog({ update, step, onClose }: { update: Update; step: Step; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const action = useAction<string | undefined, Update>({
    run: (reason) => post<Update>(`/updates/${update.id}/${step}`, reason === undefined ? {} : { reason }),
    refresh: ['updates', 'workstations', 'overview'],
    done: () => t(`updates.steps.${step}.done`),
    then: onClose,
  });
  const { counts } = update;
  const underWay = counts.downloading + counts.downloaded + counts.installing;
  const open = update.total - counts.installed - counts.superseded - counts.cancelled - counts['not-applicable'];
  return (
    <ActionDialog
      title={t(`updates.steps.${step}.title`, { name: update.name })}
      confirm={t(`updates.${step}`)}
      danger={step === 'cancel'}
      reason="optional"
      isPending={action.isPending}
      error={action.error}
      onConfirm={(reason) => action.mutate(reason)}
      onClose={onClose}
    >
      <Text size="sm">{t(`updates.steps.${step}.note`, { count: step === 'pause' ? underWay : open })}</Text>
    </ActionDialog>
  );
}

interface RetryDialogProps {
  readonly update: Update;
  /** Which ones; all failed ones where it is left out. */
  readonly which?: RemoveWorkstations;
  /** What it will do, in numbers. */
  readonly note: string;
  readonly onClose: () => void;
  readonly onDone?: () => void;
}

/** Tries failed workstations again. */
export function RetryDialog({ update, which, note, onClose, onDone }: RetryDialogProps): ReactNode {
  const { t } = useTranslation();
  const retry = useAction<string | undefined, { retried: number }>({
    run: (reason) =>
      post<{ retried: number }>(`/updates/${update.id}/retry`, {
        ...which,
        ...(reason !== undefined && { reason }),
      }),
    refresh: ['updates', 'workstations', 'overview'],
    done: ({ retried }) => t('updates.retried', { count: retried }),
    then: () => {
      onDone?.();
      onClose();
    },
  });
  return (
    <ActionDialog
      title={t('updates.retryTitle')}
      confirm={t('updates.retry')}
      reason="optional"
      isPending={retry.isPending}
      error={retry.error}
      onConfirm={(reason) => retry.mutate(reason)}
      onClose={onClose}
    >
      <Text size="sm">{note}</Text>
    </ActionDialog>
  );
}
