// What the person is told and asked, made from a check or a failure: texts in their places, and choices.
import { isProhibited } from '@usher/core';
import { startCodes } from '@usher/protocol';
import type { CheckResult } from '../engine/check.ts';
import { asClientError, type ClientError, type ClientErrorCode } from '../client-error.ts';
import { displayLine, displayLines } from './display-text.ts';
import type { TextKey } from './texts/en.ts';
import { failureDetail, failureSentences, failureText } from './texts/failure-sentences.ts';
import type { Texts } from './texts/texts.ts';

/** What can be chosen in an alert. */
export type Choice = 'update' | 'later' | 'exit' | 'try-again' | 'save-logs' | 'continue' | 'copy-details';

/** Which of the alerts it is, for whatever shows it. */
export type AlertKind = 'available' | 'required' | 'prohibited' | 'refused' | 'failed' | 'put-off';

/** One choice. */
export interface AlertChoice {
  readonly choice: Choice;
  readonly label: string;
  /** True where it changes what is installed: it is never chosen without a person's doing. */
  readonly installs: boolean;
}

/** An alert; its last choice is the safe one: it is taken where nobody answers. Every text may be shown as it is. */
export interface Alert {
  readonly kind: AlertKind;
  /** The application's name; null where it is not known. */
  readonly product: string | null;
  /** By which rules the machine goes while the server can't be reached; null online. */
  readonly notice: string | null;
  readonly title: string;
  readonly body: readonly string[];
  /** Release notes: what they are called, and their Markdown as it came, which is not clean. */
  readonly notes: { readonly title: string; readonly markdown: string } | null;
  /** What support asks for: ids and codes. */
  readonly details: readonly string[];
  readonly choices: readonly AlertChoice[];
}

/** Bytes that are downloaded and installed in about a minute: a guess that is better than none. */
const bytesPerMinute = 100_000_000;

/** The alert for a verdict other than `run`. */
export function verdictAlert(result: CheckResult, texts: Texts): Alert {
  const said = verdictContent(result, texts);
  const [notice = null] = offlineLines(result, texts);
  const product = displayLine(result.policy.product.name, 120) || null;
  return { ...said, product, notice, choices: verdictChoices(result, texts) };
}

/** Every line of an alert, clean, in the order in which they are read: for a terminal, a log, the clipboard. */
export function alertLines({
  notice,
  title,
  body,
  notes,
  details,
}: Pick<Alert, 'notice' | 'title' | 'body' | 'notes' | 'details'>): readonly string[] {
  return [
    ...(notice === null ? [] : [notice]),
    title,
    ...body,
    ...(notes === null ? [] : [notes.title, ...displayLines(notes.markdown, 12).map((line) => `  ${line}`)]),
    ...details,
  ];
}

function verdictChoices({ verdict }: CheckResult, texts: Texts): readonly AlertChoice[] {
  switch (verdict.action) {
    case 'offer':
      return choicesOf(texts, { update: 'choice.update-now', later: 'choice.not-now' });
    case 'require':
      return verdict.code === null
        ? choicesOf(texts, { update: 'choice.update-now', exit: 'choice.exit' })
        : choicesOf(
            texts,
            { update: 'choice.install', 'copy-details': 'choice.copy-details', exit: 'choice.exit' },
            { target: displayLine(verdict.target ?? '', 40) },
          );
    case 'block':
    case 'run':
      return choicesOf(texts, { 'copy-details': 'choice.copy-details', exit: 'choice.exit' });
  }
}

/** The line that says by which rules the machine goes while the server can't be reached; none online. */
export function offlineLines({ offlineBecause, policy }: CheckResult, texts: Texts): readonly string[] {
  if (offlineBecause === null) return [];
  const key = offlineTexts[asClientError(offlineBecause)?.code ?? ''] ?? 'offline.title';
  return [texts.say(key, { issued: texts.time(policy.issuedAt) })];
}

