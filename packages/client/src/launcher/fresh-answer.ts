// A person's answer counts for what they were asked about: where it comes late, or something changed meanwhile, the rules
// are asked again.
import type { CheckResult } from '../engine/check.ts';
import type { Host } from '../engine/host.ts';
import type { Asked, EngineLink } from './engine-link.ts';

/** What a check found, and when, by the machine's count since it was started (in milliseconds). */
export interface Checked {
  readonly result: CheckResult;
  readonly at: number;
}

/** What asking needs. */
interface Asking {
  readonly host: Pick<Host, 'clock'>;
  readonly link: EngineLink;
}

/** How long what was found stands while a person reads, in milliseconds: a cut-off may pass, a version become prohibited. */
const standsForMs = 10_000;

/** Whether what was found stands by the time alone. */
export function isRecent({ clock }: Pick<Host, 'clock'>, { at }: Checked): boolean {
  return clock.sinceBoot() - at <= standsForMs;
}

/** Asks the rules. */
export async function checkNow({ host, link }: Asking): Promise<Checked> {
  const result = await link.check();
  return { result, at: host.clock.sinceBoot() };
}

/**
 * Has a person asked about what was found. `answer` is null where the rules
 * have another question by then, or none: what they say now is `checked` either way.
 */
export async function askAbout<Answer extends string>(
  { host }: Pick<Asking, 'host'>,
  before: Checked,
  { ask, checkAgain }: { readonly ask: () => Promise<Asked<Answer>>; readonly checkAgain: () => Promise<Checked> },
): Promise<{ readonly answer: Answer | null; readonly checked: Checked }> {
  const { answer, isUnchanged } = await ask();
  // Whoever ends here needs no leave of the rules.
  if (answer === 'exit' || (isUnchanged && isRecent(host, before))) return { answer, checked: before };
  const checked = await checkAgain();
  return { answer: isAnswerTo(answer, before.result, checked.result) ? answer : null, checked };
}

/** Whether what was chosen when `before` was shown is an answer to what the rules say now. */
export function isAnswerTo(choice: string, before: CheckResult, now: CheckResult): boolean {
  const { action, target } = now.verdict;
  const isAllowed = action === 'offer' || (action === 'require' && !startsTheOld.has(choice));
  const isSameUpdate = now.policy.assignment?.updateId === before.policy.assignment?.updateId;
  return isAllowed && isSameUpdate && target === before.verdict.target;
}

/** Choices with which the installed version is started. */
const startsTheOld: ReadonlySet<string> = new Set(['later', 'continue']);
