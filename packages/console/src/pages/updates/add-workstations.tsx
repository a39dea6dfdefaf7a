// Adding workstations to an update: choose from the list (some, a group, all that match), or paste or load names.
import { Alert, Button, FileButton, Group, List, Stack, Tabs, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import FileUp from 'lucide-react/icons/file-up';
import Monitor from 'lucide-react/icons/monitor';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { AddWorkstations as AddBody, AddWorkstationsAnswer, Update } from '../../api/types.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { ListTable } from '../../components/table/list-table.tsx';
import { useAction } from '../../components/use-action.ts';
import { readNames } from '../../format/read-names.ts';
import { useFormat } from '../../format/use-format.ts';
import { listQuery } from '../../state/search.ts';
import { type Selection, selectedCount } from '../../state/selection.ts';
import { workstationColumns } from '../workstations/columns.tsx';
import { toFilter, type WorkstationsSearch } from '../workstations/search.ts';
import { WorkstationFilters } from '../workstations/workstation-filters.tsx';

interface AddWorkstationsProps {
  readonly update: Update;
  /** What came of it; the tab shows the names that were not added. */
  readonly onAdded: (answer: AddWorkstationsAnswer) => void;
}

/** The ways to add. */
export function AddWorkstations({ update, onAdded }: AddWorkstationsProps): ReactNode {
  const { t } = useTranslation();
  const add = useAction<AddBody, AddWorkstationsAnswer>({
    run: (body) => post<AddWorkstationsAnswer>(`/updates/${update.id}/workstations`, body),
    refresh: ['updates', 'workstations', 'overview'],
    done: ({ added }) => t('updates.added', { count: added }),
    then: onAdded,
  });
  return (
    <Stack>
      {add.isError && <ProblemAlert error={add.error} />}
      <Tabs defaultValue="choose" variant="outline" keepMounted={false}>
        <Tabs.List mb="sm">
          <Tabs.Tab value="choose">{t('updates.addFromList')}</Tabs.Tab>
          <Tabs.Tab value="names">{t('updates.addNames')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="choose">
          <FromList product={update.product.id} isPending={add.isPending} onAdd={(body) => add.mutate(body)} />
        </Tabs.Panel>
        <Tabs.Panel value="names">
          <FromNames isPending={add.isPending} onAdd={(names) => add.mutate({ names })} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

/** Names that match nothing or several are errors, never a guess. */
export function Unmatched({ answer }: { answer: AddWorkstationsAnswer }): ReactNode {
  const { t } = useTranslation();
  if (answer.unknown.length === 0 && answer.ambiguous.length === 0) return null;
  return (
    <Alert color="yellow" variant="light" role="alert" title={t('updates.notAllAdded')}>
      <Text size="sm">{t('updates.addedSome', { count: answer.added })}</Text>
      {answer.unknown.length > 0 && <NameList title={t('updates.unknownNames')} names={answer.unknown} />}
      {answer.ambiguous.length > 0 && <NameList title={t('updates.ambiguousNames')} names={answer.ambiguous} />}
    </Alert>
  );
}

const mostNamesShown = 20;

function NameList({ title, names }: { title: string; names: readonly string[] }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Text size="sm" fw={600} mt={6}>
        {title}
      </Text>
      <List size="sm">
        {names.slice(0, mostNamesShown).map((name) => (
          <List.Item key={name}>{name}</List.Item>
        ))}
      </List>
      {names.length > mostNamesShown && (
        <Text size="sm">{t('updates.moreNames', { count: names.length - mostNamesShown })}</Text>
      )}
    </>
  );
}

interface FromListProps {
  readonly product: string;
  readonly isPending: boolean;
  readonly onAdd: (body: AddBody) => void;
}

function FromList({ product, isPending, onAdd }: FromListProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [search, setSearch] = useState<WorkstationsSearch>({ pageSize: 25 });
  const query = useQuery(queries.workstations({ ...listQuery(search), product }));
  const columns = useMemo(() => workstationColumns(t, format), [t, format]);
  const change = (patch: WorkstationsSearch) => setSearch((before) => ({ ...before, ...patch }));
  const bodyOf = (selection: Selection): AddBody =>
    selection.kind === 'ids' ? { ids: [...selection.ids] } : { filter: { ...toFilter(search), product } };
  const list = (
    <ListTable
      name="choose-workstations"
      label={t('updates.addFromList')}
      columns={columns}
      query={query}
      search={search}
      onSearch={change}
      rowId={(row) => row.id}
      rowLabel={(row) => row.hostname}
      searchFor={t('workstations.search')}
      actions={(selection) => (
        <Button size="xs" loading={isPending} onClick={() => onAdd(bodyOf(selection))}>
          {t('updates.addCount', { count: selectedCount(selection) })}
        </Button>
      )}
      filters={<WorkstationFilters search={search} onChange={change} withoutProduct />}
      empty={<EmptyState icon={Monitor} title={t('workstations.empty')} text={t('updates.noWorkstationsToAdd')} />}
    />
  );
  return (
    <Stack gap="xs">
      {search.group !== undefined && (
        <Text size="sm" c="dimmed" role="note">
          {t('updates.addGroupNote')}
        </Text>
      )}
      {list}
    </Stack>
  );
}

function FromNames({ isPending, onAdd }: { isPending: boolean; onAdd: (names: string[]) => void }): ReactNode {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const names = useMemo(() => readNames(text), [text]);
  const load = (file: File | null) => {
    if (file !== null) void file.text().then(setText);
  };
  return (
    <Stack maw={640}>
      <Textarea
        label={t('updates.names')}
        description={t('updates.namesNote')}
        autosize
        minRows={6}
        maxRows={18}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group>
        <FileButton accept=".csv,.txt,text/csv,text/plain" onChange={load}>
          {(button) => (
            <Button {...button} variant="default" leftSection={<FileUp size={16} />}>
              {t('updates.loadFile')}
            </Button>
          )}
        </FileButton>
        <Button loading={isPending} disabled={names.length === 0} onClick={() => onAdd(names)}>
          {t('updates.addCount', { count: names.length })}
        </Button>
      </Group>
    </Stack>
  );
}
