// What `status` and `check` print for people: a line each, in words and in their language; programs take --json.
import type { Verdict } from '@usher/core';
import { ClientError } from '../client-error.ts';
import { displayLine } from '../launcher/display-text.ts';
import { failureText } from '../launcher/texts/failure-sentences.ts';
import type { Texts } from '../launcher/texts/texts.ts';

/** What is known of a workstation; what is null or left out is not printed. A failure stands for what it kept from being known. */
export interface StatusFields {
  readonly activated?: boolean;
  readonly workstationId?: string | null;
  readonly server?: string | null;
  /** Why a kept installation key waits, in English. */
  readonly installationKey?: string | null;
  readonly state?: string;
  readonly product?: string | null;
  readonly productName?: string | null;
  readonly upgradeCodes?: readonly string[];
  readonly queuedReports?: number;
  /** What the engine is at; `idle` where it is at nothing. */
  readonly engine?: string | ClientError;
  readonly status?: 'pending' | 'authorized' | 'disabled';
  readonly installedVersion?: string | null;
  readonly productCode?: string | null;
  readonly online?: boolean;
  readonly offlineBecause?: ClientError | null;
  readonly update?: string | null;
  readonly policyIssuedAt?: string;
  readonly why?: ClientError;
  readonly number?: number | null;
  readonly verdict?: Verdict | null;
  readonly pass?: { readonly until: string; readonly reason: string } | null;
}

/** `name: value`, one a line, in the order in which the fields come; what came from elsewhere is cleaned. */
export function statusLines(fields: StatusFields, texts: Texts): readonly string[] {
  return (Object.keys(fields) as (keyof StatusFields)[]).flatMap((name) => {
    const words = inWords(name, fields, texts);
    return words === '' ? [] : [`${texts.say(`status.${name}`)}: ${displayLine(words, 600)}`];
  });
}

/** What programs get: the same, with failures as their messages. A terminal can show it: what steers one is escaped. */
export function statusJson(fields: StatusFields): string {
  const plain = (_name: string, value: unknown) => (value instanceof ClientError ? value.message : value);
  const escaped = (character: string) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join('');
  return JSON.stringify(fields, plain, 2).replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}

/** Empty where there is nothing to say. */
function inWords(name: keyof StatusFields, fields: StatusFields, texts: Texts): string {
  const { verdict, pass, policyIssuedAt, status, engine } = fields;
  if (name === 'verdict' && verdict) return verdictInWords(verdict, texts);
  if (name === 'pass' && pass) return `${texts.time(pass.until)} (${pass.reason})`;
  if (name === 'policyIssuedAt' && policyIssuedAt !== undefined) return texts.time(policyIssuedAt);
  if (name === 'status' && status !== undefined) return texts.say(`status.is-${status}`);
  if (name === 'installationKey' && fields[name] !== null) return texts.say('status.key-waits');
  if (name === 'engine' && typeof engine === 'string') return engineInWords(engine, texts);
  const value: unknown = fields[name];
  if (value instanceof ClientError) return failureText(value, texts.language);
  if (typeof value === 'boolean') return texts.say(value ? 'status.yes' : 'status.no');
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  return Array.isArray(value) ? value.join(', ') : '';
}

function engineInWords(what: string, texts: Texts): string {
  if (what === 'idle') return texts.say('status.engine-idle');
  return texts.say(what === 'update' ? 'status.engine-updates' : 'status.engine-busy');
}

/** What a start would do with that verdict, and why. */
function verdictInWords({ action, target, code, reason, cutoffAt }: Verdict, texts: Texts): string {
  const key = `verdict.${action}${target === null ? '' : '-target'}` as const;
  const does = texts.say(key === 'verdict.run-target' || key === 'verdict.block-target' ? `verdict.${action}` : key, {
    target: target ?? '',
  });
  const number = code === null ? '' : ` (${code})`;
  const cutoff = cutoffAt === null ? '' : `; ${texts.say('verdict.required-from', { cutoff: texts.time(cutoffAt) })}`;
  return `${does}${number}: ${texts.say(`reason.${reason}`)}${cutoff}`;
}
