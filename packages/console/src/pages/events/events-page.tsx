// Everything that happened: filters, live tail, columns, export, integrity.
import { Button, Group, Select, Text, TextInput } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { eventTypeNames } from '@usher/protocol/event-types';
import { Fragment, type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Query } from '../../api/client.ts';
import { useLiveState } from '../../api/live.ts';
import { Page } from '../../components/page.tsx';
import { SearchFilter, SetFilter } from '../../components/table/filters.tsx';
import { FoldedFilters } from '../../components/table/folded-filters.tsx';
import { useSearchPatch } from '../../state/use-search-patch.ts';
import { EventTable } from './event-table.tsx';
import { eventName } from './event-text.tsx';
import type { EventsSearch } from './search.ts';
import { VerifyEvents } from './verify-events.tsx';

const route = getRouteApi('/shell/events');

/** Days of the viewer's zone as instants; `to` is the whole of its day. */
function toQuery(search: EventsSearch): Query {
  const { from, to, ...rest } = search;
  const endOf = (day: string) => {
    const date = new Date(`${day}T00:00:00`);
    date.setDate(date.getDate() + 1);
    return date.toISOString();
  };
  return {
    ...rest,
    ...(from !== undefined && { from: new Date(`${from}T00:00:00`).toISOString() }),
    ...(to !== undefined && { to: endOf(to) }),
  };
}

/** The list of events. */
export function EventsPage(): ReactNode {
  const { t } = useTranslation();
  const search = route.useSearch();
  const change = useSearchPatch<EventsSearch>();
  const live = useLiveState();
  return (
    <Page
      title={t('nav.events')}
      subtitle={live === 'live' ? t('events.liveTail') : t('events.notLive')}
      actions={<VerifyEvents />}
    >
      <EventTable asked={toQuery(search)} filters={<Filters search={search} onChange={change} />} />
    </Page>
  );
}

interface FiltersProps {
  readonly search: EventsSearch;
  readonly onChange: (patch: EventsSearch) => void;
}

function Filters({ search, onChange }: FiltersProps): ReactNode {
  const { t } = useTranslation();
  const types = useMemo(() => {
    const kinds = [...new Set(eventTypeNames.map((name) => name.slice(0, name.indexOf('.'))))];
    return kinds.map((kind) => ({
      group: t(`eventKinds.${kind}` as 'eventKinds.installer'),
      items: [
        { value: kind, label: t('events.allOfKind', { kind: t(`eventKinds.${kind}` as 'eventKinds.installer') }) },
        ...eventTypeNames
          .filter((name) => name.startsWith(`${kind}.`))
          .map((name) => ({ value: name, label: eventName(name, t) })),
      ],
    }));
  }, [t]);
  const isFiltered = Object.values(search).some((value) => value !== undefined);
  return (
    <>
      <SearchFilter value={search.q} placeholder={t('events.search')} onChange={(q) => onChange({ q })} />
      <FoldedFilters count={Object.entries(search).filter(([key, value]) => key !== 'q' && value !== undefined).length}>
        <Select
          size="xs"
          w={230}
          aria-label={t('fields.event')}
          placeholder={t('fields.event')}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': t('table.clearFilter', { filter: t('fields.event') }) }}
          nothingFoundMessage={t('table.nothingFound')}
          data={types}
          value={search.type ?? null}
          onChange={(type) => onChange({ type: type ?? undefined })}
        />
        <Group gap={6}>
          {(['from', 'to'] as const).map((name) => (
            <Fragment key={name}>
              <Text size="xs" component="label" htmlFor={`events-${name}`}>
                {t(`events.${name}`)}
              </Text>
              <TextInput
                id={`events-${name}`}
                size="xs"
                type="date"
                value={search[name] ?? ''}
                onChange={({ currentTarget: { value } }) => onChange({ [name]: value === '' ? undefined : value })}
              />
            </Fragment>
          ))}
        </Group>
        {(['actor', 'object'] as const).map((name) => {
          const value = search[name];
          return value === undefined ? null : (
            <SetFilter
              key={name}
              label={`${t(`fields.${name}`)}: ${value}`}
              onClear={() => onChange({ [name]: undefined })}
            />
          );
        })}
      </FoldedFilters>
      {isFiltered && (
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() =>
            onChange({
              type: undefined,
              actor: undefined,
              object: undefined,
              from: undefined,
              to: undefined,
              q: undefined,
            })
          }
        >
          {t('table.clearFilters')}
        </Button>
      )}
    </>
  );
}
