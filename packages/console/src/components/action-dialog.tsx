// The dialog before something that cannot simply be undone: says what it does, in numbers, and asks why.
import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, type SyntheticEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from './problem-alert.tsx';

interface ActionDialogProps {
  readonly title: string;
  readonly confirm: string;
  readonly danger?: boolean;
  readonly reason?: 'required' | 'optional';
  /** A text that has to be typed, so that nobody confirms the wrong thing. */
  readonly typed?: { readonly label: string; readonly expected: string };
  readonly ready?: boolean;
  readonly isPending: boolean;
  readonly error: unknown;
  readonly size?: string;
  readonly onConfirm: (reason: string | undefined) => void;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/** A dialog with one action. Mount it to open it. */
export function ActionDialog(properties: ActionDialogProps): ReactNode {
  const { title, confirm, danger = false, reason, typed, ready = true, isPending, error, size = 'md' } = properties;
  const { t } = useTranslation();
  const [why, setWhy] = useState('');
  const [typedText, setTypedText] = useState('');
  const isTyped = typed === undefined || typedText.trim() === typed.expected;
  // Said as soon as it can't become the right text any more.
  const isWrong = typed?.expected.startsWith(typedText.trim()) === false;
  const isComplete = ready && isTyped && (reason !== 'required' || why.trim() !== '');
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (isComplete && !isPending) properties.onConfirm(why.trim() === '' ? undefined : why.trim());
  };
  return (
    <Modal
      opened
      onClose={properties.onClose}
      title={title}
      size={size}
      closeButtonProps={{ 'aria-label': t('actions.close') }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          {properties.children}
          {reason !== undefined && (
            <Textarea
              label={t('dialog.reason')}
              description={reason === 'required' ? t('dialog.reasonNote') : t('dialog.reasonOptional')}
              required={reason === 'required'}
              maxLength={2000}
              autosize
              minRows={2}
              value={why}
              onChange={(event) => setWhy(event.currentTarget.value)}
              data-autofocus
            />
          )}
          {typed !== undefined && (
            <TextInput
              label={typed.label}
              required
              autoComplete="off"
              error={isWrong ? t('dialog.typedWrong', { expected: typed.expected }) : undefined}
              value={typedText}
              onChange={(event) => setTypedText(event.currentTarget.value)}
            />
          )}
          {error !== null && error !== undefined && <ProblemAlert error={error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={properties.onClose}>
              {t('actions.cancel')}
            </Button>
            <Button type="submit" loading={isPending} disabled={!isComplete} {...(danger && { color: 'red' })}>
              {confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
