// The commands that change what runs: `start`, `update` and `unlock`.
import { asClientError, ClientError } from '../client-error.ts';
import { alertLines, offlineLines, problemAlert, verdictAlert } from '../launcher/alert.ts';
import type { CheckResult } from '../engine/check.ts';
import { chooseView, uis } from '../launcher/choose-view.ts';
import { displayLine } from '../launcher/display-text.ts';
import { terminalView } from '../launcher/terminal-view.ts';
import {
  askInView,
  recoverAndTell,
  refusedStart,
  runUpdate as runOneUpdate,
  start,
  type Gate,
} from '../launcher/start.ts';
import { checkNow } from '../launcher/fresh-answer.ts';
import type { EngineLink } from '../launcher/engine-link.ts';
import type { Texts } from '../launcher/texts/texts.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { untilEnded } from './until-ended.ts';
import { withLink } from './with-link.ts';

const answers = ['now', 'later', 'chosen'] as const;

/** How long an application that hands itself over for an update has to end, in milliseconds. */
const endingMs = 60_000;

/** `start -- APP [ARGS…]` */
export async function runStart(context: CommandContext, { values, application }: CommandInput): Promise<number> {
  const [file, ...args] = application;
  if (file === undefined) {
    throw new ClientError('usage.wrong', 'Which application? Give it after "--": usher-client start -- APP.');
  }
  const ui = oneOf('--ui', values.ui ?? 'auto', uis);
  const given = values.answer === undefined ? null : oneOf('--answer', values.answer, answers);
  const browser = typeof values.browser === 'string' ? values.browser : null;
  const isAnswered = given === 'now' || given === 'later';
  const folder = typeof values.in === 'string' ? { folder: values.in } : {};
  if (values.after !== undefined) await untilEnded(context.host, values.after, endingMs);
  const openView = () => chooseView({ ...context, ui, browser, isAnswered });
  const view = openView();
  try {
    return await withLink(context, (link) =>
      start({ ...gateOf(context, link), view, openView, answer: given }, { file, args, ...folder }),
    );
  } catch (error) {
    const failure = asClientError(error);
    if (failure !== null) await view.refuse(problemAlert(failure, context.texts));
    throw error;
  }
}

/** `update [--yes]` */
export async function runUpdate(context: CommandContext, { values }: CommandInput): Promise<number> {
  const work = async (link: EngineLink) => {
    const { terminal, texts, host } = context;
    const view = terminalView({ terminal, texts, clock: host.clock, asks: terminal.isInteractive });
    const gate: Gate = { ...gateOf(context, link), view, openView: () => view, answer: null };
    await recoverAndTell(gate);
    const result = await wantedUpdate(gate, { isWanted: values.yes === true });
    if (result === null) return 0;
    if (result.verdict.action === 'run') {
      await link.flush();
      view.tell(offlineLines(result, texts));
      terminal.print(nothingToDo(result, texts));
      return 0;
    }
    await runOneUpdate(gate, result);
    // The server takes an installation for done when a check shows the version.
    await link.check();
    await link.flush();
    return 0;
  };
  return await withLink(context, work, { purpose: 'update' });
}

/**
 * What the rules say now, once the person wants the update that they offer or require, or once there is none.
 * @throws ClientError where the rules block, or the person declines what they require
 */
async function wantedUpdate(gate: Gate, { isWanted }: { readonly isWanted: boolean }): Promise<CheckResult | null> {
  for (let checked = await checkNow(gate); ;) {
    const { result } = checked;
    if (result.verdict.action === 'run') return result;
    if (result.verdict.action === 'block') throw refusedStart(result, gate.texts);
    const alert = verdictAlert(result, gate.texts);
    if (isWanted) {
      gate.view.tell(alertLines(alert));
      return result;
    }
    const answered = await askInView(gate, checked, alert);
    checked = answered.checked;
    if (answered.choice === 'update') return checked.result;
    if (answered.choice === null) continue;
    // An offer may be declined, and nothing is wrong then.
    if (result.verdict.action === 'offer') return null;
    throw refusedStart(result, gate.texts);
  }
}

/** Why nothing is installed now, and what waits to be: not what a rule says that it is no update, such as a prohibited one. */
function nothingToDo({ verdict, policy, installed }: CheckResult, texts: Texts): string {
  const planned = policy.assignment?.target.version ?? null;
  const nothing = texts.say('nothing.title', { reason: texts.say(`reason.${verdict.reason}`) });
  return planned === null || planned === installed?.version || verdict.reason === 'no-update'
    ? nothing
    : `${nothing} ${texts.say('nothing.waits', { target: displayLine(planned, 80) })}`;
}

/** `unlock CODE`: the code may be typed in its groups. */
export async function runUnlock(context: CommandContext, { positionals }: CommandInput): Promise<number> {
  const code = positionals.join(' ').trim();
  if (code === '') {
    throw new ClientError('usage.wrong', 'Which pass? Type it after the command: usher-client unlock CODE.');
  }
  const take = async (link: EngineLink) => {
    const { until } = await link.unlock(code);
    context.terminal.print(context.texts.say('pass.title', { until: context.texts.time(until) }));
    return 0;
  };
  // Nobody is asked for a pass, and no key that waits is used for it.
  return await withLink(context, take, { onlyLooks: true });
}

function gateOf(context: CommandContext, link: EngineLink): Omit<Gate, 'view' | 'openView' | 'answer'> {
  const { host, texts } = context;
  return { host, link, texts, saveLogs: async () => await (await import('./logs.ts')).saveLogs(host, link) };
}

function oneOf<Word extends string>(option: string, value: unknown, words: readonly Word[]): Word {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw new ClientError('usage.wrong', `${option} is one of ${words.join(', ')}.`);
}
