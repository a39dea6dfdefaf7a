// Deleting an installer that was never decided on and is no target.
import { Button, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import Trash from 'lucide-react/icons/trash-2';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { remove } from '../../api/client.ts';
import type { InstallerDetail } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { useAction } from '../../components/use-action.ts';
import { usePermission } from '../../state/session.ts';

/** The button with its dialog; nothing where the installer is on record for good. */
export function DeleteInstaller({ installer }: { installer: InstallerDetail }): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const mayUpload = usePermission('installers.upload');
  const [isOpen, setOpen] = useState(false);
  const erase = useAction({
    run: () => remove(`/installers/${installer.id}`),
    refresh: ['overview'],
    done: () => t('installers.deleted'),
    then: () => void navigate({ to: '/installers' }),
  });
  if (!mayUpload || installer.decisions.length > 0) return null;
  return (
    <>
      <Button variant="default" leftSection={<Trash size={16} />} onClick={() => setOpen(true)}>
        {t('actions.delete')}
      </Button>
      {isOpen && (
        <ActionDialog
          title={t('installers.deleteTitle', { version: installer.version })}
          confirm={t('actions.delete')}
          danger
          isPending={erase.isPending}
          error={erase.error}
          onConfirm={() => erase.mutate()}
          onClose={() => setOpen(false)}
        >
          <Text size="sm">{t('installers.deleteNote')}</Text>
        </ActionDialog>
      )}
    </>
  );
}
