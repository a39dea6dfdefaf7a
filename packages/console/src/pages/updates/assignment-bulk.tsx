// What can be done with chosen workstations of an update: try again, take out.
import { Button, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { remove } from '../../api/client.ts';
import type { AssignmentItem, AssignmentState, RemoveWorkstations, Update } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { useAction } from '../../components/use-action.ts';
import type { ListSearch } from '../../state/search.ts';
import { type Selection, selectedCount } from '../../state/selection.ts';
import { RetryDialog } from './update-actions.tsx';

interface AssignmentBulkProps {
  readonly update: Update;
  readonly filter: ListSearch & { state?: AssignmentState | undefined };
  readonly selection: Selection;
  readonly rows: readonly AssignmentItem[];
  readonly onDone: () => void;
}

/** The chosen workstations as the server takes them: these, or all that the filters show. */
function meant({ filter, selection }: AssignmentBulkProps): RemoveWorkstations {
  if (selection.kind === 'ids') return { ids: [...selection.ids] };
  const { state, q } = filter;
  return { filter: { ...(state !== undefined && { state }), ...(q !== undefined && { q }) } };
}

/** How many of the chosen ones have failed; null where some of them are not on screen, so that only the server knows. */
function failedCount({ update, filter, selection, rows }: AssignmentBulkProps): number | null {
  if (filter.state === 'failed') return selectedCount(selection);
  if (filter.state !== undefined || update.counts.failed === 0) return 0;
  if (selection.kind === 'all') return null;
  const shown = rows.filter((row) => selection.ids.has(row.workstation.id));
  return shown.length < selection.ids.size ? null : shown.filter((row) => row.state === 'failed').length;
}

/** The actions of the selection. */
export function AssignmentBulk(properties: AssignmentBulkProps): ReactNode {
  const { update, selection, onDone } = properties;
  const { t } = useTranslation();
  const [open, setOpen] = useState<'retry' | 'remove' | null>(null);
  const count = selectedCount(selection);
  const take = useAction<undefined, { removed: number }>({
    run: () => remove<{ removed: number }>(`/updates/${update.id}/workstations`, meant(properties)),
    refresh: ['updates', 'workstations', 'overview'],
    done: ({ removed }) => t('updates.removed', { count: removed }),
    then: () => {
      setOpen(null);
      onDone();
    },
  });
  const failed = failedCount(properties);
  return (
    <>
      {failed !== 0 && (
        <Button size="xs" variant="default" onClick={() => setOpen('retry')}>
          {failed === null ? t('updates.retryChosen') : t('updates.retryFailed', { count: failed })}
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
          which={meant(properties)}
          note={failed === null ? t('updates.retryAmong', { count }) : t('updates.retryNote', { count: failed })}
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
