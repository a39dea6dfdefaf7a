// Accounts and their roles.
import { Button, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { roles, type Role } from '@usher/protocol/roles';
import Plus from 'lucide-react/icons/plus';
import Users from 'lucide-react/icons/users';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patch, post } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { Account, AccountPatch, AccountRequest } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { NewPassword, shortestPassword } from '../../components/new-password.tsx';
import { Page } from '../../components/page.tsx';
import type { Column } from '../../components/table/column.ts';
import { DataTable } from '../../components/table/data-table.tsx';
import { SearchFilter } from '../../components/table/filters.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useAction } from '../../components/use-action.ts';
import { type ListSearch, listQuery } from '../../state/search.ts';
import { useAccount } from '../../state/session.ts';
import { useSearchPatch } from '../../state/use-search-patch.ts';

const route = getRouteApi('/shell/settings/accounts');

/** The choice of a role, each with what it allows. */
export function RoleSelect({ value, onChange }: { value: Role; onChange: (role: Role) => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Select
      label={t('profile.role')}
      description={t(`roles.${value}.note`)}
      allowDeselect={false}
      value={value}
      data={roles.map((role) => ({ value: role, label: t(`roles.${role}.name`) }))}
      onChange={(next) => onChange(roles.find((role) => role === next) ?? value)}
    />
  );
}

/** The list of accounts. */
export function AccountsPage(): ReactNode {
  const { t } = useTranslation();
  const search = route.useSearch();
  const change = useSearchPatch<ListSearch>();
  const query = useQuery(queries.accounts(listQuery(search)));
  const [open, setOpen] = useState<Account | 'new' | null>(null);
  const columns: Column<Account>[] = [
    {
      id: 'name',
      isLong: true,
      label: t('fields.name'),
      isFixed: true,
      cell: (row) => row.name,
    },
    { id: 'email', label: t('signIn.email'), sort: 'email', cell: (row) => row.email },
    {
      id: 'role',
      label: t('profile.role'),
      cell: (row) => t(`roles.${row.role}.name`),
    },
    {
      id: 'status',
      label: t('fields.status'),
      cell: (row) => t(`accounts.statuses.${row.status}`),
    },
    {
      id: 'lastSignInAt',
      label: t('accounts.lastSignIn'),
      cell: (row) => <TimeText at={row.lastSignInAt} />,
    },
    {
      id: 'createdAt',
      label: t('fields.createdAt'),
      cell: (row) => <TimeText at={row.createdAt} />,
    },
    {
      id: 'actions',
      isAction: true,
      label: t('actions.edit'),
      cell: (row) => (
        <Button
          size="compact-xs"
          variant="subtle"
          aria-label={t('accounts.edit', { name: row.email })}
          onClick={() => setOpen(row)}
        >
          {t('actions.edit')}
        </Button>
      ),
    },
  ];
  return (
    <Page
      title={t('nav.accounts')}
      actions={
        <Button leftSection={<Plus size={16} />} onClick={() => setOpen('new')}>
          {t('accounts.new')}
        </Button>
      }
    >
      <DataTable
        name="accounts"
        label={t('nav.accounts')}
        columns={columns}
        query={query}
        search={search}
        onSearch={change}
        rowId={(row) => row.id}
        rowLabel={(row) => row.email}
        filters={
          <SearchFilter
            value={search.q}
            placeholder={t('accounts.search')}
            onChange={(q) => change({ q, page: undefined })}
          />
        }
        empty={<EmptyState icon={Users} title={t('table.nothingMatches')} text={t('table.nothingMatchesText')} />}
      />
      {open === 'new' && <NewAccount onClose={() => setOpen(null)} />}
      {open !== null && open !== 'new' && <EditAccount account={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}

function NewAccount({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [password, setPassword] = useState('');
  const create = useAction<AccountRequest, Account>({
    run: (body) => post<Account>('/accounts', body),
    refresh: ['accounts'],
    done: (account) => t('accounts.created', { email: account.email }),
    then: onClose,
  });
  return (
    <ActionDialog
      title={t('accounts.new')}
      confirm={t('actions.save')}
      ready={email.includes('@') && password.length >= shortestPassword}
      isPending={create.isPending}
      error={create.error}
      onConfirm={() => create.mutate({ email, role, password, ...(name.trim() !== '' && { name: name.trim() }) })}
      onClose={onClose}
    >
      <TextInput
        label={t('signIn.email')}
        type="email"
        required
        data-autofocus
        autoComplete="off"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <TextInput
        label={t('profile.name')}
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <RoleSelect value={role} onChange={setRole} />
      <NewPassword label={t('signIn.password')} value={password} onChange={setPassword} />
    </ActionDialog>
  );
}

function EditAccount({ account, onClose }: { account: Account; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const own = useAccount();
  const [name, setName] = useState(account.name);
  const [role, setRole] = useState<Role>(account.role);
  const [status, setStatus] = useState(account.status);
  const [password, setPassword] = useState('');
  const save = useAction<AccountPatch, Account>({
    run: (body) => patch<Account>(`/accounts/${account.id}`, body),
    refresh: ['accounts', 'session'],
    done: () => t('accounts.saved'),
    then: onClose,
  });
  return (
    <ActionDialog
      title={account.email}
      confirm={t('actions.save')}
      ready={name.trim() !== '' && (password === '' || password.length >= shortestPassword)}
      isPending={save.isPending}
      error={save.error}
      onConfirm={() => save.mutate({ name: name.trim(), role, status, ...(password !== '' && { password }) })}
      onClose={onClose}
    >
      <TextInput
        label={t('profile.name')}
        required
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <RoleSelect value={role} onChange={setRole} />
      {account.id !== own.id && (
        <Select
          label={t('fields.status')}
          allowDeselect={false}
          value={status}
          data={(['active', 'disabled'] as const).map((value) => ({
            value,
            label: t(`accounts.statuses.${value}`),
          }))}
          onChange={(next) => setStatus(next === 'disabled' ? 'disabled' : 'active')}
        />
      )}
      <TextInput
        label={t('accounts.resetPassword')}
        description={t('accounts.resetPasswordNote', { count: shortestPassword })}
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </ActionDialog>
  );
}
