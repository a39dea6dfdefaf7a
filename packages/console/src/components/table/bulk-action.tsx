// One thing that is done to the chosen rows of a list: what it would do is said in numbers, by the server, before it is done.
import { Button, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client.ts';
import type { Subject } from '../../api/queries.ts';
import type { BulkAnswer } from '../../api/types.ts';
import { type Selection, selectedCount } from '../../state/selection.ts';
import { ActionDialog } from '../action-dialog.tsx';
import { ProblemAlert } from '../problem-alert.tsx';
import { useAction } from '../use-action.ts';

interface BulkActionProps {
  /** Its texts. */
  readonly kind: 'enableAccounts' | 'disableAccounts' | 'revokeTokens' | 'revokeKeys' | 'deleteGroups';
  /** The list's path in the console API. */
  readonly path: string;
  readonly action: string;
  readonly selection: Selection;
  /** What the list is narrowed to: all of that is meant where all that match are chosen. */
  readonly filter: object;
  readonly isHarmless?: boolean;
  readonly refresh: readonly Subject[];
  readonly onDone: () => void;
}

/** The button with its dialog. */
export function BulkAction(properties: BulkActionProps): ReactNode {
  const { kind, isHarmless = false } = properties;
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        size="xs"
        variant="default"
        {...(!isHarmless && { c: 'var(--usher-danger)' })}
        onClick={() => setOpen(true)}
      >
        {t(`bulk.${kind}.label`)}
      </Button>
      {isOpen && <BulkDialog {...properties} onClose={() => setOpen(false)} />}
    </>
  );
}

function BulkDialog(properties: BulkActionProps & { onClose: () => void }): ReactNode {
  const { kind, path, action, selection, filter, isHarmless = false, refresh, onClose, onDone } = properties;
  const { t } = useTranslation();
  const body = { action, ...(selection.kind === 'ids' ? { ids: [...selection.ids] } : { filter }) };
  const chosen = selectedCount(selection);
  const trial = useQuery({
    queryKey: ['bulk', path, body],
    queryFn: ({ signal }) => post<BulkAnswer>(`${path}/bulk?dryRun=true`, body, signal),
    staleTime: 0,
    gcTime: 0,
  });
  const bulk = useAction<undefined, BulkAnswer>({
    run: () => post<BulkAnswer>(`${path}/bulk`, body),
    refresh,
    done: ({ changed }) => t(`bulk.${kind}.done`, { count: changed }),
    then: () => {
      onClose();
      onDone();
    },
  });
  const count = trial.data?.changed;
  const others = count === undefined ? 0 : chosen - count;
  return (
    <ActionDialog
      title={t(`bulk.${kind}.title`, { count: count ?? chosen })}
      confirm={t(`bulk.${kind}.label`)}
      danger={!isHarmless}
      ready={count !== undefined && count > 0}
      isPending={bulk.isPending}
      error={bulk.error}
      onConfirm={() => bulk.mutate(undefined)}
      onClose={onClose}
    >
      {trial.isError ? (
        <ProblemAlert error={trial.error} />
      ) : count === undefined ? (
        <Skeleton height={40} />
      ) : (
        <>
          <Text size="sm">{t(`bulk.${kind}.note`)}</Text>
          {others > 0 && <Text size="sm">{t(`bulk.${kind}.others`, { count: others })}</Text>}
        </>
      )}
    </ActionDialog>
  );
}
