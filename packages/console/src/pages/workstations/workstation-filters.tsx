// The filters of the list of workstations, also where workstations are chosen for an update.
import { Checkbox, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import { ChoiceFilter, SetFilter } from '../../components/table/filters.tsx';
import { ProductFilter } from '../../components/table/product-filter.tsx';
import { answerName, answers } from './answers.ts';
import { type WorkstationsSearch, workstationStatuses } from './search.ts';

interface WorkstationFiltersProps {
  readonly search: WorkstationsSearch;
  readonly onChange: (patch: WorkstationsSearch) => void;
  readonly withoutProduct?: boolean;
}

function TextFilter({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}): ReactNode {
  const [text, setText] = useState(value ?? '');
  const commit = useDebouncedCallback((next: string) => onChange(next.trim() === '' ? undefined : next.trim()), 300);
  useEffect(() => setText(value ?? ''), [value]);
  return (
    <TextInput
      size="xs"
      w={110}
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        commit(event.currentTarget.value);
      }}
    />
  );
}

/** The filters. */
export function WorkstationFilters({ search, onChange, withoutProduct = false }: WorkstationFiltersProps): ReactNode {
  const { t } = useTranslation();
  const groups = useQuery(queries.groups());
  const groupOptions = (groups.data?.items ?? []).map((group) => ({ value: group.id, label: group.name }));
  const set = (patch: WorkstationsSearch) => onChange({ ...patch, page: undefined });
  return (
    <>
      <ChoiceFilter
        label={t('fields.status')}
        value={search.status}
        width={150}
        options={workstationStatuses.map((value) => ({ value, label: t(`states.workstation.${value}`) }))}
        onChange={(status) => set({ status })}
      />
      <TextFilter label={t('fields.version')} value={search.version} onChange={(version) => set({ version })} />
      <TextFilter label={t('fields.tag')} value={search.tag} onChange={(tag) => set({ tag })} />
      {groupOptions.length > 0 && (
        <ChoiceFilter
          label={t('fields.group')}
          value={search.group}
          width={150}
          searchable
          options={groupOptions}
          onChange={(group) => set({ group })}
        />
      )}
      <ChoiceFilter
        label={t('fields.lastAnswer')}
        value={search.verdict}
        width={190}
        options={answers.map((value) => ({ value, label: answerName(value, t) }))}
        onChange={(verdict) => set({ verdict })}
      />
      {!withoutProduct && <ProductFilter value={search.product} onChange={(product) => set({ product })} />}
      {search.code !== undefined && (
        <SetFilter label={`${t('fields.code')}: ${search.code}`} onClear={() => set({ code: undefined })} />
      )}
      {search.below !== undefined && (
        <SetFilter label={`${t('workstations.below')}: ${search.below}`} onClear={() => set({ below: undefined })} />
      )}
      {!withoutProduct && (
        <Checkbox
          size="xs"
          label={t('workstations.showRetired')}
          checked={search.retired === true}
          onChange={(event) => set({ retired: event.currentTarget.checked ? true : undefined })}
        />
      )}
    </>
  );
}
