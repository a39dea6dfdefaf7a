// Accounts and their roles.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { Role } from '@usher/protocol/roles';
import CircleCheck from 'lucide-react/icons/circle-check';
import CircleSlash from 'lucide-react/icons/circle-slash';
import Plus from 'lucide-react/icons/plus';
import Users from 'lucide-react/icons/users';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { Account } from '../../api/types.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { BulkAction } from '../../components/table/bulk-action.tsx';
import type { Column } from '../../components/table/column.ts';
import { ChoiceFilter } from '../../components/table/filters.tsx';
import { ListTable } from '../../components/table/list-table.tsx';
import { inWords } from '../../components/table/words.ts';
import { TimeText } from '../../components/time-text.tsx';
import { filtersOf, listQuery } from '../../state/search.ts';
import { useSearchPatch } from '../../state/use-search-patch.ts';
import { EditAccount, NewAccount } from './account-dialogs.tsx';
import { RoleFilter } from './role-filter.tsx';
import { type AccountSort, accountStatuses, type AccountsSearch } from './search.ts';

const route = getRouteApi('/shell/settings/accounts');

/** The list of accounts. */
export function AccountsPage(): ReactNode {
  const { t } = useTranslation();
  const search = route.useSearch();
  const change = useSearchPatch<AccountsSearch>();
  const query = useQuery(queries.accounts(listQuery(search)));
  const [open, setOpen] = useState<Account | 'new' | null>(null);
  const columns: Column<Account, AccountSort>[] = [
    {
      id: 'name',
      isLong: true,
      label: t('fields.name'),
      isFixed: true,
      sort: 'name',
      cell: (row) => row.name,
    },
    { id: 'email', isLong: true, minWidth: 160, label: t('signIn.email'), sort: 'email', cell: (row) => row.email },
    {
      id: 'role',
      label: t('profile.role'),
      sort: 'role',
      cell: (row) => t(`roles.${row.role}.name`),
      words: inWords((role) => t(`roles.${role as Role}.name`)),
    },
    {
      id: 'status',
      label: t('fields.status'),
      sort: 'status',
      cell: (row) => (
        <StateBadge
          tone={row.status === 'active' ? 'success' : 'danger'}
          icon={row.status === 'active' ? CircleCheck : CircleSlash}
          label={t(`accounts.statuses.${row.status}`)}
        />
      ),
      words: inWords((status) => t(`accounts.statuses.${status as Account['status']}`)),
    },
    {
      id: 'lastSignInAt',
      label: t('accounts.lastSignIn'),
      sort: 'lastSignInAt',
      cell: (row) => <TimeText at={row.lastSignInAt} />,
    },
    {
      id: 'createdAt',
      label: t('fields.createdAt'),
      sort: 'createdAt',
      cell: (row) => <TimeText at={row.createdAt} />,
    },
    { id: 'id', label: t('fields.id'), isExtra: true, cell: (row) => row.id },
    {
      id: 'actions',
      isAction: true,
      align: 'end',
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
  const add = (
    <Button leftSection={<Plus size={16} />} onClick={() => setOpen('new')}>
      {t('accounts.new')}
    </Button>
  );
  return (
    <Page title={t('nav.accounts')} actions={add}>
      <ListTable
        name="accounts"
        label={t('nav.accounts')}
        path="/accounts"
        columns={columns}
        query={query}
        search={search}
        onSearch={change}
        rowId={(row) => row.id}
        rowLabel={(row) => row.email}
        searchFor={t('accounts.search')}
        filters={
          <>
            <RoleFilter value={search.role} onChange={(role) => change({ role, page: undefined })} />
            <ChoiceFilter
              label={t('fields.status')}
              value={search.status}
              width={150}
              options={accountStatuses.map((value) => ({ value, label: t(`accounts.statuses.${value}`) }))}
              onChange={(status) => change({ status, page: undefined })}
            />
          </>
        }
        actions={(selection, done) =>
          (['enable', 'disable'] as const).map((action) => (
            <BulkAction
              key={action}
              kind={`${action}Accounts`}
              path="/accounts"
              action={action}
              selection={selection}
              filter={filtersOf(search)}
              isHarmless={action === 'enable'}
              refresh={['accounts', 'tokens']}
              onDone={done}
            />
          ))
        }
        empty={
          <EmptyState icon={Users} title={t('accounts.empty')}>
            {add}
          </EmptyState>
        }
      />
      {open === 'new' && <NewAccount onClose={() => setOpen(null)} />}
      {open !== null && open !== 'new' && <EditAccount account={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}
