// What an event's data say, in the words and formats of the person who reads it.
import type { TFunction } from 'i18next';
import type { EventItem } from '../../api/types.ts';
import { exitCodeMeaning } from '../../components/code-meaning.ts';
import type { Formats } from '../../format/use-format.ts';
import { commonName } from '../installers/common-name.ts';

/** The language on screen: its texts and its formats. */
export interface Reading {
  readonly t: TFunction;
  readonly format: Pick<Formats, 'number' | 'bytes' | 'instant' | 'local' | 'languageName'>;
}

/** Items of a list that stand in a line of text. */
const mostItems = 3;

/** Ids and hashes say nothing to a reader: the event's dialog has them. */
const idOrHash = /^(?:[a-z]{2}_[0-9a-z]+|[0-9a-f]{16,})$/;

const instantOrNot = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** Where the texts of closed lists stand; the first that has a text for a value says it. */
const placesOf = new Map<string, readonly string[]>(
  Object.entries({
    status: ['states.workstation', 'accounts.statuses'],
    statusBefore: ['states.workstation'],
    from: ['states.assignment', 'states.update', 'states.workstation', 'states.decision'],
    requirement: ['requirement'],
    reason: ['reasons'],
    enforcement: ['products'],
    unknownVersions: ['products.unknownVersionsKinds'],
    then: ['products.offlineKinds'],
    whenProhibited: ['products.whenProhibitedKinds'],
    signature: ['products.signatureKinds'],
    onFailure: ['updates.onFailureKinds'],
    background: ['updates.backgroundKinds'],
    action: ['actions.verdicts'],
    warnings: ['warnings'],
    because: ['eventData.values'],
    change: ['eventData.values'],
    what: ['eventData.values'],
  }),
);

const isRecord = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A text by its key where there is one: keys are made of what came from the server, and may name nothing, or a branch. */
function textAt(key: string, t: TFunction): string | null {
  if (!/^[\w.-]+$/.test(key)) return null;
  const text: unknown = t(key as 'fields.name', { defaultValue: '', returnObjects: true });
  return typeof text === 'string' && text !== '' ? text : null;
}

function closedValue(name: string, value: string, t: TFunction): string | null {
  if (name === 'role') return textAt(`roles.${value}.name`, t);
  const slug = value.replaceAll(' ', '-');
  for (const place of placesOf.get(name) ?? []) {
    const text = textAt(`${place}.${slug}`, t);
    if (text !== null) return text;
  }
  return null;
}

/** The name of a fact; the server's own where this console has none. */
function label(name: string, t: TFunction): string {
  return textAt(`eventData.facts.${name}`, t) ?? textAt(`fields.${name}`, t) ?? name;
}

function textOf(name: string, value: string, { t, format }: Reading): string {
  if (idOrHash.test(value)) return '';
  if (instantOrNot.test(value)) return format.instant(value);
  if (name === 'cutoffLocal') return format.local(value);
  if (name === 'language') return format.languageName(value) ?? value;
  if (name === 'code') return textAt(`problems.${value}`, t) ?? value;
  return closedValue(name, value, t) ?? value;
}

function numberOf(name: string, value: number, { t, format }: Reading): string {
  if (name === 'size') return format.bytes(value);
  if (name === 'code') return [String(value), textAt(`codes.${value}`, t)].filter(Boolean).join(' ');
  if (name === 'exitCode') return [String(value), exitCodeMeaning(value, t)].filter(Boolean).join(' ');
  return format.number(value);
}

/** What changed: each member of `to` with its value before. */
function changeText(from: object, to: object, reading: Reading): string {
  const before = new Map(Object.entries(from));
  return Object.entries(to)
    .map(([name, value]) => {
      const texts = [before.get(name), value].map((side) => valueText(name, side, reading) || '–');
      return `${label(name, reading.t)}: ${texts.join(' → ')}`;
    })
    .join(' · ');
}

/** Numbers of each state, without those that are zero. */
function countsText(counts: object, { t, format }: Reading): string {
  return Object.entries(counts)
    .filter(([, count]) => count !== 0)
    .map(([state, count]) => `${textAt(`states.assignment.${state}`, t) ?? state} ${format.number(Number(count))}`)
    .join(', ');
}

function objectText(name: string, value: object, reading: Reading): string {
  if (name === 'counts') return countsText(value, reading);
  const { hostname, name: itsName, label: itsLabel, subject } = value as Readonly<Record<string, unknown>>;
  if (typeof subject === 'string') return commonName(subject);
  const named = [hostname, itsName, itsLabel].find((candidate) => typeof candidate === 'string');
  if (named !== undefined) return named;
  return Object.entries(value)
    .map(([part, its]) => [label(part, reading.t), valueText(part, its, reading)] as const)
    .filter(([, text]) => text !== '')
    .map((pair) => pair.join(' '))
    .join(', ');
}

/** A value of an event's data in a few words; empty where it says nothing to a reader. */
export function valueText(name: string, value: unknown, reading: Reading): string {
  if (Array.isArray(value)) {
    const texts = value.map((item) => valueText(name, item, reading)).filter((text) => text !== '');
    const rest = texts.length > mostItems ? [`+${texts.length - mostItems}`] : [];
    return [...texts.slice(0, mostItems), ...rest].join(', ');
  }
  if (typeof value === 'boolean') return reading.t(value ? 'actions.yes' : 'actions.no');
  if (typeof value === 'number') return numberOf(name, value, reading);
  if (typeof value === 'string') return textOf(name, value, reading);
  return isRecord(value) ? objectText(name, value, reading) : '';
}

/** An event's data in one line: each fact with its name, without those that say nothing to a reader. */
export function dataLine(data: EventItem['data'], reading: Reading): string {
  const { from, to, ...rest } = data;
  const isChange = isRecord(from) && isRecord(to);
  const facts = Object.entries(isChange ? rest : data)
    .map(([name, value]) => [label(name, reading.t), valueText(name, value, reading)] as const)
    .filter(([, text]) => text !== '')
    .map((pair) => pair.join(': '));
  return [...(isChange ? [changeText(from, to, reading)] : []), ...facts].join(' · ');
}