/** Where it is not the server that can't be reached: it is the engine of this machine, or this machine has no identity left. */
const offlineTexts: Readonly<Record<string, TextKey>> = {
  'workstation.not-activated': 'offline.identity-lost',
  'engine.silent': 'offline.engine-silent',
  'engine.busy': 'offline.engine-busy',
  'engine.asked-too-often': 'offline.engine-busy',
  'state.busy': 'offline.engine-busy',
  'state.unusable': 'offline.engine-silent',
  'disk.full': 'offline.engine-silent',
  'engine.impostor': 'offline.engine-impostor',
  'engine.not-understood': 'offline.engine-silent',
  'engine.failed': 'offline.engine-silent',
};

/** The alert for an update that failed. `continues` is set where the installed version may be started. */
export function failureAlert(
  failure: ClientError,
  context: { readonly supportId: string; readonly continues: string | null; readonly isGone?: boolean },
  texts: Texts,
): Alert {
  const values = { installed: displayLine(context.continues ?? '', 40) };
  const last: Partial<Record<Choice, TextKey>> =
    context.continues === null ? { exit: 'choice.exit' } : { continue: 'choice.continue' };
  const choices = { 'try-again': 'choice.try-again', 'save-logs': 'choice.save-logs', ...last } as const;
  const { body, ...content } = failureContent(failure, context.supportId, texts);
  const gone = context.isGone === true ? [texts.say('failed.nothing-installed')] : [];
  return { ...content, body: [...body, ...gone], choices: choicesOf(texts, choices, values) };
}

/** The alert for a start that failed before there was anything to decide. */
export function problemAlert(failure: ClientError, texts: Texts): Alert {
  const code = failure.number ?? failure.code;
  const keys: Partial<Record<ClientError['code'], TextKey>> = {
    'workstation.pending': 'pending.title',
    'workstation.disabled': 'disabled.title',
    'workstation.not-activated': 'not-activated.title',
  };
  const key = keys[failure.code];
  const [said, detail] = [failureSentences(failure, texts.language), failureDetail(failure, texts.language)];
  return {
    kind: 'refused',
    product: null,
    notice: null,
    title: texts.say(key ?? 'refused.title', { code }),
    body: key === undefined ? [said] : [],
    notes: null,
    details: detail === said && key === undefined ? [] : [detail],
    choices: choicesOf(texts, { 'copy-details': 'choice.copy-details', exit: 'choice.exit' }),
  };
}

/** What happened in plain words, the code, the code of Windows Installer, the support id. */
export function failureLines(failure: ClientError, supportId: string, texts: Texts): readonly string[] {
  return alertLines(failureContent(failure, supportId, texts));
}

function failureContent(failure: ClientError, supportId: string, texts: Texts): Omit<Alert, 'choices'> {
  const { number, facts } = failure;
  const installer =
    facts.exitCode === undefined
      ? []
      : [
          texts.say('failed.installer-code', {
            exitCode: facts.exitCode,
            sentence: texts.installerSentence(facts.exitCode),
          }),
        ];
  const isPutOff = putOff.has(failure.code);
  return {
    kind: isPutOff ? 'put-off' : 'failed',
    product: null,
    notice: null,
    title: texts.say(isPutOff ? 'put-off.title' : 'failed.title', { code: number ?? failure.code }),
    body: [plainReason(failure, texts)],
    notes: null,
    details: [...installer, texts.say('failed.support', { id: supportId })],
  };
}

/** The failures that have a sentence of their own. */
const explained: ReadonlySet<number> = new Set([2028, 2040, 2041, 2042, 2043, 2044, 2046]);

/** Nothing went wrong: there is only something to wait for. */
const putOff: ReadonlySet<ClientErrorCode> = new Set([
  'application.running',
  'application.open-elsewhere',
  'client.replacing',
  'download.postponed',
  'engine.busy',
  'engine.asked-too-often',
]);

function plainReason(failure: ClientError, texts: Texts): string {
  const { number, facts } = failure;
  const mb = (bytes: number) => Math.ceil(bytes / 1_000_000);
  if (facts.sessions !== undefined) return texts.count('open-elsewhere', facts.sessions);
  if (number === null || !explained.has(number)) return failureText(failure, texts.language);
  const { needed, free } = facts.space ?? { needed: 0, free: 0 };
  return texts.say(`failed.${number}` as TextKey, { needed: mb(needed), free: mb(free) });
}

type Content = Pick<Alert, 'kind' | 'title' | 'body' | 'notes' | 'details'>;

