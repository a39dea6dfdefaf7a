// Everything that happened: filters, live tail, export, integrity.
import { Button, Group, Menu, Paper, Select, Text, TextInput } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { eventTypeNames } from '@usher/protocol/event-types';
import ChevronDown from 'lucide-react/icons/chevron-down';
import Download from 'lucide-react/icons/download';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { apiBase, type Query, queryString } from '../../api/client.ts';
import { useLiveState } from '../../api/live.ts';
import { Page } from '../../components/page.tsx';
import { SearchFilter } from '../../components/table/filters.tsx';
import { useFormat } from '../../format/use-format.ts';
import { useSearchPatch } from '../../state/use-search-patch.ts';
import { EventTable } from './event-table.tsx';
import { eventName } from './event-text.tsx';
import type { EventsSearch } from './search.ts';
import { useEvents } from './use-events.ts';
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
  const format = useFormat();
  const search = route.useSearch();
  const change = useSearchPatch<EventsSearch>();
  const asked = toQuery(search);
  const query = useEvents(asked);
  const live = useLiveState();
  return (
    <Page
      title={t('nav.events')}
      subtitle={`${live === 'live' ? t('events.liveTail') : t('events.notLive')} · ${t('table.zone', { zone: format.zone })}`}
      actions={
        <>
          <VerifyEvents />
          <ExportMenu query={asked} />
        </>
      }
    >
      <Paper bg="var(--usher-surface)" bd="1px solid var(--usher-line)">
        <Group p="sm" gap="xs" style={{ borderBottom: '1px solid var(--usher-line)' }}>
          <Filters search={search} onChange={change} />
        </Group>
        <EventTable query={query} />
      </Paper>
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
        <Text size="xs" component="label" htmlFor="events-from">
          {t('events.from')}
        </Text>
        <TextInput
          id="events-from"
          size="xs"
          type="date"
          value={search.from ?? ''}
          onChange={(event) =>
            onChange({ from: event.currentTarget.value === '' ? undefined : event.currentTarget.value })
          }
        />
        <Text size="xs" component="label" htmlFor="events-to">
          {t('events.to')}
        </Text>
        <TextInput
          id="events-to"
          size="xs"
          type="date"
          value={search.to ?? ''}
          onChange={(event) =>
            onChange({ to: event.currentTarget.value === '' ? undefined : event.currentTarget.value })
          }
        />
      </Group>
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

function ExportMenu({ query }: { query: Query }): ReactNode {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Button variant="default" leftSection={<Download size={16} />} rightSection={<ChevronDown size={14} />}>
          {t('table.export')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(['csv', 'jsonl'] as const).map((kind) => (
          <Menu.Item
            key={kind}
            component="a"
            href={`${apiBase}/events/export${queryString({ ...query, format: kind })}`}
            download
          >
            {t(`events.export.${kind}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
