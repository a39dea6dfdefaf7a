// API tokens: for programs, with a role and an end.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { Role } from '@usher/protocol/roles';
import CircleCheck from 'lucide-react/icons/circle-check';
import CircleSlash from 'lucide-react/icons/circle-slash';
import Plus from 'lucide-react/icons/plus';
import Terminal from 'lucide-react/icons/terminal';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { ApiToken, CreatedApiToken } from '../../api/types.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Page } from '../../components/page.tsx';
import { RemoveDialog } from '../../components/remove-dialog.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { BulkAction } from '../../components/table/bulk-action.tsx';
import type { Column } from '../../components/table/column.ts';
import { ChoiceFilter } from '../../components/table/filters.tsx';
import { ListTable } from '../../components/table/list-table.tsx';
import { inWords } from '../../components/table/words.ts';
import { TimeText } from '../../components/time-text.tsx';
import { filtersOf, listQuery } from '../../state/search.ts';
import { useSearchPatch } from '../../state/use-search-patch.ts';
import { RoleFilter } from './role-filter.tsx';
import { type TokenSort, type TokensSearch, tokenStatuses } from './search.ts';
import { SecretDialog } from './secret-dialog.tsx';
import { NewToken } from './new-token.tsx';

const route = getRouteApi('/shell/settings/tokens');

/** The list of API tokens. */
export function TokensPage(): ReactNode {
  const { t } = useTranslation();
  const search = route.useSearch();
  const change = useSearchPatch<TokensSearch>();
  const query = useQuery(queries.tokens(listQuery(search)));
  const [isAdding, setAdding] = useState(false);
  const [created, setCreated] = useState<CreatedApiToken | null>(null);
  const [revoking, setRevoking] = useState<ApiToken | null>(null);
  const columns: Column<ApiToken, TokenSort>[] = [
    {
      id: 'name',
      isLong: true,
      label: t('fields.name'),
      isFixed: true,
      sort: 'name',
      cell: (row) => row.name,
    },
    {
      id: 'status',
      label: t('fields.status'),
      cell: (row) => (
        <StateBadge
          tone={row.status === 'valid' ? 'success' : 'neutral'}
          icon={row.status === 'valid' ? CircleCheck : CircleSlash}
          label={t(`tokens.statuses.${row.status}`)}
        />
      ),
      words: inWords((status) => t(`tokens.statuses.${status as ApiToken['status']}`)),
    },
    {
      id: 'role',
      label: t('profile.role'),
      sort: 'role',
      cell: (row) => t(`roles.${row.role}.name`),
      words: inWords((role) => t(`roles.${role as Role}.name`)),
    },
    {
      id: 'expiresAt',
      label: t('tokens.expires'),
      sort: 'expiresAt',
      cell: (row) => (row.expiresAt === null ? t('tokens.never') : <TimeText at={row.expiresAt} />),
      words: (value) => (typeof value === 'string' ? value : t('tokens.never')),
    },
    {
      id: 'lastUsedAt',
      label: t('tokens.lastUsed'),
      sort: 'lastUsedAt',
      cell: (row) => <TimeText at={row.lastUsedAt} />,
    },
    {
      id: 'createdAt',
      label: t('fields.createdAt'),
      sort: 'createdAt',
      cell: (row) => <TimeText at={row.createdAt} />,
    },
    { id: 'createdBy', isWide: true, isLong: true, label: t('fields.createdBy'), cell: (row) => row.createdBy },
    { id: 'id', label: t('fields.id'), isExtra: true, cell: (row) => row.id },
    {
      id: 'actions',
      isAction: true,
      align: 'end',
      label: t('tokens.revoke'),
      cell: (row) =>
        row.status === 'valid' ? (
          <Button
            size="compact-xs"
            variant="subtle"
            color="red"
            aria-label={t('tokens.revokeTitle', { name: row.name })}
            onClick={() => setRevoking(row)}
          >
            {t('tokens.revoke')}
          </Button>
        ) : null,
    },
  ];
  const add = (
    <Button leftSection={<Plus size={16} />} onClick={() => setAdding(true)}>
      {t('tokens.new')}
    </Button>
  );
  return (
    <Page title={t('nav.tokens')} subtitle={t('tokens.note')} actions={add}>
      <ListTable
        name="tokens"
        label={t('nav.tokens')}
        path="/tokens"
        columns={columns}
        query={query}
        search={search}
        onSearch={change}
        rowId={(row) => row.id}
        rowLabel={(row) => row.name}
        searchFor={t('fields.name')}
        filters={
          <>
            <ChoiceFilter
              label={t('fields.status')}
              value={search.status}
              width={150}
              options={tokenStatuses.map((value) => ({ value, label: t(`tokens.statuses.${value}`) }))}
              onChange={(status) => change({ status, page: undefined })}
            />
            <RoleFilter value={search.role} onChange={(role) => change({ role, page: undefined })} />
          </>
        }
        actions={(selection, done) => (
          <BulkAction
            kind="revokeTokens"
            path="/tokens"
            action="revoke"
            selection={selection}
            filter={filtersOf(search)}
            refresh={['tokens']}
            onDone={done}
          />
        )}
        empty={
          <EmptyState icon={Terminal} title={t('tokens.empty')} text={t('tokens.note')}>
            {add}
          </EmptyState>
        }
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
      {revoking !== null && (
        <RemoveDialog
          path={`/tokens/${revoking.id}`}
          refresh={['tokens']}
          title={t('tokens.revokeTitle', { name: revoking.name })}
          note={t('tokens.revokeNote')}
          confirm={t('tokens.revoke')}
          done={t('tokens.revoked')}
          onClose={() => setRevoking(null)}
        />
      )}
    </Page>
  );
}
