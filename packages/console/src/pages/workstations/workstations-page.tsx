// The list of workstations, pending ones first.
import { Alert, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import Hourglass from 'lucide-react/icons/hourglass';
import Monitor from 'lucide-react/icons/monitor';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton } from '../../components/link.tsx';
import { Page } from '../../components/page.tsx';
import { ListTable } from '../../components/table/list-table.tsx';
import { useFormat } from '../../format/use-format.ts';
import { listQuery } from '../../state/search.ts';
import { usePermission } from '../../state/session.ts';
import { useSearchPatch } from '../../state/use-search-patch.ts';
import { workstationColumns } from './columns.tsx';
import { SaveGroup } from './save-group.tsx';
import { toFilter, type WorkstationsSearch } from './search.ts';
import { WorkstationBulk } from './workstation-bulk.tsx';
import { WorkstationFilters } from './workstation-filters.tsx';

const route = getRouteApi('/shell/workstations');

/** The list of workstations. */
export function WorkstationsPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const search = route.useSearch();
  const change = useSearchPatch<WorkstationsSearch>();
  const query = useQuery(queries.workstations(listQuery(search)));
  const mayManage = usePermission('workstations.manage');
  const mayGiveKeys = usePermission('keys.manage');
  const columns = useMemo(() => workstationColumns(t, format), [t, format]);
  const filter = toFilter(search);
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <Page
      title={t('nav.workstations')}
      actions={
        <>
          {mayManage && isFiltered && search.group === undefined && <SaveGroup filter={filter} />}
          <LinkButton to="/workstations/groups" variant="default">
            {t('workstations.groups')}
          </LinkButton>
          {mayGiveKeys && (
            <LinkButton to="/settings/keys" variant="default">
              {t('workstations.addWorkstations')}
            </LinkButton>
          )}
        </>
      }
    >
      {search.status !== 'pending' && <PendingNotice onShow={() => change({ status: 'pending', page: undefined })} />}
      <ListTable
        name="workstations"
        label={t('nav.workstations')}
        path="/workstations"
        columns={columns}
        query={query}
        search={search}
        onSearch={change}
        rowId={(row) => row.id}
        rowLabel={(row) => row.hostname}
        searchFor={t('workstations.search')}
        filters={<WorkstationFilters search={search} onChange={change} />}
        {...(mayManage && {
          actions: (selection, done) => <WorkstationBulk selection={selection} filter={filter} onDone={done} />,
        })}
        empty={
          <EmptyState icon={Monitor} title={t('workstations.empty')} text={t('workstations.emptyText')}>
            {mayGiveKeys && <LinkButton to="/settings/keys">{t('workstations.makeKey')}</LinkButton>}
          </EmptyState>
        }
      />
    </Page>
  );
}

/** Newcomers wait for a person: said before the list, wherever in it they stand. */
function PendingNotice({ onShow }: { onShow: () => void }): ReactNode {
  const { t } = useTranslation();
  const { data } = useQuery(queries.workstations({ status: 'pending', page: 1, pageSize: 1 }));
  const count = data?.total ?? 0;
  if (count === 0) return null;
  return (
    <Alert
      color="yellow"
      variant="light"
      icon={<Hourglass size={18} />}
      styles={{ wrapper: { alignItems: 'center' }, icon: { marginTop: 0 } }}
    >
      <Group justify="space-between">
        <Text size="sm" fw={550}>
          {t('workstations.pendingNotice', { count })}
        </Text>
        <Button size="xs" variant="default" onClick={onShow}>
          {t('workstations.showPending')}
        </Button>
      </Group>
    </Alert>
  );
}
