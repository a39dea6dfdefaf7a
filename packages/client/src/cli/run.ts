// The commands that change what runs: `start`, `update` and `unlock`.
import { join } from 'node:path';
import { ClientError } from '../client-error.ts';
import { check, unlock } from '../engine/check.ts';
import type { Engine } from '../engine/engine.ts';
import { sendReports } from '../engine/reporting.ts';
import { alertLines, offlineLines, verdictAlert } from '../launcher/alert.ts';
import { chooseView, uis } from '../launcher/choose-view.ts';
import { terminalView } from '../launcher/terminal-view.ts';
import { recoverAndTell, refusedStart, runUpdate as runOneUpdate, start, type Gate } from '../launcher/start.ts';
import { writeBundle } from './bundle.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { withEngine } from './with-engine.ts';

const answers = ['now', 'later'] as const;

/** `start -- APP [ARGS…]` */
export async function runStart(context: CommandContext, { values, application }: CommandInput): Promise<number> {
  const [file, ...args] = application;
  if (file === undefined) {
    throw new ClientError('usage.wrong', 'Which application? Give it after "--": usher-client start -- APP.');
  }
  const ui = oneOf('--ui', values.ui ?? 'auto', uis);
  const given = values.answer === undefined ? null : oneOf('--answer', values.answer, answers);
  return await withEngine(context, { alone: false }, (engine) => {
    const view = chooseView({ ...context, ui, isAnswered: given !== null });
    return start({ ...gateOf(context, engine), view, answer: given }, { file, args });
  });
}

/** `update [--yes]` */
export async function runUpdate(context: CommandContext, { values }: CommandInput): Promise<number> {
  return await withEngine(context, { alone: true }, async (engine) => {
    const { terminal, texts, host } = context;
    const view = terminalView({ terminal, texts, clock: host.clock, asks: true });
    const gate: Gate = { ...gateOf(context, engine), view, answer: null };
    await recoverAndTell(gate);
    const result = await check(engine, { ask: true });
    if (result.verdict.action === 'run') {
      await sendReports(engine);
      view.tell(offlineLines(result, texts));
      terminal.print(`Nothing to do (${result.verdict.reason}).`);
      return 0;
    }
    if (result.verdict.action === 'block') throw refusedStart(result, texts);
    const alert = verdictAlert(result, texts);
    if (values.yes === true) view.tell(alertLines(alert));
    else if ((await view.ask(alert)) !== 'update') return 0;
    await runOneUpdate(gate, result);
    // The server takes an installation for done when a check shows the version.
    await check(engine, { ask: true });
    await sendReports(engine);
    return 0;
  });
}

/** `unlock CODE`: the code may be typed in its groups. */
export async function runUnlock(context: CommandContext, { positionals }: CommandInput): Promise<number> {
  const code = positionals.join(' ').trim();
  if (code === '') {
    throw new ClientError('usage.wrong', 'Which pass? Type it after the command: usher-client unlock CODE.');
  }
  return await withEngine(context, { alone: true }, async (engine) => {
    const { until } = await unlock(engine, code);
    context.terminal.print(context.texts.say('pass.title', { until: context.texts.time(until) }));
    return 0;
  });
}

function gateOf({ texts, host }: CommandContext, engine: Engine): Omit<Gate, 'view' | 'answer'> {
  const saveLogs = async () => {
    const path = join(engine.state.logs, `usher-logs-${host.clock.now()}.tar.gz`);
    await writeBundle(engine, path);
    return path;
  };
  return { engine, texts, saveLogs };
}

function oneOf<Word extends string>(option: string, value: unknown, words: readonly Word[]): Word {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw new ClientError('usage.wrong', `${option} is one of ${words.join(', ')}.`);
}
