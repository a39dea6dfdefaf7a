// The filters above a list: a search that waits for the typing to end, and choices. All of them live in the address.
import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import Search from 'lucide-react/icons/search';
import X from 'lucide-react/icons/x';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './data-table.module.css';

interface SearchFilterProps {
  readonly value: string | undefined;
  readonly placeholder: string;
  readonly onChange: (value: string | undefined) => void;
}

/** A search field; the list follows a third of a second after the last key. */
export function SearchFilter({ value, placeholder, onChange }: SearchFilterProps): ReactNode {
  const { t } = useTranslation();
  const [text, setText] = useState(value ?? '');
  const commit = useDebouncedCallback((next: string) => onChange(next.trim() === '' ? undefined : next.trim()), 300);
  useEffect(() => setText(value ?? ''), [value]);
  return (
    <TextInput
      size="xs"
      type="search"
      className={classes.search ?? ''}
      aria-label={t('table.search')}
      placeholder={placeholder}
      leftSection={<Search size={14} />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        commit(event.currentTarget.value);
      }}
    />
  );
}

interface ChoiceFilterProps<Value extends string> {
  readonly label: string;
  readonly value: Value | undefined;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value | undefined) => void;
  readonly width?: number;
  readonly searchable?: boolean;
}

/** One of several, or any. */
export function ChoiceFilter<Value extends string>(properties: ChoiceFilterProps<Value>): ReactNode {
  const { label, value, options, onChange, width = 170, searchable = false } = properties;
  const { t } = useTranslation();
  return (
    <Select
      size="xs"
      w={width}
      aria-label={label}
      placeholder={label}
      clearable
      searchable={searchable}
      clearButtonProps={{ 'aria-label': t('table.clearFilter', { filter: label }) }}
      nothingFoundMessage={t('table.nothingFound')}
      data={[...options]}
      value={value ?? null}
      onChange={(next) => onChange(options.find((option) => option.value === next)?.value)}
    />
  );
}

interface SetFilterProps {
  readonly label: string;
  readonly onClear: () => void;
}

/** A filter that came with a link and has no field of its own: what it is, and how to be rid of it. */
export function SetFilter({ label, onClear }: SetFilterProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Button
      size="xs"
      variant="light"
      rightSection={<X size={14} aria-hidden />}
      aria-label={t('table.clearFilter', { filter: label })}
      onClick={onClear}
    >
      {label}
    </Button>
  );
}
