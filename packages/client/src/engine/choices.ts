// What a person chose about an update, as a report.
import type { CheckResult } from './check.ts';
import type { Engine } from './engine.ts';

/** Puts on disk that the update was shown, put off or refused. The code of a refusal is the verdict's. */
export async function noteChoice(
  engine: Engine,
  { policy, verdict }: CheckResult,
  state: 'offered' | 'deferred' | 'declined',
): Promise<void> {
  if (policy.assignment === null) return;
  const code = state === 'declined' ? { code: verdict.code ?? 2030 } : {};
  await engine.reports.add({ updateId: policy.assignment.updateId, state, ...code });
}
