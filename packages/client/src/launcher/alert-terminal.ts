// Shows an alert in the terminal and takes the answer: the number of a choice; anything else is the safe choice.
import type { Alert, Choice } from './alert.ts';
import type { Terminal } from './terminal.ts';
import type { Texts } from './texts/texts.ts';

/** Shows what there is to say. */
export function showLines(terminal: Terminal, lines: readonly string[]): void {
  for (const line of lines) terminal.tell(line);
}

/** Shows an alert and waits for the answer. No answer, the end of the input and a wrong answer mean the last choice. */
export async function askInTerminal(terminal: Terminal, { lines, choices }: Alert, texts: Texts): Promise<Choice> {
  showLines(terminal, ['', ...lines, '']);
  choices.forEach(({ label }, index) => terminal.tell(`  ${index + 1}) ${label}`));
  terminal.tell(`${texts.say('choice.ask')} [${choices.length}]:`);
  const answer = (await terminal.readLine())?.trim() ?? '';
  const chosen = /^\d$/.test(answer) ? choices[Number(answer) - 1] : undefined;
  return (chosen ?? choices.at(-1))?.choice ?? 'exit';
}
