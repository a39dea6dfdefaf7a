// The dialog before one thing is deleted or revoked.
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { remove } from '../api/client.ts';
import type { Subject } from '../api/queries.ts';
import { ActionDialog } from './action-dialog.tsx';
import { useAction } from './use-action.ts';

interface RemoveDialogProps {
  /** The thing's path in the console API. */
  readonly path: string;
  readonly refresh: readonly Subject[];
  readonly title: string;
  /** What that means. */
  readonly note: string;
  readonly confirm: string;
  /** What a person is told afterwards. */
  readonly done: string;
  /** Where that leads to; without it, the dialog closes. */
  readonly onRemoved?: () => void;
  readonly onClose: () => void;
}

/** The dialog. Mount it to open it. */
export function RemoveDialog(properties: RemoveDialogProps): ReactNode {
  const { path, refresh, title, note, confirm, done, onClose, onRemoved = onClose } = properties;
  const removal = useAction({ run: () => remove(path), refresh, done: () => done, then: onRemoved });
  return (
    <ActionDialog
      title={title}
      confirm={confirm}
      danger
      isPending={removal.isPending}
      error={removal.error}
      onConfirm={() => removal.mutate()}
      onClose={onClose}
    >
      <Text size="sm">{note}</Text>
    </ActionDialog>
  );
}
