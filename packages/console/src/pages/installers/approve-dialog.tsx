// Approving an installer: its notes and warnings, and the acknowledgement without which nothing happens.
import { Alert, Box, Checkbox, List, Text, Textarea } from '@mantine/core';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client.ts';
import type { Installer } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { Markdown } from '../../components/markdown.tsx';
import { useAction } from '../../components/use-action.ts';
import { warningText } from './warning-text.ts';

/** The dialog; after a disapproval it also asks why the version may run again. */
export function ApproveDialog({ installer, onClose }: { installer: Installer; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [isAcknowledged, setAcknowledged] = useState(false);
  const [note, setNote] = useState('');
  // What was on screen when the dialog opened: it may change behind it.
  const [seen] = useState(installer.decision);
  const approve = useAction<string | undefined, Installer>({
    run: (reason) =>
      post<Installer>(`/installers/${installer.id}/approve`, {
        acknowledged: isAcknowledged,
        seen,
        ...(note.trim() !== '' && { note: note.trim() }),
        ...(reason !== undefined && { reason }),
      }),
    refresh: ['installers', 'overview', 'products'],
    done: () => t('installers.approved', { version: installer.version }),
    then: onClose,
  });
  const isAgain = seen === 'disapproved';
  return (
    <ActionDialog
      title={t('installers.approveTitle', { product: installer.product.name, version: installer.version })}
      confirm={t('installers.approve')}
      {...(isAgain && { reason: 'required' as const })}
      ready={isAcknowledged}
      isPending={approve.isPending}
      error={approve.error}
      size="lg"
      onConfirm={(reason) => approve.mutate(reason)}
      onClose={onClose}
    >
      <Text size="sm">{t('installers.approveNote')}</Text>
      {installer.warnings.length > 0 && (
        <Alert color="yellow" variant="light" icon={<TriangleAlert size={18} />} title={t('installers.warnings')}>
          <List size="sm">
            {installer.warnings.map((warning) => (
              <List.Item key={warning.code}>{warningText(warning, t)}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Box>
        <Text size="sm" fw={500} mb={4}>
          {t('installers.releaseNotes')}
        </Text>
        <Box
          p="sm"
          mah={260}
          bd="1px solid var(--usher-line)"
          style={{ overflowY: 'auto', borderRadius: 4 }}
          tabIndex={0}
          role="region"
          aria-label={t('installers.releaseNotes')}
        >
          {installer.releaseNotes === null || installer.releaseNotes.trim() === '' ? (
            <Text size="sm" c="dimmed">
              {t('installers.noReleaseNotes')}
            </Text>
          ) : (
            <Markdown text={installer.releaseNotes} />
          )}
        </Box>
      </Box>
      <Textarea
        label={t('installers.note')}
        description={t('installers.noteNote')}
        autosize
        minRows={1}
        maxLength={2000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Checkbox
        label={t('installers.acknowledge')}
        checked={isAcknowledged}
        onChange={(event) => setAcknowledged(event.currentTarget.checked)}
      />
    </ActionDialog>
  );
}
