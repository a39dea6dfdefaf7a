// What a person chose about an update, as a report.
import { decide, type Verdict } from '@usher/core';
import type { CheckResult } from './check.ts';
import type { Engine } from './engine.ts';

/** What a person can do about an update that they are shown. */
type Choice = 'offered' | 'deferred' | 'declined';

/**
 * Whether the rules let a person choose that: an update that is required is not put off, and one that is offered needs no
 * refusal. It is told by whoever asked the person, and perhaps when the server has gone: what was there with it counts.
 */
export function isOpenTo(choice: Choice, { policy, facts }: Pick<CheckResult, 'policy' | 'facts'>): boolean {
  const { action } = decide(policy, { ...facts, online: true });
  return choosable[action].includes(choice);
}

const choosable: Readonly<Record<Verdict['action'], readonly Choice[]>> = {
  run: [],
  offer: ['offered', 'deferred'],
  require: ['offered', 'declined'],
  block: [],
};

/** Puts on disk that the update was shown, put off or refused. The code of a refusal is the verdict's. */
export async function noteChoice(engine: Engine, { policy, verdict }: CheckResult, state: Choice): Promise<void> {
  if (policy.assignment === null) return;
  const code = state === 'declined' ? { code: verdict.code ?? 2030 } : {};
  await engine.reports.add({ updateId: policy.assignment.updateId, state, ...code });
}
