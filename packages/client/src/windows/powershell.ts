// Runs a script in the PowerShell that every Windows has.
import { win32 } from 'node:path';
import { systemCode } from '../client-error.ts';
import type { Host } from '../engine/host.ts';
import type { ProcessResult } from '../engine/process-runner.ts';

const timeoutMs = 60_000;

/**
 * Why a program of Windows itself can't be started: it is not there, or its file may not be read or run. UNKNOWN is what
 * libuv makes of every code that it has no name for: AppLocker's refusal (ERROR_ACCESS_DISABLED_BY_POLICY, 1260), that of
 * App Control (ERROR_SYSTEM_INTEGRITY_POLICY_VIOLATION, 4551), and a virus scanner's.
 */
const notStartable = new Set(['ENOENT', 'EACCES', 'EPERM', 'UNKNOWN']);

/** True where a failure says that a program could not be started at all, and none that another attempt would mend. */
export function isNotStartable(error: unknown): boolean {
  return notStartable.has(systemCode(error) ?? '');
}

/** Runs a script; null where there is no PowerShell, or none that may be started. That of Wine says nothing, with success. */
export async function runPowerShell(
  { run }: Pick<Host, 'run'>,
  systemRoot: string,
  script: string,
): Promise<ProcessResult | null> {
  const program = win32.join(systemRoot, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  const encoded = Buffer.from(script, 'utf16le').toString('base64');
  const args = ['-NoLogo', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-EncodedCommand', encoded];
  try {
    return await run(program, args, { timeoutMs });
  } catch (error) {
    if (isNotStartable(error)) return null;
    throw error;
  }
}

/** A text as PowerShell takes it literally, whatever is in it; it takes typographic quotation marks for straight ones. */
export function powerShellText(text: string): string {
  return `'${text.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}
