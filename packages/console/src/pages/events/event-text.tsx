// Events as lines of text: what happened, by whom, to what.
import { Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
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

/** Items of a list that stand in a line of text. */
const mostItems = 3;

/** A value of an event's data in a few words: a thing by its name, numbers without those that are zero. */
export function dataText(value: unknown): string {
  if (Array.isArray(value)) {
    const shown = value.slice(0, mostItems).map(dataText);
    return [...shown, ...(value.length > mostItems ? [`+${value.length - mostItems}`] : [])].join(', ');
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const { hostname, name } = value as Readonly<Record<string, unknown>>;
  if (typeof hostname === 'string') return hostname;
  if (typeof name === 'string') return name;
  return Object.entries(value)
    .filter(([, part]) => part !== null && part !== 0 && part !== '')
    .map(([key, part]) => `${key} ${dataText(part)}`)
    .join(', ');
}

/** An event's data as `name: value` pairs, in one line. */
export function dataLine(data: EventItem['data']): string {
  return Object.entries(data)
    .map(([name, value]) => [name, value === null ? '' : dataText(value)] as const)
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${name}: ${text}`)
    .join(' · ');
}

/** The same on screen; the dialog has it whole. */
export function EventData({ data }: { data: EventItem['data'] }): ReactNode {
  const line = dataLine(data);
  if (line === '') return null;
  return (
    <Text size="xs" c="dimmed" lineClamp={2} component="span">
      {line}
    </Text>
  );
}
