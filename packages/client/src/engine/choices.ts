// What a person chose about an update, as a report.
import type { CheckResult } from './check.ts';
import type { Engine } from './engine.ts';
import { report } from './reporting.ts';

/** Reports that the update was shown, put off or refused. The code of a refusal is the verdict's. */
export async function reportChoice(
  engine: Engine,
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
