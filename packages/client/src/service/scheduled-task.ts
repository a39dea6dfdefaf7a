// Scheduled tasks of Windows, under SYSTEM, from the machine's start on, on battery too, without an end: the engine, and
// what goes on with the client's own update where the power went off while there was no engine.
import { writeFile } from 'node:fs/promises';
import { join, win32 } from 'node:path';
import { ClientError } from '../client-error.ts';
import type { Host } from '../engine/host.ts';
import { removeFile } from '../state/atomic-file.ts';

/** The tasks' names in the scheduler's root folder. */
const engineTask = 'Usher engine';
const resumingTask = 'Usher client update';
const timeoutMs = 60_000;

/** What a task runs. */
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
  await register(host, stateFolder, engineTask, command);
  if (!(await hasEngineTask(host))) return false;
  await schtasks(host, ['/Run', '/TN', engineTask]);
  return true;
}

/**
 * Registers what goes on with the client's own update: while that replaces the client, the engine's task is gone. It is not
 * started now, but with the machine, and every five minutes until it is removed.
 * @throws ClientError `state.unusable` without the rights to do so
 */
export async function addResumingTask(host: Host, stateFolder: string, command: EngineCommand): Promise<void> {
  await register(host, stateFolder, resumingTask, command);
}

/** Takes that away; a process of it goes on. One that is not there is as good. */
export async function removeResumingTask(host: Host): Promise<void> {
  await run(host, ['/Delete', '/TN', resumingTask, '/F']);
}

/** Whether the scheduler has the engine's task. */
export async function hasEngineTask(host: Host): Promise<boolean> {
  const { exitCode, stdout } = await run(host, ['/Query', '/TN', engineTask, '/XML']);
  return exitCode === 0 && stdout.toString('latin1').replaceAll('\0', '').includes('<Task');
}

async function register(host: Host, stateFolder: string, name: string, command: EngineCommand): Promise<void> {
  const file = join(stateFolder, `${name.toLowerCase().replaceAll(' ', '-')}-task.xml`);
  // The scheduler reads UTF-16 with a byte order mark, as it writes it itself.
  await writeFile(file, Buffer.from(`\ufeff${taskXml(command)}`, 'utf16le'));
  try {
    await schtasks(host, ['/Create', '/TN', name, '/XML', file, '/F']);
  } finally {
    await removeFile(file);
  }
}

/** Ends the engine's task and takes it away; one that is not there is as good. */
export async function removeTask(host: Host): Promise<void> {
  for (const args of [
    ['/End', '/TN', engineTask],
    ['/Delete', '/TN', engineTask, '/F'],
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
 * A task (Task Scheduler schema 1.2). It starts with the machine, and is looked after every five minutes: the scheduler
 * does not take a program that ended for a task that failed, and starts no second one while the first runs. Priority 5 is
 * that of programs which people wait for; 7, the usual one, is below normal for processor, disk and memory ("Priority
 * (settingsType) Element", Task Scheduler).
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
    <Priority>5</Priority>
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
