// Saves the filters on screen as a group, which stays current by itself.
import { Button, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patch, post } from '../../api/client.ts';
import type { Group, WorkstationFilter } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { useAction } from '../../components/use-action.ts';

/** The button with its dialog. */
export function SaveGroup({ filter }: { filter: WorkstationFilter }): ReactNode {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t('workstations.saveGroup')}
      </Button>
      {isOpen && <GroupDialog filter={filter} onClose={() => setOpen(false)} />}
    </>
  );
}

interface GroupDialogProps {
  readonly filter: WorkstationFilter;
  readonly group?: Group;
  readonly onClose: () => void;
}

/** A group's name; a new one, or one that exists. */
export function GroupDialog({ filter, group, onClose }: GroupDialogProps): ReactNode {
  const { t } = useTranslation();
  const [name, setName] = useState(group?.name ?? '');
  const save = useAction<undefined, Group>({
    run: () => {
      const body = { name: name.trim(), filter };
      return group === undefined ? post<Group>('/groups', body) : patch<Group>(`/groups/${group.id}`, body);
    },
    refresh: ['groups'],
    done: () => t('workstations.groupSaved'),
    then: onClose,
  });
  return (
    <ActionDialog
      title={group === undefined ? t('workstations.saveGroup') : t('workstations.renameGroup')}
      confirm={t('actions.save')}
      ready={name.trim() !== ''}
      isPending={save.isPending}
      error={save.error}
      onConfirm={() => save.mutate(undefined)}
      onClose={onClose}
    >
      <Text size="sm">{t('workstations.groupNote')}</Text>
      <TextInput
        label={t('fields.name')}
        required
        maxLength={120}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </ActionDialog>
  );
}