function verdictContent(result: CheckResult, texts: Texts): Content {
  const { verdict, policy } = result;
  const code = verdict.code ?? '';
  const issued = texts.time(policy.issuedAt);
  const plain = { kind: 'refused', body: [], notes: null, details: [] } as const;
  const ids = [texts.say('workstation.id', { id: displayLine(policy.workstation.id) })];
  switch (verdict.reason) {
    case 'workstation-pending':
      return { ...plain, title: texts.say('pending.title', { code }), details: ids };
    case 'workstation-disabled':
      return { ...plain, title: texts.say('disabled.title', { code }), details: ids };
    case 'policy-expired':
      return { ...plain, title: texts.say('expired.title', { issued, code }), details: ids };
    case 'version-prohibited':
    case 'version-unknown':
      return { ...prohibitedContent(result, texts), details: verdict.code === null ? [] : ids };
    case 'not-installed':
      return verdict.target === null
        ? { ...plain, title: texts.say('nothing-installed.title', { code }) }
        : under('required', [texts.say('required.title')], result, texts);
    case 'mandatory-update':
    case 'cutoff-passed':
      return under('required', requiredLines(result, texts), result, texts);
    case 'optional-update':
    case 'update-relaxed':
    case 'update-unreachable':
    case 'up-to-date':
    case 'no-update':
    case 'not-started-yet':
    case 'pass':
      return under('available', [], result, texts);
  }
}

/** The update that there is, below the lines that say why it is shown. */
function under(kind: AlertKind, why: readonly string[], result: CheckResult, texts: Texts): Content {
  const [title = startCodes[2030].name, ...body] = [...why, ...availableLines(result, texts)];
  const markdown = result.verdict.target === null ? null : (result.policy.assignment?.releaseNotes ?? null);
  const notes = markdown === null || markdown.trim() === '' ? null : { title: texts.say('notes.title'), markdown };
  return { kind, title, body, notes, details: [] };
}

function requiredLines({ verdict }: CheckResult, texts: Texts): readonly string[] {
  if (verdict.action !== 'require') return [];
  const passed =
    verdict.cutoffAt === null ? [] : [texts.say('required.cutoff-passed', { cutoff: texts.time(verdict.cutoffAt) })];
  return [texts.say('required.title'), ...passed];
}

function prohibitedContent(result: CheckResult, texts: Texts): Content {
  const { verdict, policy, facts } = result;
  // Where the product is only observed, nothing is prohibited to the person: it is an offer like any other.
  if (verdict.code === null) return under('available', [], result, texts);
  const key = verdict.reason === 'version-unknown' ? 'prohibited.unknown' : 'prohibited.title';
  const reason =
    verdict.reason === 'version-prohibited'
      ? (policy.prohibited.find((each) => isProhibited([each], facts.installedVersion ?? ''))?.reason ?? '')
      : '';
  const lines = [
    texts.say(key, { code: verdict.code }),
    ...(reason === '' ? [] : [texts.say('prohibited.reason', { reason: displayLine(reason) })]),
  ];
  return under('prohibited', lines, result, texts);
}

function availableLines({ verdict, policy, installed }: CheckResult, texts: Texts): readonly string[] {
  const { assignment } = policy;
  if (verdict.target === null || assignment === null) return [];
  const target = displayLine(verdict.target, 80);
  const title =
    installed === null
      ? texts.say('available.nothing-installed', { target })
      : texts.say('available.title', { target, installed: displayLine(installed.version, 80) });
  const minutes = Math.max(1, Math.ceil(assignment.target.size / bytesPerMinute));
  const isDated = verdict.reason === 'optional-update' && verdict.cutoffAt !== null;
  return [
    title,
    ...(isDated ? [texts.say('available.required-from', { cutoff: texts.time(verdict.cutoffAt) })] : []),
    texts.say('available.duration', { minutes }),
  ];
}

function choicesOf(
  texts: Texts,
  choices: Partial<Record<Choice, TextKey>>,
  values: Readonly<Record<string, string>> = {},
): readonly AlertChoice[] {
  const entries = Object.entries(choices) as [Choice, TextKey][];
  return entries.map(([choice, key]) => ({
    choice,
    label: texts.say(key, values),
    installs: choice === 'update' || choice === 'try-again',
  }));
}
