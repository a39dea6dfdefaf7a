// Makes what the window shows out of an alert, of work that goes on, and of its outcome.
import { alertLines, type Alert, type AlertChoice } from '../alert.ts';
import type { Outcome, Work } from '../alert-view.ts';
import { displayLine } from '../display-text.ts';
import type { Texts } from '../texts/texts.ts';
import { noteBlocks } from './markdown.ts';
import type { Screen, ScreenChoice, ScreenProgress } from './page/screen.ts';

/** What every screen of a window has. */
export interface ScreenFrame {
  readonly serial: number;
  readonly texts: Texts;
  readonly product: string;
  readonly status: string | null;
}

/** The screen of an alert. */
export function alertScreen(alert: Alert, frame: ScreenFrame): Screen {
  const { kind, notice, title, body, notes, details } = alert;
  return {
    ...emptyScreen(frame),
    kind,
    notice,
    title,
    body,
    notes: notes === null ? null : { title: notes.title, blocks: noteBlocks(notes.markdown) },
    details,
    choices: alertChoices(alert),
    copy: {
      text: [frame.product, ...alertLines(alert)].filter((line) => line !== '').join('\n'),
      done: frame.texts.say('copied'),
    },
  };
}

/** The screen of work that goes on; with `cancels` there is a button that calls it off. */
export function workScreen(work: Work, progress: ScreenProgress, cancels: boolean, frame: ScreenFrame): Screen {
  const cancel: ScreenChoice = {
    id: 'cancel',
    label: frame.texts.say('choice.cancel'),
    look: 'plain',
    isSafe: true,
  };
  return { ...emptyScreen(frame), kind: 'working', title: work.title, progress, choices: cancels ? [cancel] : [] };
}

/** The screen of an outcome. */
export function outcomeScreen({ title, body, needsAttention }: Outcome, frame: ScreenFrame): Screen {
  const { texts } = frame;
  const close: ScreenChoice = { id: 'close', label: texts.say('choice.close'), look: 'plain', isSafe: true };
  return {
    ...emptyScreen(frame),
    kind: needsAttention ? 'refused' : 'done',
    title,
    body: needsAttention ? body : [...body, texts.say('progress.starting')],
    choices: needsAttention ? [close] : [],
  };
}

function emptyScreen({ serial, texts, product, status }: ScreenFrame): Screen {
  return {
    serial,
    kind: 'working',
    language: texts.language,
    product: displayLine(product, 120),
    notice: null,
    status,
    title: '',
    body: [],
    notes: null,
    details: [],
    progress: null,
    choices: [],
    copy: { text: '', done: '' },
  };
}

/** What only helps (copying, saving) stands first, apart from what decides. The last choice of an alert is the safe one. */
function alertChoices({ choices }: Alert): readonly ScreenChoice[] {
  const isQuiet = ({ choice }: AlertChoice) => choice === 'copy-details' || choice === 'save-logs';
  const ordered = [...choices.filter(isQuiet), ...choices.filter((each) => !isQuiet(each))];
  const safe = choices.at(-1);
  return ordered.map((each) => ({
    id: each.choice,
    label: each.label,
    look: isQuiet(each) ? 'quiet' : each.installs ? 'primary' : 'plain',
    isSafe: each === safe,
  }));
}
