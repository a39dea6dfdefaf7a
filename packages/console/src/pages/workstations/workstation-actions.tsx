// What can be done with one workstation, each with what it means.
import { Button, Menu, Text } from '@mantine/core';
import ChevronDown from 'lucide-react/icons/chevron-down';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post, remove } from '../../api/client.ts';
import type { WorkstationDetail } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { useAction } from '../../components/use-action.ts';
import { usePermission } from '../../state/session.ts';
import { EditDialog } from './edit-dialog.tsx';
import { PassDialog } from './pass-dialog.tsx';
import { ReplaceDialog } from './replace-dialog.tsx';

type Step = 'authorize' | 'disable' | 'retire';

/** The actions; a retired workstation has none. */
export function WorkstationActions({ workstation }: { workstation: WorkstationDetail }): ReactNode {
  const { t } = useTranslation();
  const mayManage = usePermission('workstations.manage');
  const mayGivePass = usePermission('passes.give');
  const [open, setOpen] = useState<Step | 'pass' | 'replace' | 'edit' | null>(null);
  const close = () => setOpen(null);
  if (workstation.retiredAt !== null) return null;
  return (
    <>
      {mayManage && workstation.status !== 'authorized' && (
        <Button onClick={() => setOpen('authorize')}>{t('workstations.authorize')}</Button>
      )}
      {mayGivePass && workstation.status === 'authorized' && (
        <Button variant="default" onClick={() => setOpen('pass')}>
          {t('workstations.givePass')}
        </Button>
      )}
      {mayManage && (
        <>
          <Button variant="default" onClick={() => setOpen('edit')}>
            {t('workstations.edit')}
          </Button>
          <Menu position="bottom-end" shadow="md">
            <Menu.Target>
              <Button variant="default" rightSection={<ChevronDown size={14} />}>
                {t('actions.more')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => setOpen('replace')}>{t('workstations.replace')}</Menu.Item>
              {workstation.status !== 'disabled' && (
                <Menu.Item c="var(--usher-danger)" onClick={() => setOpen('disable')}>
                  {t('workstations.disable')}
                </Menu.Item>
              )}
              <Menu.Item c="var(--usher-danger)" onClick={() => setOpen('retire')}>
                {t('workstations.retire')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      )}
      {(open === 'authorize' || open === 'disable' || open === 'retire') && (
        <StepDialog key={open} workstation={workstation} step={open} onClose={close} />
      )}
      {open === 'pass' && <PassDialog workstation={workstation} onClose={close} />}
      {open === 'replace' && <ReplaceDialog workstation={workstation} onClose={close} />}
      {open === 'edit' && <EditDialog workstation={workstation} onClose={close} />}
    </>
  );
}

interface StepDialogProps {
  readonly workstation: WorkstationDetail;
  readonly step: Step;
  readonly onClose: () => void;
}

function StepDialog({ workstation, step, onClose }: StepDialogProps): ReactNode {
  const { t } = useTranslation();
  const action = useAction<string | undefined>({
    run: (reason) => {
      const body = reason === undefined ? {} : { reason };
      return step === 'retire'
        ? remove(`/workstations/${workstation.id}`, body)
        : post(`/workstations/${workstation.id}/${step}`, body);
    },
    refresh: ['workstations', 'updates', 'overview'],
    done: () => t(`workstations.steps.${step}.done`, { hostname: workstation.hostname }),
    then: onClose,
  });
  return (
    <ActionDialog
      title={t(`workstations.steps.${step}.title`, { hostname: workstation.hostname })}
      confirm={t(`workstations.${step}`)}
      danger={step !== 'authorize'}
      reason="optional"
      isPending={action.isPending}
      error={action.error}
      onConfirm={(reason) => action.mutate(reason)}
      onClose={onClose}
    >
      <Text size="sm">{t(`workstations.steps.${step}.note`)}</Text>
      {step === 'authorize' && workstation.claims !== null && (
        <Text size="sm" fw={600}>
          {t('workstations.authorizeClaim', { hostname: workstation.claims.hostname })}
        </Text>
      )}
    </ActionDialog>
  );
}
