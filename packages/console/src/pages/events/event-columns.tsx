// The columns of events.
import { Button } from '@mantine/core';
import type { EventItem } from '../../api/types.ts';
import { ActorText } from '../../components/actor-text.tsx';
import type { Column } from '../../components/table/column.ts';
import { inWords } from '../../components/table/words.ts';
import { TimeText } from '../../components/time-text.tsx';
import { dataLine, type Reading } from './event-facts.ts';
import { EventData, EventObject, eventName } from './event-text.tsx';

/** The columns, in order; a file has the same, each named as the event's own member. `onOpen` shows all of one event. */
export function eventColumns(reading: Reading, onOpen: (event: EventItem) => void): Column<EventItem>[] {
  const { t } = reading;
  return [
    { id: 'at', label: t('fields.time'), cell: (row) => <TimeText at={row.at} /> },
    {
      id: 'type',
      isLong: true,
      isFixed: true,
      label: t('fields.event'),
      cell: (row) => <strong style={{ fontWeight: 550 }}>{eventName(row.type, t)}</strong>,
      words: inWords((type) => eventName(type, t)),
    },
    {
      id: 'object',
      isLong: true,
      minWidth: 150,
      label: t('fields.object'),
      cell: (row) => <EventObject object={row.object} />,
      words: (value) => {
        const { name, id } = value as EventItem['object'];
        return name ?? id;
      },
    },
    {
      id: 'actor',
      isLong: true,
      // An e-mail address of a usual length, in one line.
      minWidth: 190,
      label: t('fields.actor'),
      cell: (row) => <ActorText actor={row.actor} />,
      words: (value) => {
        const { kind, name } = value as EventItem['actor'];
        return kind === 'system' ? t('actors.system') : name;
      },
    },
    {
      id: 'data',
      isLong: true,
      label: t('fields.details'),
      cell: (row) => <EventData data={row.data} />,
      words: (value) => dataLine(value as EventItem['data'], reading),
    },
    { id: 'address', isExtra: true, label: t('fields.address'), cell: (row) => row.address ?? '–' },
    { id: 'hash', isExtra: true, isLong: true, label: t('fields.hash'), cell: (row) => row.hash },
    {
      id: 'seq',
      align: 'end',
      label: t('fields.number'),
      cell: (row) => (
        <Button
          size="compact-xs"
          variant="subtle"
          aria-label={t('events.open', { number: row.seq })}
          onClick={() => onOpen(row)}
        >
          {row.seq}
        </Button>
      ),
    },
  ];
}
