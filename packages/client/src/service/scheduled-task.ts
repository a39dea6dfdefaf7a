// The engine as a scheduled task of Windows: under SYSTEM, from the machine's start on, on battery too, without an end.
import { writeFile } from 'node:fs/promises';
import { join, win32 } from 'node:path';
import { ClientError } from '../client-error.ts';
import type { Host } from '../engine/host.ts';
import { removeFile } from '../state/atomic-file.ts';

/** The task's name in the scheduler's root folder. */
const taskName = 'Usher engine';
const timeoutMs = 60_000;

/** What the task runs. */
export interface EngineCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * Registers the task and starts it. True where the scheduler has it; false where it says that it took it but does not have
 * it (Wine, whose scheduler starts nothing).
 * @throws ClientError `state.unusable` without the rights to do so
 */
export async function installTask(host: Host, stateFolder: string, command: EngineCommand): Promise<boolean> {
  const file = join(stateFolder, 'engine-task.xml');
  // The scheduler reads UTF-16 with a byte order mark, as it writes it itself.
  await writeFile(file, Buffer.from(`\ufeff${taskXml(command)}`, 'utf16le'));
  try {
    await schtasks(host, ['/Create', '/TN', taskName, '/XML', file, '/F']);
  } finally {
    await removeFile(file);
  }
  const { stdout } = await schtasks(host, ['/Query', '/TN', taskName, '/XML']);
  if (!stdout.toString('latin1').replaceAll('\0', '').includes('<Task')) return false;
  await schtasks(host, ['/Run', '/TN', taskName]);
  return true;
}

/** Ends the task and takes it away; one that is not there is as good. */
export async function removeTask(host: Host): Promise<void> {
  for (const args of [
    ['/End', '/TN', taskName],
    ['/Delete', '/TN', taskName, '/F'],
  ]) {
    await run(host, args);
  }
}

async function schtasks(host: Host, args: readonly string[]) {
  const result = await run(host, args);
  if (result.exitCode === 0) return result;
  throw new ClientError(
    'state.unusable',
    `The scheduled task cannot be made (schtasks ${args[0] ?? ''} ended with ${result.exitCode ?? 'a time-out'}). Run this as an administrator.`,
  );
}

function run(host: Host, args: readonly string[]) {
  return host.run(win32.join(host.systemRoot ?? '', 'System32', 'schtasks.exe'), args, { timeoutMs });
}

/**
 * The task (Task Scheduler schema 1.2). It starts with the machine, and is looked after every five minutes: the scheduler
 * does not take a program that ended for a task that failed, and starts no second one while the first runs.
 */
export function taskXml({ program, args }: EngineCommand): string {
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Author>Usher</Author>
    <Description>Checks, downloads and installs the versions that this workstation's administrator approved.</Description>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Enabled>true</Enabled>
    </BootTrigger>
    <TimeTrigger>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary>
      <Enabled>true</Enabled>
      <Repetition>
        <Interval>PT5M</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Engine">
      <UserId>S-1-5-18</UserId>
      <RunLevel>HighestAvailable</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <IdleSettings>
      <StopOnIdleEnd>false</StopOnIdleEnd>
      <RestartOnIdle>false</RestartOnIdle>
    </IdleSettings>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>10</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Engine">
    <Exec>
      <Command>${xmlText(`"${program}"`)}</Command>
      <Arguments>${xmlText(args.map(windowsArgument).join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`;
}

/**
 * One argument as programs of Windows take a command line apart (CommandLineToArgvW): backslashes count only before a
 * quotation mark, where each is doubled.
 */
export function windowsArgument(argument: string): string {
  if (/^[A-Za-z0-9_.:\\/{}=-]+$/.test(argument) && !argument.endsWith('\\')) return argument;
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}

function xmlText(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
