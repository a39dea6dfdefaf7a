// The start gate: checks, shows the alert where there is one, updates, and starts the application if it may.
import type { StartCode } from '@usher/protocol';
import { startCodes } from '@usher/protocol';
import { asClientError, ClientError } from '../client-error.ts';
import { check, type CheckResult } from '../engine/check.ts';
import { lockEngine, type Engine } from '../engine/engine.ts';
import { report, sendReports } from '../engine/reporting.ts';
import { recoverUpdate, update } from '../engine/update.ts';
import type { HeldLock } from '../state/instance-lock.ts';
import { failureAlert, failureLines, offlineLines, verdictAlert, type Alert, type Choice } from './alert.ts';
import { askInTerminal, showLines } from './alert-terminal.ts';
import { startApplication, type Application } from './application.ts';
import { displayLine } from './display-text.ts';
import { closeStarted, noteStarted } from './started-applications.ts';
import { showProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';
import type { Texts } from './texts/texts.ts';

/** How the person is asked. */
export interface StartOptions {
  /** `none`: nobody is there; the safe choice is taken, or `answer`. */
  readonly ui: 'terminal' | 'none';
  /** Given beforehand: what is chosen instead of asking. */
  readonly answer: 'now' | 'later' | null;
  /** Saves the logs for support; gives the path. */
  readonly saveLogs: () => Promise<string>;
}

/** What the start gate works with. */
export interface Gate extends StartOptions {
  readonly engine: Engine;
  readonly terminal: Terminal;
  readonly texts: Texts;
}

/** How long a start waits for another client on this machine, in milliseconds. */
const lockWaitMs = 30_000;
/** After so many updates in one start the server asks for something that can't be right. */
const mostUpdates = 3;

/**
 * Starts the application if the rules let it, and gives its exit status.
 * @throws ClientError with the number and exit status for which it was not started
 */
export async function start(gate: Gate, application: Application): Promise<number> {
  const { engine } = gate;
  const lock = await lockEngine(engine, lockWaitMs);
  try {
    await pass(gate);
    const running = await startApplication(application);
    await noteStarted(engine, running.pid);
    await sendReports(engine);
    await lock.release();
    return await running.ended;
  } finally {
    await releaseOnce(lock);
  }
}

/** Releasing twice is harmless: only a lock that is still one's own is removed. */
async function releaseOnce(lock: HeldLock): Promise<void> {
  await lock.release();
}

/**
 * Resolves when the application may be started.
 * @throws ClientError where it may not
 */
async function pass(gate: Gate): Promise<void> {
  await recoverAndTell(gate);
  let result = await check(gate.engine, { ask: true });
  for (let updates = 0; ; updates += 1) {
    const { verdict } = result;
    if (verdict.action === 'run') {
      if (gate.ui !== 'none') showLines(gate.terminal, runLines(result, gate.texts));
      return;
    }
    const choice = await askVerdict(gate, result);
    if (choice === 'later') {
      await reportChoice(gate, result, 'deferred');
      return;
    }
    if (choice !== 'update') {
      if (verdict.action === 'require') await reportChoice(gate, result, 'declined');
      throw refusedStart(result, gate.texts);
    }
    if (updates === mostUpdates) throw refusedStart(result, gate.texts);
    const wasUpdated = await updateOrContinue(gate, result);
    if (!wasUpdated) return;
    result = await check(gate.engine, { ask: true });
  }
}

/** Updates, and again as often as the person wants. False where the installed version is to be started instead. */
async function updateOrContinue(gate: Gate, result: CheckResult): Promise<boolean> {
  for (;;) {
    try {
      await runUpdate(gate, result);
      return true;
    } catch (error) {
      const failure = asClientError(error);
      if (failure === null) throw error;
      gate.engine.log.warn(`the update failed: ${failure.code}: ${failure.message}`);
      const choice = await askAfterFailure(gate, failure, result);
      if (choice === 'continue') return false;
      if (choice === 'exit') throw failure;
    }
  }
}

/** One update with its progress shown. Rejects with the `ClientError` that it failed with. */
export async function runUpdate(gate: Gate, result: CheckResult): Promise<void> {
  const { engine, texts } = gate;
  const order = { policy: result.policy, now: result.facts.now };
  const { version, restartNeeded } = await update(engine, order, {
    onProgress: showProgress(gate.ui === 'none' ? null : gate.terminal, texts, engine.host.clock),
    closeApplication: () => closeStarted(engine),
  });
  if (gate.ui === 'none') return;
  showLines(gate.terminal, [
    texts.say('done.title', { target: displayLine(version) }),
    ...(restartNeeded ? [texts.say('done.restart')] : []),
  ]);
}

/** What an interrupted update left behind comes first, and the person is told what became of it. */
export async function recoverAndTell({ engine, ui, terminal, texts }: Gate): Promise<void> {
  const onProgress = showProgress(ui === 'none' ? null : terminal, texts, engine.host.clock);
  try {
    const recovered = await recoverUpdate(engine, { onProgress });
    if (recovered === null || ui === 'none') return;
    const values = { target: displayLine(recovered.target), installed: displayLine(recovered.installed ?? '-') };
    showLines(terminal, [
      texts.say(recovered.outcome === 'finished' ? 'recovered.finished' : 'recovered.rolled-back', values),
    ]);
  } catch (error) {
    const failure = asClientError(error);
    if (failure === null) throw error;
    if (ui !== 'none') showLines(terminal, failureLines(failure, supportId(engine, null), texts));
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

async function askVerdict(gate: Gate, result: CheckResult): Promise<Choice> {
  const alert = verdictAlert(result, gate.texts);
  if (result.verdict.target !== null) await reportChoice(gate, result, 'offered');
  return await ask(gate, alert, { now: 'update', later: alert.choices.at(-1)?.choice ?? 'exit' });
}

async function askAfterFailure(gate: Gate, failure: ClientError, result: CheckResult): Promise<Choice> {
  const continues = result.verdict.action === 'offer' ? (result.installed?.version ?? null) : null;
  const updateId = result.policy.assignment?.updateId ?? null;
  const alert = failureAlert(failure, { supportId: supportId(gate.engine, updateId), continues }, gate.texts);
  const safe = continues === null ? 'exit' : 'continue';
  for (;;) {
    const choice = await ask(gate, alert, { now: safe, later: safe });
    if (choice !== 'save-logs') return choice;
    gate.terminal.tell(gate.texts.say('logs.saved', { path: await gate.saveLogs() }));
  }
}

/** Shows the alert and asks, or takes what was answered beforehand. Copying the details shows them, and asks again. */
async function ask(gate: Gate, alert: Alert, given: { readonly now: Choice; readonly later: Choice }): Promise<Choice> {
  const { answer, ui, terminal, texts } = gate;
  const isOffered = (choice: Choice) => alert.choices.some((each) => each.choice === choice);
  if (answer !== null || ui === 'none') {
    if (ui !== 'none') showLines(terminal, alert.lines);
    return answer === 'now' && isOffered(given.now) ? given.now : given.later;
  }
  for (;;) {
    const choice = await askInTerminal(terminal, alert, texts);
    if (choice !== 'copy-details') return choice;
    terminal.tell(alert.lines.join(' | '));
  }
}

/** What support asks for first: which workstation, which update. */
function supportId(engine: Engine, updateId: string | null): string {
  const workstation = engine.identity?.workstationId ?? '-';
  return updateId === null ? workstation : `${workstation}/${updateId}`;
}

async function reportChoice(
  { engine }: Gate,
  { policy, verdict }: CheckResult,
  state: 'offered' | 'deferred' | 'declined',
): Promise<void> {
  if (policy.assignment === null) return;
  const code = state === 'declined' ? { code: verdict.code ?? 2030 } : {};
  const content = { updateId: policy.assignment.updateId, state, ...code };
  // The person waits: what is not at once is sent after the start.
  if (state === 'declined') await report(engine, content);
  else await engine.reports.add(content);
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
  const [line = startCodes[code].name] = verdictAlert(result, texts).lines.slice(
    result.offlineBecause === null ? 0 : 1,
  );
  // Some texts name no code; whoever reads the line in a log looks for it.
  const named = line.includes(String(code)) ? line : `${line} ${texts.say('refused.code', { code })}`;
  return new ClientError(refusalCodes[code], named);
}
