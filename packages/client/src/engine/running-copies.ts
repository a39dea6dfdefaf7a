// Finds the running processes of a product by the files that were installed, whoever started them and in any session.
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import * as z from 'zod';
import { systemCode } from '../client-error.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { packGuid } from '../windows/packed-guid.ts';
import { runPowerShell } from '../windows/powershell.ts';
import type { Host } from './host.ts';
import type { InstalledProduct } from './installer-driver.ts';

/** A process of the product. */
export interface RunningCopy {
  readonly pid: number;
  /** Whose it is: the account on Linux, the session on Windows. */
  readonly owner: string;
}

/** What was found: the copies that run, or why the system does not say which do. */
export interface FoundCopies {
  readonly copies: readonly RunningCopy[];
  /** Null where every copy was found. */
  readonly unseenBecause: string | null;
}

/** Processes of what is installed. Wine has no way to ask (its PowerShell says nothing), nor has a Windows that holds PowerShell to a constrained language. */
export async function runningCopies(
  host: Host,
  record: StateFolder['installed'],
  installed: readonly InstalledProduct[],
): Promise<FoundCopies> {
  if (installed.length === 0) return { copies: [], unseenBecause: null };
  if (host.systemRoot !== null) return await copiesOnWindows(host, host.systemRoot, installed);
  const codes = new Set(installed.map(({ productCode }) => productCode));
  const products = (await record.read())?.products.filter(({ productCode }) => codes.has(productCode)) ?? [];
  const copies = await copiesOnLinux(products.map(({ folder }) => `${folder}${sep}`));
  return { copies, unseenBecause: null };
}

/** Whose a process is; null where it has ended, or can't be told. */
export async function ownerOf(host: Host, pid: number): Promise<string | null> {
  if (host.systemRoot !== null) return await sessionOf(host, host.systemRoot, pid);
  return await orNull(async () => String((await stat(`/proc/${pid}`)).uid));
}

/** By the program's file, or by the script that an interpreter was given. */
async function copiesOnLinux(folders: readonly string[]): Promise<readonly RunningCopy[]> {
  const isIn = (path: string) => folders.some((folder) => path.startsWith(folder));
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map((pid) =>
      orNull(async () => {
        const program = await readlink(`/proc/${pid}/exe`);
        const [, script = ''] = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
        if (!isIn(program) && !isIn(script)) return null;
        return { pid, owner: String((await stat(`/proc/${pid}`)).uid) };
      }),
    ),
  );
  return found.filter((copy) => copy !== null);
}

/** Null where the process has ended meanwhile, or is one that nobody may look into (of the system itself). */
async function orNull<Value>(read: () => Promise<Value>): Promise<Value | null> {
  try {
    return await read();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '')) return null;
    throw error;
  }
}

const copySchema = z.array(z.object({ ProcessId: z.int().positive(), SessionId: z.int().nonnegative() }));

/** What the script ends with where .NET may not be used: under AppLocker or App Control. */
const constrained = 3;

/**
 * The programs that Windows Installer registered as key files of the products' components ("Installer\UserData"), and
 * the processes that run one of them. One script, because starting PowerShell takes longer than all that it does. Whatever
 * keeps it from looking ends it: an empty list is printed only where nothing runs.
 */
const windowsScript = (packedCodes: readonly string[]) => `
$ErrorActionPreference = 'Stop'
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') { exit ${constrained} }
$base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
$components = $base.OpenSubKey('SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18\\Components')
$programs = New-Object 'System.Collections.Generic.HashSet[string]' ([StringComparer]::OrdinalIgnoreCase)
foreach ($name in $components.GetSubKeyNames()) {
  $key = $components.OpenSubKey($name)
  if ($null -eq $key) { continue }
  foreach ($code in @(${packedCodes.map((code) => `'${code}'`).join(', ')})) {
    $file = [string]$key.GetValue($code)
    if ($file -like '*.exe') { [void]$programs.Add($file.Replace('?', ':')) }
  }
  $key.Close()
}
$found = @(Get-CimInstance Win32_Process | Where-Object { $_.ExecutablePath -and $programs.Contains($_.ExecutablePath) } | Select-Object ProcessId, SessionId)
ConvertTo-Json -Compress -InputObject $found
`;

async function copiesOnWindows(
  host: Host,
  systemRoot: string,
  installed: readonly InstalledProduct[],
): Promise<FoundCopies> {
  const script = windowsScript(installed.map(({ productCode }) => packGuid(productCode)));
  const result = await runPowerShell(host, systemRoot, script);
  const unseen = (unseenBecause: string): FoundCopies => ({ copies: [], unseenBecause });
  if (result === null) return unseen('there is no PowerShell that may be started');
  if (result.exitCode === constrained)
    return unseen('PowerShell is held to a constrained language (AppLocker or App Control)');
  const listed = copySchema.safeParse(jsonOf(result.stdout.toString('utf8')));
  if (result.exitCode !== 0 || !listed.success) {
    return unseen(`PowerShell did not list the processes (it ended with ${result.exitCode ?? 'a time-out'})`);
  }
  const copies = listed.data.map(({ ProcessId, SessionId }) => ({ pid: ProcessId, owner: `session ${SessionId}` }));
  return { copies, unseenBecause: null };
}

async function sessionOf(host: Host, systemRoot: string, pid: number): Promise<string | null> {
  const result = await runPowerShell(host, systemRoot, `(Get-Process -Id ${pid}).SessionId`);
  const said = result?.stdout.toString('latin1').trim() ?? '';
  return /^\d+$/.test(said) ? `session ${said}` : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Nothing, or a message: no list of processes either way.
    return null;
  }
}
