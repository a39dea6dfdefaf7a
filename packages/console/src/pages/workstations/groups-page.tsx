// Groups: saved filters of workstations.
import { Badge, Button, Group as Row, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import UsersRound from 'lucide-react/icons/users-round';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { remove } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { Group, WorkstationFilter } from '../../api/types.ts';
import { ActionDialog } from '../../components/action-dialog.tsx';
import { ActorText } from '../../components/actor-text.tsx';
import { Awaited } from '../../components/awaited.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton, TextLink } from '../../components/link.tsx';
import { ScrollBox } from '../../components/scroll-box.tsx';
import { Page, Section } from '../../components/page.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useAction } from '../../components/use-action.ts';
import { useFormat } from '../../format/use-format.ts';
import { usePermission } from '../../state/session.ts';
import { GroupDialog } from './save-group.tsx';

const filterLabels = {
  status: 'fields.status',
  version: 'fields.version',
  product: 'fields.product',
  group: 'fields.group',
  tag: 'fields.tag',
  q: 'table.search',
} as const satisfies Partial<Record<keyof WorkstationFilter, string>>;

/** The groups. */
export function GroupsPage(): ReactNode {
  const { t } = useTranslation();
  const query = useQuery(queries.groups());
  return (
    <Page
      title={t('workstations.groups')}
      parent={<TextLink to="/workstations">{t('nav.workstations')}</TextLink>}
      subtitle={t('workstations.groupsNote')}
    >
      <Awaited query={query} height={200}>
        {({ items }) =>
          items.length === 0 ? (
            <Section>
              <EmptyState icon={UsersRound} title={t('workstations.noGroups')} text={t('workstations.noGroupsText')}>
                <LinkButton to="/workstations" variant="default">
                  {t('workstations.toList')}
                </LinkButton>
              </EmptyState>
            </Section>
          ) : (
            <GroupTable groups={items} />
          )
        }
      </Awaited>
    </Page>
  );
}

function GroupTable({ groups }: { groups: readonly Group[] }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const mayManage = usePermission('workstations.manage');
  const [renaming, setRenaming] = useState<Group | null>(null);
  const [deleting, setDeleting] = useState<Group | null>(null);
  return (
    <Section>
      <ScrollBox label={t('workstations.groups')}>
        <Table fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('fields.name')}</Table.Th>
              <Table.Th>{t('workstations.filter')}</Table.Th>
              <Table.Th ta="right">{t('fields.workstations')}</Table.Th>
              <Table.Th>{t('fields.createdBy')}</Table.Th>
              <Table.Th>{t('fields.createdAt')}</Table.Th>
              {mayManage && <Table.Th aria-label={t('actions.more')} />}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {groups.map((group) => (
              <Table.Tr key={group.id}>
                <Table.Td>
                  <TextLink to="/workstations" search={{ group: group.id }}>
                    {group.name}
                  </TextLink>
                </Table.Td>
                <Table.Td>
                  <FilterText filter={group.filter} />
                </Table.Td>
                <Table.Td ta="right">{format.number(group.workstations)}</Table.Td>
                <Table.Td>
                  <ActorText actor={group.createdBy} />
                </Table.Td>
                <Table.Td>
                  <TimeText at={group.createdAt} />
                </Table.Td>
                {mayManage && (
                  <Table.Td>
                    <Row gap={4} justify="flex-end" wrap="nowrap">
                      <Button size="compact-xs" variant="subtle" onClick={() => setRenaming(group)}>
                        {t('workstations.rename')}
                      </Button>
                      <Button size="compact-xs" variant="subtle" color="red" onClick={() => setDeleting(group)}>
                        {t('actions.delete')}
                      </Button>
                    </Row>
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollBox>
      {renaming !== null && <GroupDialog filter={renaming.filter} group={renaming} onClose={() => setRenaming(null)} />}
      {deleting !== null && <DeleteDialog group={deleting} onClose={() => setDeleting(null)} />}
    </Section>
  );
}

function FilterText({ filter }: { filter: WorkstationFilter }): ReactNode {
  const { t } = useTranslation();
  const names = Object.keys(filterLabels) as (keyof typeof filterLabels)[];
  return (
    <Row gap={4}>
      {names
        .filter((name) => filter[name] !== undefined)
        .map((name) => (
          <Badge key={name} variant="default" tt="none" fw={500} size="sm">
            {t(filterLabels[name])}: {filter[name]}
          </Badge>
        ))}
    </Row>
  );
}

function DeleteDialog({ group, onClose }: { group: Group; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const erase = useAction({
    run: () => remove(`/groups/${group.id}`),
    refresh: ['groups'],
    done: () => t('workstations.groupDeleted'),
    then: onClose,
  });
  return (
    <ActionDialog
      title={t('workstations.deleteGroup', { name: group.name })}
      confirm={t('actions.delete')}
      danger
      isPending={erase.isPending}
      error={erase.error}
      onConfirm={() => erase.mutate()}
      onClose={onClose}
    >
      <Text size="sm">{t('workstations.deleteGroupNote')}</Text>
    </ActionDialog>
  );
}
