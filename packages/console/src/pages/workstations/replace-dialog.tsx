// A machine that was set up again takes over the old record's place, groups and history.
import { Select, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { Workstation, WorkstationDetail } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { useAction } from '../../components/use-action.ts';

const mostChoices = 20;

/** The dialog: this record's place goes to the chosen newcomer. */
export function ReplaceDialog(properties: { workstation: WorkstationDetail; onClose: () => void }): ReactNode {
  const { workstation, onClose } = properties;
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text, 250);
  const [chosen, setChosen] = useState<string | null>(null);
  const query = useQuery(queries.workstations({ q: search, page: 1, pageSize: mostChoices, sort: '-lastSeenAt' }));
  const options = (query.data?.items ?? [])
    .filter((candidate) => candidate.id !== workstation.id)
    .map((candidate) => ({
      value: candidate.id,
      label: `${candidate.hostname} · ${t(`states.workstation.${candidate.status}`)} · ${candidate.id}`,
    }));
  const replace = useAction<string | undefined, Workstation>({
    run: (reason) =>
      post<Workstation>(`/workstations/${workstation.id}/replace`, {
        with: chosen,
        ...(reason !== undefined && { reason }),
      }),
    refresh: ['workstations', 'updates', 'groups', 'overview'],
    done: () => t('workstations.replaced'),
    then: (next) => {
      onClose();
      void navigate({ to: '/workstations/$id', params: { id: next.id } });
    },
  });
  return (
    <ActionDialog
      title={t('workstations.replaceTitle', { hostname: workstation.hostname })}
      confirm={t('workstations.replace')}
      danger
      reason="optional"
      ready={chosen !== null}
      isPending={replace.isPending}
      error={replace.error}
      size="lg"
      onConfirm={(reason) => replace.mutate(reason)}
      onClose={onClose}
    >
      <Text size="sm">{t('workstations.replaceNote')}</Text>
      <Select
        label={t('workstations.replaceWith')}
        required
        searchable
        data={options}
        value={chosen}
        onChange={setChosen}
        onSearchChange={setText}
        filter={({ options: all }) => all}
        nothingFoundMessage={t('table.nothingFound')}
      />
    </ActionDialog>
  );
}
