// Tags and the note of a workstation.
import { TagsInput, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patch } from '../../api/client.ts';
import type { WorkstationDetail } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { useAction } from '../../components/use-action.ts';

/** The dialog. */
export function EditDialog({
  workstation,
  onClose,
}: {
  workstation: WorkstationDetail;
  onClose: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const [tags, setTags] = useState(workstation.tags);
  const [note, setNote] = useState(workstation.note ?? '');
  const save = useAction({
    run: () => patch(`/workstations/${workstation.id}`, { tags, note: note.trim() === '' ? null : note.trim() }),
    refresh: ['workstations', 'groups'],
    done: () => t('workstations.saved'),
    then: onClose,
  });
  return (
    <ActionDialog
      title={t('workstations.editTitle', { hostname: workstation.hostname })}
      confirm={t('actions.save')}
      isPending={save.isPending}
      error={save.error}
      onConfirm={() => save.mutate()}
      onClose={onClose}
    >
      <TagsInput label={t('fields.tags')} description={t('workstations.tagsNote')} value={tags} onChange={setTags} />
      <Textarea
        label={t('fields.note')}
        autosize
        minRows={3}
        maxLength={4000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </ActionDialog>
  );
}
