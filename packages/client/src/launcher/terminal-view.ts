// The alert in the terminal: lines, numbered choices, a line for each stage. The number of a choice chooses; anything else is safe.
import type { Clock } from '../clock.ts';
import { alertLines, type Alert, type Choice } from './alert.ts';
import { safeChoice, unaskedLines, type AlertView } from './alert-view.ts';
import type { Progress } from './engine-link.ts';
import { ProgressTeller } from './progress.ts';
import type { Terminal } from './terminal.ts';
import type { Texts } from './texts/texts.ts';

/** What a view in the terminal works with. */
export interface TerminalViewOptions {
  readonly terminal: Terminal;
  readonly texts: Texts;
  readonly clock: Clock;
  /** False where nobody sits there: the texts are shown all the same, and the safe choice is taken. */
  readonly asks: boolean;
}

/** A view that writes to a terminal and reads from it. */
export function terminalView({ terminal, texts, clock, asks }: TerminalViewOptions): AlertView {
  const tell = (lines: readonly string[]) => lines.forEach((line) => terminal.tell(line));
  let show = progressLines(terminal, new ProgressTeller(texts, clock));
  return {
    asks,
    ask: async (alert) => {
      if (asks) return await askInTerminal(terminal, alert, texts);
      tell(unaskedLines(alert));
      return safeChoice(alert);
    },
    tell,
    begin: () => {
      show = progressLines(terminal, new ProgressTeller(texts, clock));
      return new AbortController().signal;
    },
    progress: (progress) => show(progress),
    done: ({ title, body, countdownSeconds = 0 }) => {
      const left = countdownSeconds === 0 ? [] : [texts.count('progress.seconds-left', countdownSeconds)];
      tell([title, ...body, ...left]);
    },
    // The command ends with a line that says so.
    refuse: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** No answer, the end of the input and a wrong answer mean the safe choice. Copying the details shows them, and asks again. */
async function askInTerminal(terminal: Terminal, alert: Alert, texts: Texts): Promise<Exclude<Choice, 'copy-details'>> {
  const { choices } = alert;
  for (;;) {
    for (const line of ['', ...alertLines(alert), '']) terminal.tell(line);
    choices.forEach(({ label }, index) => terminal.tell(`  ${index + 1}) ${label}`));
    terminal.tell(`${texts.say('choice.ask')} [${choices.length}]:`);
    const answer = (await terminal.readLine())?.trim() ?? '';
    const chosen = /^\d$/.test(answer) ? choices[Number(answer) - 1]?.choice : undefined;
    if (chosen === undefined) return safeChoice(alert);
    if (chosen !== 'copy-details') return chosen;
    terminal.tell(alertLines(alert).join(' | '));
  }
}

/** A line when a stage begins, and the download in tenths. */
function progressLines(terminal: Terminal, teller: ProgressTeller): (progress: Progress) => void {
  let lastStage: string | null = null;
  let lastTenth = -1;
  return (progress) => {
    const { stage, amount, left, fraction } = teller.tell(progress);
    if (progress.stage === 'downloading') {
      const tenth = Math.floor(10 * (fraction ?? 0));
      if (tenth === lastTenth) return;
      lastTenth = tenth;
      terminal.tell([`${stage} ${amount ?? ''}`, ...(left === null ? [] : [left])].join(', '));
      return;
    }
    if (stage === lastStage) return;
    lastStage = stage;
    terminal.tell(stage);
  };
}
