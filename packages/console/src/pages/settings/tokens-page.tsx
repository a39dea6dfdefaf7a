// API tokens: for programs, with a role and an end.
import { Badge, Button, Select, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { Role } from '@usher/protocol/roles';
import Plus from 'lucide-react/icons/plus';
import Terminal from 'lucide-react/icons/terminal';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post, remove } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { ApiToken, ApiTokenRequest, CreatedApiToken } from '../../api/types.ts';
import { now } from '../../clock.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';
import type { Column } from '../../components/table/column.ts';
import { DataTable } from '../../components/table/data-table.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useAction } from '../../components/use-action.ts';
import { type ListSearch, listQuery } from '../../state/search.ts';
import { useSearchPatch } from '../../state/use-search-patch.ts';
import { RoleSelect } from './accounts-page.tsx';
import { SecretDialog } from './secret-dialog.tsx';

const route = getRouteApi('/shell/settings/tokens');

const day = 86_400_000;
const lifetimes = ['30', '90', '365', 'never'] as const;

function tokenStatus(token: ApiToken): 'valid' | 'expired' | 'revoked' {
  if (token.revokedAt !== null) return 'revoked';
  return token.expiresAt !== null && Date.parse(token.expiresAt) <= now() ? 'expired' : 'valid';
}

/** The list of API tokens. */
export function TokensPage(): ReactNode {
  const { t } = useTranslation();
  const search = route.useSearch();
  const change = useSearchPatch<ListSearch>();
  const query = useQuery(queries.tokens(listQuery(search)));
  const [isAdding, setAdding] = useState(false);
  const [created, setCreated] = useState<CreatedApiToken | null>(null);
  const [revoking, setRevoking] = useState<ApiToken | null>(null);
  const columns: Column<ApiToken>[] = [
    {
      id: 'name',
      isLong: true,
      label: t('fields.name'),
      isFixed: true,
      cell: (row) => row.name,
    },
    {
      id: 'status',
      label: t('fields.status'),
      cell: (row) => (
        <Badge variant="default" tt="none" fw={500}>
          {t(`tokens.statuses.${tokenStatus(row)}`)}
        </Badge>
      ),
    },
    {
      id: 'role',
      label: t('profile.role'),
      cell: (row) => t(`roles.${row.role}.name`),
    },
    {
      id: 'expiresAt',
      label: t('tokens.expires'),
      cell: (row) => (row.expiresAt === null ? t('tokens.never') : <TimeText at={row.expiresAt} />),
    },
    {
      id: 'lastUsedAt',
      label: t('tokens.lastUsed'),
      cell: (row) => <TimeText at={row.lastUsedAt} />,
    },
    {
      id: 'createdAt',
      label: t('fields.createdAt'),
      cell: (row) => <TimeText at={row.createdAt} />,
    },
    { id: 'createdBy', label: t('fields.createdBy'), cell: (row) => row.createdBy },
    {
      id: 'actions',
      isAction: true,
      label: t('tokens.revoke'),
      cell: (row) =>
        tokenStatus(row) === 'valid' ? (
          <Button size="compact-xs" variant="subtle" color="red" onClick={() => setRevoking(row)}>
            {t('tokens.revoke')}
          </Button>
        ) : null,
    },
  ];
  return (
    <Page
      title={t('nav.tokens')}
      subtitle={t('tokens.note')}
      actions={
        <Button leftSection={<Plus size={16} />} onClick={() => setAdding(true)}>
          {t('tokens.new')}
        </Button>
      }
    >
      <DataTable
        name="tokens"
        label={t('nav.tokens')}
        columns={columns}
        query={query}
        search={search}
        onSearch={change}
        rowId={(row) => row.id}
        rowLabel={(row) => row.name}
        empty={<EmptyState icon={Terminal} title={t('tokens.empty')} text={t('tokens.note')} />}
      />
      {isAdding && (
        <NewToken
          onClose={() => setAdding(false)}
          onCreated={(token) => {
            setAdding(false);
            setCreated(token);
          }}
        />
      )}
      {created !== null && (
        <SecretDialog
          title={t('tokens.created', { name: created.name })}
          note={t('tokens.once')}
          secret={created.token}
          onClose={() => setCreated(null)}
        />
      )}
      {revoking !== null && <RevokeToken token={revoking} onClose={() => setRevoking(null)} />}
    </Page>
  );
}

interface NewTokenProps {
  readonly onClose: () => void;
  readonly onCreated: (token: CreatedApiToken) => void;
}

function NewToken({ onClose, onCreated }: NewTokenProps): ReactNode {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [lifetime, setLifetime] = useState<(typeof lifetimes)[number]>('90');
  const create = useAction<ApiTokenRequest, CreatedApiToken>({
    run: (body) => post<CreatedApiToken>('/tokens', body),
    refresh: ['tokens'],
    then: onCreated,
  });
  const expiresAt = lifetime === 'never' ? null : new Date(now() + Number(lifetime) * day).toISOString();
  return (
    <ActionDialog
      title={t('tokens.new')}
      confirm={t('actions.save')}
      ready={name.trim() !== ''}
      isPending={create.isPending}
      error={create.error}
      onConfirm={() => create.mutate({ name: name.trim(), role, expiresAt })}
      onClose={onClose}
    >
      <TextInput
        label={t('fields.name')}
        required
        data-autofocus
        maxLength={120}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <RoleSelect value={role} onChange={setRole} />
      <Select
        label={t('tokens.expires')}
        allowDeselect={false}
        value={lifetime}
        data={lifetimes.map((value) => ({
          value,
          label: value === 'never' ? t('tokens.never') : t('tokens.days', { count: Number(value) }),
        }))}
        onChange={(next) => setLifetime(lifetimes.find((value) => value === next) ?? '90')}
      />
    </ActionDialog>
  );
}

function RevokeToken({ token, onClose }: { token: ApiToken; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const revoke = useAction({
    run: () => remove(`/tokens/${token.id}`),
    refresh: ['tokens'],
    done: () => t('tokens.revoked'),
    then: onClose,
  });
  return (
    <ActionDialog
      title={t('tokens.revokeTitle', { name: token.name })}
      confirm={t('tokens.revoke')}
      danger
      isPending={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    >
      <Text size="sm">{t('tokens.revokeNote')}</Text>
    </ActionDialog>
  );
}
