// What can be done with several workstations at once; what it means is said in numbers first.
import { Button, Menu, TagsInput, Text } from '@mantine/core';
import ChevronDown from 'lucide-react/icons/chevron-down';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client.ts';
import type { BulkAnswer, BulkRequest, WorkstationFilter } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { useAction } from '../../components/use-action.ts';
import { type Selection, selectedCount } from '../../state/selection.ts';

type BulkAction = BulkRequest['action'];

interface WorkstationBulkProps {
  readonly selection: Selection;
  readonly filter: WorkstationFilter;
  readonly onDone: () => void;
}

/** The actions of the selection. */
export function WorkstationBulk({ selection, filter, onDone }: WorkstationBulkProps): ReactNode {
  const { t } = useTranslation();
  const [open, setOpen] = useState<BulkAction | null>(null);
  return (
    <>
      <Button size="xs" onClick={() => setOpen('authorize')}>
        {t('workstations.authorize')}
      </Button>
      <Button size="xs" variant="default" onClick={() => setOpen('tag')}>
        {t('workstations.tag')}
      </Button>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button size="xs" variant="default" rightSection={<ChevronDown size={14} />}>
            {t('actions.more')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setOpen('untag')}>{t('workstations.untag')}</Menu.Item>
          <Menu.Item c="var(--usher-danger)" onClick={() => setOpen('disable')}>
            {t('workstations.disable')}
          </Menu.Item>
          <Menu.Item c="var(--usher-danger)" onClick={() => setOpen('retire')}>
            {t('workstations.retire')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open !== null && (
        <BulkDialog
          action={open}
          selection={selection}
          filter={filter}
          onClose={() => setOpen(null)}
          onDone={() => {
            setOpen(null);
            onDone();
          }}
        />
      )}
    </>
  );
}

function BulkDialog(properties: WorkstationBulkProps & { action: BulkAction; onClose: () => void }): ReactNode {
  const { action, selection, filter, onClose, onDone } = properties;
  const { t } = useTranslation();
  const [tags, setTags] = useState<string[]>([]);
  const count = selectedCount(selection);
  const needsTags = action === 'tag' || action === 'untag';
  const bulk = useAction<string | undefined, BulkAnswer>({
    run: (reason) =>
      post<BulkAnswer>('/workstations/bulk', {
        action,
        ...(selection.kind === 'ids' ? { ids: [...selection.ids] } : { filter }),
        ...(needsTags && { tags }),
        ...(reason !== undefined && { reason }),
      } satisfies BulkRequest),
    refresh: ['workstations', 'updates', 'groups', 'overview'],
    done: ({ changed }) => t('workstations.changed', { count: changed }),
    then: onDone,
  });
  return (
    <ActionDialog
      title={t(`workstations.bulk.${action}.title`, { count })}
      confirm={t(`workstations.${action}`)}
      danger={action === 'disable' || action === 'retire'}
      {...(!needsTags && { reason: 'optional' as const })}
      ready={!needsTags || tags.length > 0}
      isPending={bulk.isPending}
      error={bulk.error}
      onConfirm={(reason) => bulk.mutate(reason)}
      onClose={onClose}
    >
      <Text size="sm">{t(`workstations.bulk.${action}.note`, { count })}</Text>
      {needsTags && (
        <TagsInput label={t('fields.tags')} description={t('workstations.tagsNote')} value={tags} onChange={setTags} />
      )}
    </ActionDialog>
  );
}
