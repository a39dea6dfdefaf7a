// The Workstations tab: who is in the update and how each stands; add, remove, try again.
import { assignmentStates } from '@usher/core';
import { Button, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Monitor from 'lucide-react/icons/monitor';
import Plus from 'lucide-react/icons/plus';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { AddWorkstationsAnswer, AssignmentItem, Update } from '../../api/types.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { FailureDialog } from '../../components/failure-dialog.tsx';
import { Section } from '../../components/page.tsx';
import { ChoiceFilter } from '../../components/table/filters.tsx';
import { ListTable } from '../../components/table/list-table.tsx';
import { useFormat } from '../../format/use-format.ts';
import { listQuery } from '../../state/search.ts';
import { usePermission } from '../../state/session.ts';
import { AddWorkstations, Unmatched } from './add-workstations.tsx';
import { assignmentColumns } from './assignment-columns.tsx';
import { AssignmentBulk } from './assignment-bulk.tsx';
import type { UpdateSearch } from './search.ts';

interface WorkstationsTabProps {
  readonly update: Update;
  readonly search: UpdateSearch;
  readonly onSearch: (patch: UpdateSearch) => void;
}

type AssignmentSearch = Pick<UpdateSearch, 'page' | 'pageSize' | 'sort' | 'q' | 'state'>;

function assignmentQuery(search: UpdateSearch): AssignmentSearch {
  const { page, pageSize, sort, q, state } = search;
  return { page, pageSize, sort, q, state };
}

/** The tab. An update without workstations begins with adding some. */
export function WorkstationsTab({ update, search, onSearch }: WorkstationsTabProps): ReactNode {
  const { t } = useTranslation();
  const mayManage = usePermission('updates.manage');
  const mayAdd = mayManage && update.state !== 'cancelled';
  const [isAdding, setAdding] = useState(false);
  const [answer, setAnswer] = useState<AddWorkstationsAnswer | null>(null);
  const unmatched = answer !== null && <Unmatched answer={answer} />;
  if (update.total === 0 && mayAdd) {
    return (
      <Stack>
        {unmatched}
        <Section title={t('updates.addWorkstations')} note={t('updates.addNote')}>
          <AddWorkstations update={update} onAdded={setAnswer} />
        </Section>
      </Stack>
    );
  }
  return (
    <Stack>
      {unmatched}
      <AssignmentTable
        update={update}
        search={search}
        onSearch={onSearch}
        add={
          mayAdd && (
            <Button size="xs" leftSection={<Plus size={14} />} onClick={() => setAdding(true)}>
              {t('updates.addWorkstations')}
            </Button>
          )
        }
      />
      {isAdding && (
        <Modal
          opened
          onClose={() => setAdding(false)}
          title={t('updates.addWorkstations')}
          size={1180}
          closeButtonProps={{ 'aria-label': t('actions.close') }}
        >
          <Stack>
            {update.state !== 'draft' && <Text size="sm">{t('updates.addWhileRunning')}</Text>}
            <AddWorkstations
              update={update}
              onAdded={(next) => {
                setAnswer(next);
                setAdding(false);
              }}
            />
          </Stack>
        </Modal>
      )}
    </Stack>
  );
}

function AssignmentTable({ update, search, onSearch, add }: WorkstationsTabProps & { add: ReactNode }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const mayManage = usePermission('updates.manage');
  const asked = assignmentQuery(search);
  const query = useQuery(queries.assignments(update.id, listQuery(asked)));
  const [failed, setFailed] = useState<AssignmentItem | null>(null);
  const columns = useMemo(() => assignmentColumns(t, format, setFailed), [t, format]);
  return (
    <>
      <ListTable
        name="assignments"
        label={t('updates.tabs.workstations')}
        path={`/updates/${update.id}/workstations`}
        columns={columns}
        query={query}
        search={asked}
        onSearch={onSearch}
        rowId={(row) => row.workstation.id}
        rowLabel={(row) => row.workstation.hostname}
        start={add}
        searchFor={t('workstations.searchName')}
        filters={
          <ChoiceFilter
            label={t('fields.state')}
            value={search.state}
            options={assignmentStates.map((value) => ({
              value,
              label: `${t(`states.assignment.${value}`)} (${format.number(update.counts[value])})`,
            }))}
            width={210}
            onChange={(state) => onSearch({ state, page: undefined })}
          />
        }
        {...(mayManage && {
          actions: (selection, done) => (
            <AssignmentBulk
              update={update}
              filter={asked}
              selection={selection}
              rows={query.data?.items ?? []}
              onDone={done}
            />
          ),
        })}
        empty={<EmptyState icon={Monitor} title={t('updates.noWorkstationsYet')} />}
      />
      {failed?.lastError !== null && failed?.lastError !== undefined && (
        <FailureDialog
          hostname={failed.workstation.hostname}
          failure={failed.lastError}
          onClose={() => setFailed(null)}
        />
      )}
    </>
  );
}
