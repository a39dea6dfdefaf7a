// The start gate: checks, shows the alert where there is one, updates, and starts the application if it may.
import type { StartCode } from '@usher/protocol';
import { asClientError, ClientError } from '../client-error.ts';
import type { CheckResult } from '../engine/check.ts';
import type { Host } from '../engine/host.ts';
import {
  alertLines,
  failureAlert,
  failureLines,
  offlineLines,
  verdictAlert,
  type Alert,
  type Choice,
} from './alert.ts';
import { safeChoice, silentView, unaskedLines, type AlertView } from './alert-view.ts';
import { startApplication, type Application } from './application.ts';
import { displayLine } from './display-text.ts';
import type { Asked, EngineLink, Progress } from './engine-link.ts';
import { askAbout, checkNow, isAnswerTo, type Checked } from './fresh-answer.ts';
import { tellNews } from './news.ts';
import type { Texts } from './texts/texts.ts';

/** An answer given beforehand; `chosen`: the person chose the update elsewhere, and is there for whatever comes after. */
export type GivenAnswer = 'now' | 'later' | 'chosen';

/** What the start gate works with. */
export interface Gate {
  readonly host: Host;
  readonly link: EngineLink;
  readonly view: AlertView;
  /** A view for what is to be told once that one has been closed. */
  readonly openView: () => AlertView;
  readonly texts: Texts;
  /** Given beforehand: what is chosen instead of asking; null asks. */
  readonly answer: GivenAnswer | null;
  /** Saves the logs for support; gives the path. */
  readonly saveLogs: () => Promise<string>;
}

/** After so many updates in one start the server asks for something that can't be right. */
const mostUpdates = 3;

/**
 * Starts the application if the rules let it, and gives its exit status.
 * @throws ClientError with the number and exit status for which it was not started
 */
export async function start(gate: Gate, application: Application): Promise<number> {
  const { link, view } = gate;
  try {
    const asked = await pass(gate);
    const running = await startApplication(gate.host, application, asked);
    await link.started(running, (news) => tellNews(gate, running, news));
    const [status] = await Promise.all([running.ended, view.close()]);
    return status;
  } finally {
    await link.close();
    await view.close();
  }
}

/**
 * Resolves when the application may be started, with the update that the person put off; null where there was none.
 * @throws ClientError where it may not
 */
async function pass(gate: Gate): Promise<string | null> {
  await recoverAndTell(gate);
  let checked = await checkNow(gate);
  for (let updates = 0; ;) {
    const { verdict } = checked.result;
    if (verdict.action === 'run') {
      // Where nobody reads it, nothing is written: a time in words alone takes a tenth of a start.
      if (gate.view !== silentView) gate.view.tell(runLines(checked.result, gate.texts));
      return null;
    }
    const answered = await askVerdict(gate, checked);
    checked = answered.checked;
    if (answered.choice === null) continue;
    const { result } = checked;
    const updateId = result.policy.assignment?.updateId ?? null;
    if (answered.choice === 'later') {
      await gate.link.report(result, 'deferred');
      return updateId;
    }
    if (answered.choice !== 'update') {
      if (verdict.action === 'require') await gate.link.report(result, 'declined');
      throw refusedStart(result, gate.texts);
    }
    if (updates === mostUpdates) throw refusedStart(result, gate.texts);
    updates += 1;
    const next = await updateOrContinue(gate, result);
    if (next === 'continue') return updateId;
    checked = next;
  }
}

/**
 * Updates, and again as often as the person wants. `continue` where the installed version is to be started instead; else
 * what the rules say after it: that it is there, or that what the person wants is not what they say any more.
 */
async function updateOrContinue(gate: Gate, result: CheckResult): Promise<Checked | 'continue'> {
  for (let last = result; ;) {
    const choice = await updateOrAsk(gate, last);
    if (choice === 'updated') return await checkNow(gate);
    // A download, and an alert that waits for an answer, take their time.
    const checked = await checkAgain(gate);
    if (!isAnswerTo(choice, last, checked.result)) return checked;
    if (choice === 'continue') return choice;
    last = checked.result;
  }
}

async function updateOrAsk(gate: Gate, result: CheckResult): Promise<Choice | 'updated'> {
  try {
    await runUpdate(gate, result);
    return 'updated';
  } catch (error) {
    const failure = asClientError(error);
    if (failure === null) throw error;
    if (failure.code === 'update.cancelled') {
      await gate.link.report(result, 'deferred');
      return 'continue';
    }
    gate.link.warn(`the update failed: ${failure.code}: ${failure.message}`);
    const choice = await askAfterFailure(gate, failure, result);
    if (choice === 'exit') throw failure;
    return choice;
  }
}

/** Asks the rules again in the midst of a start; what was left half done meanwhile comes first. */
async function checkAgain(gate: Gate): Promise<Checked> {
  await recoverAndTell(gate);
  return await checkNow(gate);
}

/** One update with its progress shown. Rejects with the `ClientError` that it failed with. */
export async function runUpdate(gate: Gate, result: CheckResult): Promise<void> {
  const { link, texts, view } = gate;
  const title = texts.say('progress.title', { target: displayLine(result.verdict.target ?? '') });
  const signal = view.begin({ title, mayCancel: result.verdict.action === 'offer' });
  const { version, restartNeeded } = await link.update(result, {
    onProgress: (progress) => view.progress(progress),
    signal,
  });
  view.done({
    title: texts.say('done.title', { target: displayLine(version) }),
    body: restartNeeded ? [texts.say('done.restart')] : [],
    needsAttention: restartNeeded,
  });
}

