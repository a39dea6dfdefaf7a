// Events as lines of text: what happened, by whom, to what.
import { Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { EventItem } from '../../api/types.ts';
import { TextLink } from '../../components/link.tsx';
import { useFormat } from '../../format/use-format.ts';
import { dataLine } from './event-facts.ts';

/** The name of a type of event; the type itself where this console is older than the server. */
export function eventName(type: string, t: TFunction): string {
  const text = t(`eventTypes.${type}` as 'eventTypes.installer.uploaded', { defaultValue: '' });
  return text === '' ? type : text;
}

/** What an event was done to, with a link to its page where it has one. */
export function EventObject({ object }: { object: EventItem['object'] }): ReactNode {
  const name = object.name ?? object.id;
  const params = { id: object.id };
  switch (object.kind) {
    case 'installer':
      return (
        <TextLink to="/installers/$id" params={params}>
          {name}
        </TextLink>
      );
    case 'update':
      return (
        <TextLink to="/updates/$id" params={params}>
          {name}
        </TextLink>
      );
    case 'workstation':
      return (
        <TextLink to="/workstations/$id" params={params}>
          {name}
        </TextLink>
      );
    case 'product':
      return (
        <TextLink to="/settings/products/$id" params={params}>
          {name}
        </TextLink>
      );
    default:
      return <span>{name}</span>;
  }
}

/** What an event's data say, in words; its dialog has them whole, as they are on record. */
export function EventData({ data }: { data: EventItem['data'] }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const line = dataLine(data, { t, format });
  if (line === '') return null;
  return (
    <Text size="xs" c="dimmed" lineClamp={2} component="span">
      {line}
    </Text>
  );
}
