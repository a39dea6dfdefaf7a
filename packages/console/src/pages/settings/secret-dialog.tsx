// A secret that is shown this once.
import { Alert, Button, CopyButton, Group, Modal, Stack, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { saveFile } from '../../components/table/save-file.ts';

interface SecretDialogProps {
  readonly title: string;
  readonly note: string;
  readonly secret: string;
  /** The name of a file that it can be saved to. */
  readonly fileName?: string;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/** The dialog; closing it is the last that is seen of the secret. */
export function SecretDialog({ title, note, secret, fileName, onClose, children }: SecretDialogProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeButtonProps={{ 'aria-label': t('actions.close') }}>
      <Stack>
        <Alert color="yellow" variant="light">
          {note}
        </Alert>
        <Textarea
          aria-label={title}
          readOnly
          autosize
          maxRows={8}
          value={secret}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
          onFocus={(event) => event.currentTarget.select()}
        />
        {children}
        <Group justify="flex-end" gap="xs">
          {fileName !== undefined && (
            <Button
              variant="default"
              onClick={() => saveFile(fileName, new Blob([`${secret}\n`], { type: 'text/plain' }))}
            >
              {t('actions.saveAs', { file: fileName })}
            </Button>
          )}
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? t('actions.copied') : t('actions.copy')}
              </Button>
            )}
          </CopyButton>
          <Button onClick={onClose}>{t('actions.close')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
