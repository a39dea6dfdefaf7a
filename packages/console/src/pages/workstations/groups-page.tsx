// Groups: saved filters of workstations.
import { Button, Group as Row } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import UsersRound from 'lucide-react/icons/users-round';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { Group, WorkstationFilter } from '../../api/types.ts';
import { ActorText } from '../../components/actor-text.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton, TextLink } from '../../components/link.tsx';
import { Page } from '../../components/page.tsx';
import { RemoveDialog } from '../../components/remove-dialog.tsx';
import { BulkAction } from '../../components/table/bulk-action.tsx';
import type { Column } from '../../components/table/column.ts';
import { ListTable } from '../../components/table/list-table.tsx';
import { inWords } from '../../components/table/words.ts';
import { TimeText } from '../../components/time-text.tsx';
import { useFormat } from '../../format/use-format.ts';
import { filtersOf, type ListSearch, listQuery } from '../../state/search.ts';
import { usePermission } from '../../state/session.ts';
import { useProducts } from '../../state/use-products.ts';
import { useSearchPatch } from '../../state/use-search-patch.ts';
import { FilterText, filterParts } from './filter-text.tsx';
import { GroupDialog } from './save-group.tsx';
import type { GroupSort } from './search.ts';

const route = getRouteApi('/shell/workstations/groups');

/** The groups. */
export function GroupsPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const search = route.useSearch();
  const change = useSearchPatch<ListSearch>();
  const query = useQuery(queries.groupList(listQuery(search)));
  const { products } = useProducts();
  const mayManage = usePermission('workstations.manage');
  const [renaming, setRenaming] = useState<Group | null>(null);
  const [deleting, setDeleting] = useState<Group | null>(null);
  const columns: Column<Group, GroupSort>[] = [
    {
      id: 'name',
      isLong: true,
      isFixed: true,
      label: t('fields.name'),
      sort: 'name',
      cell: (row) => (
        <TextLink to="/workstations" search={{ group: row.id }}>
          {row.name}
        </TextLink>
      ),
    },
    {
      id: 'filter',
      isLong: true,
      label: t('workstations.filter'),
      cell: (row) => <FilterText filter={row.filter} />,
      words: inWords((value) => filterParts(JSON.parse(value) as WorkstationFilter, t, products).join(', ')),
    },
    {
      id: 'workstations',
      align: 'end',
      label: t('fields.workstations'),
      cell: (row) => format.number(row.workstations),
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
  ];
  if (mayManage) {
    columns.push({
      id: 'actions',
      isAction: true,
      align: 'end',
      label: t('actions.edit'),
      cell: (row) => (
        <Row gap={4} wrap="nowrap" justify="flex-end">
          <Button size="compact-xs" variant="subtle" onClick={() => setRenaming(row)}>
            {t('workstations.rename')}
          </Button>
          <Button size="compact-xs" variant="subtle" color="red" onClick={() => setDeleting(row)}>
            {t('actions.delete')}
          </Button>
        </Row>
      ),
    });
  }
  return (
    <Page
      title={t('workstations.groups')}
      parent={<TextLink to="/workstations">{t('nav.workstations')}</TextLink>}
      subtitle={t('workstations.groupsNote')}
    >
      <ListTable
        name="groups"
        label={t('workstations.groups')}
        path="/groups"
        columns={columns}
        query={query}
        search={search}
        onSearch={change}
        rowId={(row) => row.id}
        rowLabel={(row) => row.name}
        searchFor={t('fields.name')}
        {...(mayManage && {
          actions: (selection, done) => (
            <BulkAction
              kind="deleteGroups"
              path="/groups"
              action="delete"
              selection={selection}
              filter={filtersOf(search)}
              refresh={['groups', 'workstations']}
              onDone={done}
            />
          ),
        })}
        empty={
          <EmptyState icon={UsersRound} title={t('workstations.noGroups')} text={t('workstations.noGroupsText')}>
            <LinkButton to="/workstations" variant="default">
              {t('workstations.toList')}
            </LinkButton>
          </EmptyState>
        }
      />
      {renaming !== null && <GroupDialog filter={renaming.filter} group={renaming} onClose={() => setRenaming(null)} />}
      {deleting !== null && (
        <RemoveDialog
          path={`/groups/${deleting.id}`}
          refresh={['groups']}
          title={t('workstations.deleteGroup', { name: deleting.name })}
          note={t('workstations.deleteGroupNote')}
          confirm={t('actions.delete')}
          done={t('workstations.groupDeleted')}
          onClose={() => setDeleting(null)}
        />
      )}
    </Page>
  );
}
