// What shows the alert to a person: the start gate talks to this, and a window, a terminal or nobody stands behind it.
import { alertLines, type Alert, type Choice } from './alert.ts';
import type { Progress } from './engine-link.ts';

/** An update, or the end of an interrupted one, that goes on while the person looks. */
export interface Work {
  /** What is being done, in one line. */
  readonly title: string;
  /** True where the person may call it off while it downloads. */
  readonly mayCancel: boolean;
}

/** What came of it. */
export interface Outcome {
  readonly title: string;
  readonly body: readonly string[];
  /** True where the person must have read it (a restart is needed, say): it is not taken away by itself. */
  readonly needsAttention: boolean;
  /** Whole seconds until what was said comes about, where it is shown how they pass. */
  readonly countdownSeconds?: number;
}

/** Shows and asks. No method rejects because a person closed something: that is the safe choice. */
export interface AlertView {
  /** False where nobody is there to answer: the safe choice is taken at once. */
  readonly asks: boolean;
  /** Shows an alert and waits for the answer; never `copy-details`, which the view does itself. */
  ask(alert: Alert): Promise<Exclude<Choice, 'copy-details'>>;
  /** Says something that needs no answer and holds nothing up. */
  tell(lines: readonly string[]): void;
  /** Begins to accompany some work. The signal is aborted when the person calls it off; that counts only while it downloads. */
  begin(work: Work): AbortSignal;
  /** How the work that was begun goes on. */
  progress(progress: Progress): void;
  /** The work succeeded; what is next (the application, say) is started. */
  done(outcome: Outcome): void;
  /** Says why nothing is started, where the line that the command ends with would not be seen. No-op after "exit". */
  refuse(alert: Alert): Promise<void>;
  /** Nothing more will be shown. Resolves when nothing of the view holds the process up any more; may be called again. */
  close(): Promise<void>;
}

/** The answer where nobody answers: the last choice. */
export function safeChoice({ choices }: Alert): Exclude<Choice, 'copy-details'> {
  const last = choices.at(-1)?.choice;
  return last === undefined || last === 'copy-details' ? 'exit' : last;
}

/**
 * What is told where nobody is asked. A start that is refused then ends with a line of its own, which has the title (and,
 * where there is nothing to install, all the rest): nothing is said twice.
 */
export function unaskedLines(alert: Alert): readonly string[] {
  if (alert.kind === 'failed' || alert.kind === 'put-off' || safeChoice(alert) !== 'exit') return alertLines(alert);
  if (alert.kind === 'refused') return alert.notice === null ? [] : [alert.notice];
  return alertLines({ ...alert, title: '' }).filter((line) => line !== '');
}

/** Nobody is there: nothing is shown, and the safe choice is taken. */
export const silentView: AlertView = {
  asks: false,
  ask: (alert) => Promise.resolve(safeChoice(alert)),
  tell: () => undefined,
  begin: () => new AbortController().signal,
  progress: () => undefined,
  done: () => undefined,
  refuse: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
