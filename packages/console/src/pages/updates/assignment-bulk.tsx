// What can be done with chosen workstations of an update: try again, take out.
import { Button, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get, remove } from '../../api/client.ts';
import type { AssignmentItem, AssignmentList, Update } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { useAction } from '../../components/use-action.ts';
import type { ListSearch } from '../../state/search.ts';
import { type Selection, selectedCount } from '../../state/selection.ts';
import { RetryDialog } from './update-actions.tsx';

interface AssignmentBulkProps {
  readonly update: Update;
  readonly filter: ListSearch & { state?: string | undefined };
  readonly selection: Selection;
  readonly rows: readonly AssignmentItem[];
  readonly onDone: () => void;
}

/** The most ids that one call takes. */
const largestPage = 500;

/** The ids of a selection; for "all that match" they are asked for page by page. */
async function selectedIds(properties: AssignmentBulkProps): Promise<string[]> {
  const { update, filter, selection } = properties;
  if (selection.kind === 'ids') return [...selection.ids];
  const ids: string[] = [];
  for (let page = 1; ; page += 1) {
    const query = { ...filter, page, pageSize: largestPage };
    const answer = await get<AssignmentList>(`/updates/${update.id}/workstations`, query);
    ids.push(...answer.items.map((item) => item.workstation.id));
    if (answer.items.length < largestPage) return ids;
  }
}

/** The actions of the selection. */
export function AssignmentBulk(properties: AssignmentBulkProps): ReactNode {
  const { update, filter, selection, rows, onDone } = properties;
  const { t } = useTranslation();
  const [open, setOpen] = useState<'retry' | 'remove' | null>(null);
  const count = selectedCount(selection);
  const take = useAction<undefined, { removed: number }>({
    run: async () =>
      remove<{ removed: number }>(`/updates/${update.id}/workstations`, { ids: await selectedIds(properties) }),
    refresh: ['updates', 'workstations', 'overview'],
    done: ({ removed }) => t('updates.removed', { count: removed }),
    then: () => {
      setOpen(null);
      onDone();
    },
  });
  const isAllFailed = selection.kind === 'all' && filter.state === 'failed' && filter.q === undefined;
  const failedIds =
    selection.kind === 'ids'
      ? rows
          .filter((row) => row.state === 'failed' && selection.ids.has(row.workstation.id))
          .map((row) => row.workstation.id)
      : [];
  return (
    <>
      {(isAllFailed || failedIds.length > 0) && (
        <Button size="xs" variant="default" onClick={() => setOpen('retry')}>
          {t('updates.retryFailed', { count: isAllFailed ? count : failedIds.length })}
        </Button>
      )}
      {update.state !== 'cancelled' && (
        <Button size="xs" variant="default" c="var(--usher-danger)" onClick={() => setOpen('remove')}>
          {t('updates.remove')}
        </Button>
      )}
      {open === 'retry' && (
        <RetryDialog
          update={update}
          {...(!isAllFailed && { ids: failedIds })}
          onClose={() => setOpen(null)}
          onDone={onDone}
        />
      )}
      {open === 'remove' && (
        <ActionDialog
          title={t('updates.removeTitle', { count })}
          confirm={t('updates.remove')}
          danger
          isPending={take.isPending}
          error={take.error}
          onConfirm={() => take.mutate(undefined)}
          onClose={() => setOpen(null)}
        >
          <Text size="sm">{t('updates.removeNote', { count })}</Text>
        </ActionDialog>
      )}
    </>
  );
}
