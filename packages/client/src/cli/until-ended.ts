// Waits for the process that handed its work over: `--after PID`.
import { ClientError } from '../client-error.ts';
import type { Host } from '../engine/host.ts';

const pollMs = 100;

/**
 * Resolves when that process has ended, or after `longestMs`.
 * @throws ClientError `usage.wrong` where it is no number of a process
 */
export async function untilEnded(host: Host, after: unknown, longestMs: number): Promise<void> {
  const pid = Number(after);
  if (!Number.isInteger(pid) || pid <= 0) throw new ClientError('usage.wrong', '--after is the number of a process.');
  const deadline = host.clock.sinceBoot() + longestMs;
  while (host.isAlive(pid) && host.clock.sinceBoot() < deadline) await host.wait(pollMs);
}
