// Events as lines of text: what happened, by whom, to what.
import { Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { EventItem } from '../../api/types.ts';
import { TextLink } from '../../components/link.tsx';

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

function dataText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** An event's data as `name: value` pairs, in one line. */
export function EventData({ data }: { data: EventItem['data'] }): ReactNode {
  const { t } = useTranslation();
  const entries = Object.entries(data).filter(([, value]) => value !== null && value !== '');
  if (entries.length === 0) return null;
  return (
    <Text size="xs" c="dimmed" lineClamp={3} component="span" title={t('events.data')}>
      {entries.map(([name, value]) => `${name}: ${dataText(value)}`).join(' · ')}
    </Text>
  );
}
