// Installation keys: what is handed out so that machines become workstations.
import { Button, Checkbox, Code, NumberInput, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import CircleCheck from 'lucide-react/icons/circle-check';
import CircleSlash from 'lucide-react/icons/circle-slash';
import KeyRound from 'lucide-react/icons/key-round';
import Plus from 'lucide-react/icons/plus';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post, remove } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { CreatedInstallationKey, InstallationKey, InstallationKeyRequest } from '../../api/types.ts';
import { now } from '../../clock.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { ActorText } from '../../components/actor-text.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import type { Column } from '../../components/table/column.ts';
import { DataTable } from '../../components/table/data-table.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useAction } from '../../components/use-action.ts';
import { useFormat } from '../../format/use-format.ts';
import { type ListSearch, listQuery } from '../../state/search.ts';
import { useSearchPatch } from '../../state/use-search-patch.ts';
import { SecretDialog } from './secret-dialog.tsx';

const route = getRouteApi('/shell/settings/keys');

const day = 86_400_000;

/** The list of installation keys. */
export function KeysPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const search = route.useSearch();
  const change = useSearchPatch<ListSearch>();
  const query = useQuery(queries.installationKeys(listQuery(search)));
  const [isAdding, setAdding] = useState(false);
  const [created, setCreated] = useState<CreatedInstallationKey | null>(null);
  const [revoking, setRevoking] = useState<InstallationKey | null>(null);
  const uses = (key: InstallationKey) =>
    key.maxUses === null ? format.number(key.uses) : `${format.number(key.uses)} / ${format.number(key.maxUses)}`;
  const columns: Column<InstallationKey>[] = [
    {
      id: 'label',
      isLong: true,
      label: t('keys.label'),
      isFixed: true,
      cell: (row) => row.label,
    },
    {
      id: 'status',
      label: t('fields.status'),
      cell: (row) => (
        <StateBadge
          tone={row.status === 'valid' ? 'success' : 'neutral'}
          icon={row.status === 'valid' ? CircleCheck : CircleSlash}
          label={t(`keys.statuses.${row.status}`)}
        />
      ),
    },
    {
      id: 'autoAuthorize',
      label: t('keys.autoAuthorize'),
      cell: (row) => (row.autoAuthorize ? t('actions.yes') : t('actions.no')),
    },
    { id: 'uses', label: t('keys.uses'), align: 'end', cell: uses },
    {
      id: 'expiresAt',
      label: t('keys.expires'),
      cell: (row) => <TimeText at={row.expiresAt} />,
    },
    {
      id: 'createdBy',
      isWide: true,
      label: t('fields.createdBy'),
      cell: (row) => <ActorText actor={row.createdBy} />,
    },
    {
      id: 'createdAt',
      label: t('fields.createdAt'),
      cell: (row) => <TimeText at={row.createdAt} />,
    },
    {
      id: 'actions',
      isAction: true,
      label: t('tokens.revoke'),
      cell: (row) =>
        row.status === 'valid' ? (
          <Button size="compact-xs" variant="subtle" color="red" onClick={() => setRevoking(row)}>
            {t('tokens.revoke')}
          </Button>
        ) : null,
    },
  ];
  const add = (
    <Button leftSection={<Plus size={16} />} onClick={() => setAdding(true)}>
      {t('keys.new')}
    </Button>
  );
  return (
    <Page title={t('nav.keys')} subtitle={t('keys.note')} actions={add}>
      <DataTable
        name="keys"
        label={t('nav.keys')}
        columns={columns}
        query={query}
        search={search}
        onSearch={change}
        rowId={(row) => row.id}
        rowLabel={(row) => row.label}
        empty={
          <EmptyState icon={KeyRound} title={t('keys.empty')} text={t('keys.emptyText')}>
            {add}
          </EmptyState>
        }
      />
      {isAdding && (
        <NewKey
          onClose={() => setAdding(false)}
          onCreated={(key) => {
            setAdding(false);
            setCreated(key);
          }}
        />
      )}
      {created !== null && (
        <SecretDialog
          title={t('keys.created', { label: created.label })}
          note={t('keys.once')}
          secret={created.key}
          onClose={() => setCreated(null)}
        >
          <Text size="sm">{t('keys.howTo')}</Text>
          <Code block>{t('keys.command')}</Code>
        </SecretDialog>
      )}
      {revoking !== null && <RevokeKey revoked={revoking} onClose={() => setRevoking(null)} />}
    </Page>
  );
}

interface NewKeyProps {
  readonly onClose: () => void;
  readonly onCreated: (key: CreatedInstallationKey) => void;
}

function NewKey({ onClose, onCreated }: NewKeyProps): ReactNode {
  const { t } = useTranslation();
  const [label, setLabel] = useState('');
  const [days, setDays] = useState<number | string>(30);
  const [maxUses, setMaxUses] = useState<number | string>('');
  const [autoAuthorize, setAutoAuthorize] = useState(false);
  const create = useAction<InstallationKeyRequest, CreatedInstallationKey>({
    run: (body) => post<CreatedInstallationKey>('/installation-keys', body),
    refresh: ['keys', 'overview'],
    then: onCreated,
  });
  return (
    <ActionDialog
      title={t('keys.new')}
      confirm={t('actions.save')}
      ready={label.trim() !== '' && Number(days) > 0}
      isPending={create.isPending}
      error={create.error}
      onConfirm={() =>
        create.mutate({
          label: label.trim(),
          autoAuthorize,
          expiresAt: new Date(now() + Number(days) * day).toISOString(),
          ...(maxUses !== '' && { maxUses: Number(maxUses) }),
        })
      }
      onClose={onClose}
    >
      <TextInput
        label={t('keys.label')}
        description={t('keys.labelNote')}
        required
        data-autofocus
        maxLength={200}
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
      <NumberInput label={t('keys.days')} required min={1} max={3650} w={200} value={days} onChange={setDays} />
      <NumberInput
        label={t('keys.maxUses')}
        description={t('keys.maxUsesNote')}
        min={1}
        max={10_000_000}
        w={260}
        value={maxUses}
        onChange={setMaxUses}
      />
      <Checkbox
        label={t('keys.autoAuthorize')}
        description={t('keys.autoAuthorizeNote')}
        checked={autoAuthorize}
        onChange={(event) => setAutoAuthorize(event.currentTarget.checked)}
      />
    </ActionDialog>
  );
}

function RevokeKey({ revoked, onClose }: { revoked: InstallationKey; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const revoke = useAction({
    run: () => remove(`/installation-keys/${revoked.id}`),
    refresh: ['keys', 'overview'],
    done: () => t('keys.revoked'),
    then: onClose,
  });
  return (
    <ActionDialog
      title={t('keys.revokeTitle', { label: revoked.label })}
      confirm={t('tokens.revoke')}
      danger
      isPending={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    >
      <Text size="sm">{t('keys.revokeNote')}</Text>
    </ActionDialog>
  );
}