/** What an interrupted update left behind comes first, and the person is told what became of it. */
export async function recoverAndTell({ link, view, texts }: Gate): Promise<void> {
  let begun: string | null = null;
  const onProgress = (progress: Progress) => {
    const what = progress.stage === 'waiting-for-engine' ? 'progress.starting' : 'recovered.under-way';
    if (what !== begun) view.begin({ title: texts.say(what), mayCancel: false });
    begun = what;
    view.progress(progress);
  };
  try {
    const recovered = await link.recover(onProgress);
    if (recovered === null) return;
    const values = { target: displayLine(recovered.target), installed: displayLine(recovered.installed ?? '-') };
    const key = recovered.outcome === 'finished' ? 'recovered.finished' : 'recovered.rolled-back';
    view.done({ title: texts.say(key, values), body: [], needsAttention: recovered.outcome === 'rolled-back' });
  } catch (error) {
    const failure = asClientError(error);
    if (failure === null) throw error;
    view.tell(failureLines(failure, supportId(link, null), texts));
  }
}

function runLines(result: CheckResult, texts: Texts): readonly string[] {
  const { policy, verdict } = result;
  const isByPass = verdict.reason === 'pass' && policy.pass !== null;
  return [
    ...offlineLines(result, texts),
    ...(isByPass ? [texts.say('pass.title', { until: texts.time(policy.pass.until) })] : []),
  ];
}

/** The choice is null where it came too late, and the rules have another question by now, or none. */
async function askVerdict(gate: Gate, checked: Checked): Promise<{ choice: Choice | null; checked: Checked }> {
  const { result } = checked;
  const alert = verdictAlert(result, gate.texts);
  if (result.verdict.target !== null) await gate.link.report(result, 'offered');
  const given = givenAnswer(gate, alert);
  if (given !== null) return { choice: given, checked };
  return await askInView(gate, checked, alert);
}

/** Has the person asked about what was found: in a start, or in an update without one. */
export async function askInView(
  gate: Gate,
  checked: Checked,
  alert: Alert,
): Promise<{ choice: Choice | null; checked: Checked }> {
  const ask = () => askPerson(gate, checked.result, alert);
  const { answer, ...rest } = await askAbout(gate, checked, { ask, checkAgain: () => checkAgain(gate) });
  return { choice: answer, ...rest };
}

/** For as long as a person takes, others may work on this machine. */
async function askPerson({ link, view }: Gate, result: CheckResult, alert: Alert): Promise<Asked<Choice>> {
  const ask = () => view.ask(alert);
  return view.asks ? await link.whileAsking(result, ask) : { answer: await ask(), isUnchanged: true };
}

async function askAfterFailure(gate: Gate, failure: ClientError, result: CheckResult): Promise<Choice> {
  const present = await presentNow(gate, result);
  const continues = result.verdict.action === 'offer' ? present : null;
  const isGone = result.installed !== null && present === null;
  const updateId = result.policy.assignment?.updateId ?? null;
  const alert = failureAlert(failure, { supportId: supportId(gate.link, updateId), continues, isGone }, gate.texts);
  for (;;) {
    const given = givenAnswer(gate, alert);
    const choice = given ?? (await askPerson(gate, result, alert)).answer;
    if (choice !== 'save-logs') return choice;
    gate.view.tell([gate.texts.say('logs.saved', { path: await gate.saveLogs() })]);
  }
}

/** The version that is there after an update failed: it can be another one than before, or none. */
async function presentNow({ link }: Gate, { installed }: CheckResult): Promise<string | null> {
  try {
    return (await link.last()).installed?.version ?? null;
  } catch (error) {
    // Without rules on the disk nothing says otherwise than the check did.
    if (asClientError(error) === null) throw error;
    return installed?.version ?? null;
  }
}

/** What was answered beforehand, with the alert told; null where the person is to be asked. */
function givenAnswer({ answer, view }: Gate, alert: Alert): Choice | null {
  const wantsUpdate =
    (answer === 'now' || answer === 'chosen') && alert.choices.some(({ choice }) => choice === 'update');
  if (answer === 'chosen' && wantsUpdate) return 'update';
  if (answer === null || answer === 'chosen') return null;
  view.tell(wantsUpdate ? alertLines(alert) : unaskedLines(alert));
  return wantsUpdate ? 'update' : safeChoice(alert);
}

/** What support asks for first: which workstation, which update. */
function supportId(link: EngineLink, updateId: string | null): string {
  const workstation = link.workstationId ?? '-';
  return updateId === null ? workstation : `${workstation}/${updateId}`;
}

const refusalCodes = {
  1002: 'workstation.pending',
  1008: 'workstation.disabled',
  2028: 'version.prohibited',
  2029: 'version.unknown',
  2030: 'update.required',
  2031: 'policy.expired',
} as const satisfies Partial<Record<StartCode, ClientError['code']>>;

/** Why the application is not started, as the failure that the command ends with. */
export function refusedStart(result: CheckResult, texts: Texts): ClientError {
  const code = result.verdict.code ?? 2030;
  const { kind, title: line, details } = verdictAlert(result, texts);
  // Some texts name no code; whoever reads the line in a log looks for it.
  const named = line.includes(String(code)) ? line : `${line} ${texts.say('refused.code', { code })}`;
  // Where nothing can be installed there is no more to say than what support asks for.
  const message = kind === 'refused' ? [named, ...details].join(' ') : named;
  return new ClientError(refusalCodes[code], message, { isForPerson: true });
}
