// What the person is told and asked, made from a check or a failure: lines and choices, for whatever shows them.
import { isProhibited } from '@usher/core';
import type { CheckResult } from '../engine/check.ts';
import type { ClientError } from '../client-error.ts';
import { displayLine, displayLines } from './display-text.ts';
import type { TextKey } from './texts/en.ts';
import type { Texts } from './texts/texts.ts';

/** What can be chosen in an alert. */
export type Choice = 'update' | 'later' | 'exit' | 'try-again' | 'save-logs' | 'continue' | 'copy-details';

/** An alert; its last choice is the safe one: it is taken where nobody answers. */
export interface Alert {
  readonly lines: readonly string[];
  readonly choices: readonly { readonly choice: Choice; readonly label: string }[];
}

/** Bytes that are downloaded and installed in about a minute: a guess that is better than none. */
const bytesPerMinute = 100_000_000;

/** The alert for a verdict other than `run`. */
export function verdictAlert(result: CheckResult, texts: Texts): Alert {
  const { verdict } = result;
  const lines = [...offlineLines(result, texts), ...titleLines(result, texts)];
  switch (verdict.action) {
    case 'offer':
      return alertOf(texts, lines, { update: 'choice.update-now', later: 'choice.not-now' });
    case 'require':
      return verdict.code === null
        ? alertOf(texts, lines, { update: 'choice.update-now', exit: 'choice.exit' })
        : alertOf(
            texts,
            lines,
            { update: 'choice.install', 'copy-details': 'choice.copy-details', exit: 'choice.exit' },
            { target: displayLine(verdict.target ?? '') },
          );
    case 'block':
    case 'run':
      return alertOf(texts, lines, { 'copy-details': 'choice.copy-details', exit: 'choice.exit' });
  }
}

/** The line that says by which rules the machine goes while the server can't be reached; none online. */
export function offlineLines({ offlineBecause, policy }: CheckResult, texts: Texts): readonly string[] {
  if (offlineBecause === null) return [];
  return [texts.say('offline.title', { issued: texts.time(policy.issuedAt) })];
}

/** The alert for an update that failed. `continues` is set where the installed version may be started. */
export function failureAlert(
  failure: ClientError,
  context: { readonly supportId: string; readonly continues: string | null },
  texts: Texts,
): Alert {
  const values = { installed: displayLine(context.continues ?? '') };
  const last: Partial<Record<Choice, TextKey>> =
    context.continues === null ? { exit: 'choice.exit' } : { continue: 'choice.continue' };
  const choices = { 'try-again': 'choice.try-again', 'save-logs': 'choice.save-logs', ...last } as const;
  return alertOf(texts, failureLines(failure, context.supportId, texts), choices, values);
}

/** What happened in plain words, the code, the code of Windows Installer, the support id. */
export function failureLines(failure: ClientError, supportId: string, texts: Texts): readonly string[] {
  const { number, facts } = failure;
  const title = texts.say('failed.title', { code: number ?? failure.code });
  const installer =
    facts.exitCode === undefined
      ? []
      : [
          texts.say('failed.installer-code', {
            exitCode: facts.exitCode,
            sentence: texts.installerSentence(facts.exitCode),
          }),
        ];
  return [title, plainReason(failure, texts), ...installer, texts.say('failed.support', { id: supportId })];
}

/** The failures that have a sentence of their own. */
const explained: ReadonlySet<number> = new Set([2028, 2040, 2041, 2042, 2043, 2044, 2046]);

function plainReason({ number, facts }: ClientError, texts: Texts): string {
  const mb = (bytes: number) => Math.ceil(bytes / 1_000_000);
  const { needed, free } = facts.space ?? { needed: 0, free: 0 };
  const key = number !== null && explained.has(number) ? (`failed.${number}` as TextKey) : 'failed.other';
  return texts.say(key, { needed: mb(needed), free: mb(free) });
}

function titleLines(result: CheckResult, texts: Texts): readonly string[] {
  const { verdict, policy } = result;
  const code = verdict.code ?? '';
  const id = texts.say('workstation.id', { id: displayLine(policy.workstation.id) });
  switch (verdict.reason) {
    case 'workstation-pending':
      return [texts.say('pending.title', { code }), id];
    case 'workstation-disabled':
      return [texts.say('disabled.title', { code }), id];
    case 'policy-expired':
      return [texts.say('expired.title', { issued: texts.time(policy.issuedAt), code })];
    case 'version-prohibited':
    case 'version-unknown':
      return [...prohibitedLines(result, texts), ...(verdict.target === null ? [] : availableLines(result, texts))];
    case 'not-installed':
      return verdict.target === null
        ? [texts.say('nothing-installed.title', { code })]
        : [texts.say('required.title'), ...availableLines(result, texts)];
    case 'mandatory-update':
    case 'cutoff-passed':
      return [...requiredLines(result, texts), ...availableLines(result, texts)];
    case 'optional-update':
    case 'update-relaxed':
    case 'update-unreachable':
    case 'up-to-date':
    case 'no-update':
    case 'not-started-yet':
    case 'pass':
      return availableLines(result, texts);
  }
}

function requiredLines({ verdict }: CheckResult, texts: Texts): readonly string[] {
  if (verdict.action !== 'require') return [];
  const passed =
    verdict.cutoffAt === null ? [] : [texts.say('required.cutoff-passed', { cutoff: texts.time(verdict.cutoffAt) })];
  return [texts.say('required.title'), ...passed];
}

function prohibitedLines({ verdict, policy, facts }: CheckResult, texts: Texts): readonly string[] {
  // Where the product is only observed, nothing is prohibited to the person: it is an offer like any other.
  if (verdict.code === null) return [];
  const key = verdict.reason === 'version-unknown' ? 'prohibited.unknown' : 'prohibited.title';
  const reason =
    verdict.reason === 'version-prohibited'
      ? (policy.prohibited.find((each) => isProhibited([each], facts.installedVersion ?? ''))?.reason ?? '')
      : '';
  return [
    texts.say(key, { code: verdict.code }),
    ...(reason === '' ? [] : [texts.say('prohibited.reason', { reason: displayLine(reason) })]),
  ];
}

function availableLines({ verdict, policy, installed }: CheckResult, texts: Texts): readonly string[] {
  const { assignment } = policy;
  if (verdict.target === null || assignment === null) return [];
  const target = displayLine(verdict.target);
  const title =
    installed === null
      ? texts.say('available.nothing-installed', { target })
      : texts.say('available.title', { target, installed: displayLine(installed.version) });
  const minutes = Math.max(1, Math.ceil(assignment.target.size / bytesPerMinute));
  const isDated = verdict.reason === 'optional-update' && verdict.cutoffAt !== null;
  return [
    title,
    ...(isDated ? [texts.say('available.required-from', { cutoff: texts.time(verdict.cutoffAt) })] : []),
    texts.say('available.duration', { minutes }),
    ...noteLines(assignment.releaseNotes, texts),
  ];
}

function noteLines(notes: string | null, texts: Texts): readonly string[] {
  if (notes === null || notes.trim() === '') return [];
  return [texts.say('notes.title'), ...displayLines(notes, 12).map((line) => `  ${line}`)];
}

function alertOf(
  texts: Texts,
  lines: readonly string[],
  choices: Partial<Record<Choice, TextKey>>,
  values: Readonly<Record<string, string>> = {},
): Alert {
  const entries = Object.entries(choices) as [Choice, TextKey][];
  return { lines, choices: entries.map(([choice, key]) => ({ choice, label: texts.say(key, values) })) };
}
