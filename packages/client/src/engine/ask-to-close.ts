// Asks a process to close, or ends it where asking was not enough.
import { win32 } from 'node:path';
import { systemCode } from '../client-error.ts';
import type { Host } from './host.ts';

const timeoutMs = 10_000;

/** SIGTERM; on Windows the message that a close button sends, which reaches programs of the own session alone. */
export function askToClose(host: Host, pid: number): Promise<void> {
  return tell(host, pid, 'SIGTERM', []);
}

/** SIGKILL; on Windows an end without being asked, in any session. What was not saved is lost. */
export function endByForce(host: Host, pid: number): Promise<void> {
  return tell(host, pid, 'SIGKILL', ['/F']);
}

async function tell(host: Host, pid: number, signal: NodeJS.Signals, options: readonly string[]): Promise<void> {
  if (host.systemRoot !== null) {
    const taskkill = win32.join(host.systemRoot, 'System32', 'taskkill.exe');
    await host.run(taskkill, [...options, '/PID', String(pid)], { timeoutMs });
    return;
  }
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has ended meanwhile: that is what was wanted.
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}
