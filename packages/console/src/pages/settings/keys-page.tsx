// Installation keys: what is handed out so that machines become workstations.
import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import CircleCheck from 'lucide-react/icons/circle-check';
import CircleSlash from 'lucide-react/icons/circle-slash';
import KeyRound from 'lucide-react/icons/key-round';
import Plus from 'lucide-react/icons/plus';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { CreatedInstallationKey, InstallationKey } from '../../api/types.ts';
import { ActorText } from '../../components/actor-text.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Page, Section } from '../../components/page.tsx';
import { RemoveDialog } from '../../components/remove-dialog.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { BulkAction } from '../../components/table/bulk-action.tsx';
import type { Column } from '../../components/table/column.ts';
import { ChoiceFilter } from '../../components/table/filters.tsx';
import { ListTable } from '../../components/table/list-table.tsx';
import { inWords, yesOrNo } from '../../components/table/words.ts';
import { TimeText } from '../../components/time-text.tsx';
import { useFormat } from '../../format/use-format.ts';
import { filtersOf, listQuery } from '../../state/search.ts';
import { useSearchPatch } from '../../state/use-search-patch.ts';
import { ActivationCommand } from './activation-command.tsx';
import { NewKey } from './new-key.tsx';
import { type KeySort, type KeysSearch, keyStatuses } from './search.ts';
import { SecretDialog } from './secret-dialog.tsx';

const route = getRouteApi('/shell/settings/keys');

/** The list of installation keys. */
export function KeysPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const search = route.useSearch();
  const change = useSearchPatch<KeysSearch>();
  const query = useQuery(queries.installationKeys(listQuery(search)));
  const [isAdding, setAdding] = useState(false);
  const [created, setCreated] = useState<CreatedInstallationKey | null>(null);
  const [revoking, setRevoking] = useState<InstallationKey | null>(null);
  const columns: Column<InstallationKey, KeySort>[] = [
    {
      id: 'label',
      isLong: true,
      label: t('keys.label'),
      isFixed: true,
      sort: 'label',
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
      words: inWords((status) => t(`keys.statuses.${status as InstallationKey['status']}`)),
    },
    {
      id: 'autoAuthorize',
      label: t('keys.autoAuthorize'),
      cell: (row) => (row.autoAuthorize ? t('actions.yes') : t('actions.no')),
      words: yesOrNo(t('actions.yes'), t('actions.no')),
    },
    { id: 'uses', label: t('keys.uses'), align: 'end', sort: 'uses', cell: (row) => format.number(row.uses) },
    {
      id: 'maxUses',
      label: t('keys.maxUses'),
      align: 'end',
      cell: (row) => (row.maxUses === null ? '–' : format.number(row.maxUses)),
    },
    {
      id: 'expiresAt',
      label: t('keys.expires'),
      sort: 'expiresAt',
      cell: (row) => <TimeText at={row.expiresAt} />,
    },
    {
      id: 'createdBy',
      isWide: true,
      isLong: true,
      label: t('fields.createdBy'),
      cell: (row) => <ActorText actor={row.createdBy} />,
    },
    {
      id: 'createdAt',
      label: t('fields.createdAt'),
      sort: 'createdAt',
      cell: (row) => <TimeText at={row.createdAt} />,
    },
    { id: 'revokedAt', label: t('keys.revokedAt'), isExtra: true, cell: (row) => <TimeText at={row.revokedAt} /> },
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
            aria-label={t('keys.revokeTitle', { label: row.label })}
            onClick={() => setRevoking(row)}
          >
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
      {query.data !== undefined && query.data.total > 0 && (
        <Section title={t('keys.add')} note={t('keys.again')}>
          <Stack gap="xs">
            <ActivationCommand />
          </Stack>
        </Section>
      )}
      <ListTable
        name="installation-keys"
        label={t('nav.keys')}
        path="/installation-keys"
        columns={columns}
        query={query}
        search={search}
        onSearch={change}
        rowId={(row) => row.id}
        rowLabel={(row) => row.label}
        searchFor={t('keys.label')}
        filters={
          <ChoiceFilter
            label={t('fields.status')}
            value={search.status}
            width={150}
            options={keyStatuses.map((value) => ({ value, label: t(`keys.statuses.${value}`) }))}
            onChange={(status) => change({ status, page: undefined })}
          />
        }
        actions={(selection, done) => (
          <BulkAction
            kind="revokeKeys"
            path="/installation-keys"
            action="revoke"
            selection={selection}
            filter={filtersOf(search)}
            refresh={['keys', 'overview']}
            onDone={done}
          />
        )}
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
          fileName="key.txt"
          onClose={() => setCreated(null)}
        >
          <ActivationCommand />
        </SecretDialog>
      )}
      {revoking !== null && (
        <RemoveDialog
          path={`/installation-keys/${revoking.id}`}
          refresh={['keys', 'overview']}
          title={t('keys.revokeTitle', { label: revoking.label })}
          note={t('keys.revokeNote')}
          confirm={t('tokens.revoke')}
          done={t('keys.revoked')}
          onClose={() => setRevoking(null)}
        />
      )}
    </Page>
  );
}
