// Deleting an installer that was never decided on and is no target.
import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import Trash from 'lucide-react/icons/trash-2';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { InstallerDetail } from '../../api/types.ts';
import { RemoveDialog } from '../../components/remove-dialog.tsx';
import { usePermission } from '../../state/session.ts';

/** The button with its dialog; nothing where the installer is on record for good. */
export function DeleteInstaller({ installer }: { installer: InstallerDetail }): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const mayUpload = usePermission('installers.upload');
  const [isOpen, setOpen] = useState(false);
  if (!mayUpload || installer.decisions.length > 0) return null;
  return (
    <>
      <Button variant="default" leftSection={<Trash size={16} />} onClick={() => setOpen(true)}>
        {t('actions.delete')}
      </Button>
      {isOpen && (
        <RemoveDialog
          path={`/installers/${installer.id}`}
          refresh={['overview']}
          title={t('installers.deleteTitle', { version: installer.version })}
          note={t('installers.deleteNote')}
          confirm={t('actions.delete')}
          done={t('installers.deleted')}
          onRemoved={() => void navigate({ to: '/installers' })}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
