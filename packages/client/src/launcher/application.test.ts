// How the application is started and outlived; what only Windows does is played on the real processes of this system.
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TestHost } from '../test-support/test-host.ts';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { startApplication } from './application.ts';

const onLinux = new TestHost();
const onWindows = Object.assign(new TestHost(), { systemRoot: 'C:\\Windows' });

/** Starts what runs until it is told to end, and says which signals this process listens to since. */
async function startedOn(host: TestHost) {
  const signals = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGBREAK'] as const;
  const before = new Map(signals.map((name) => [name, process.listeners(name)]));
  const running = await startApplication(host, { file: '/bin/sleep', args: ['600'] }, null);
  let isOver = false;
  void running.ended.then(() => (isOver = true));
  onTestFinished(() => {
    if (!isOver) process.kill(running.pid, 'SIGKILL');
  });
  const added = (name: (typeof signals)[number]) =>
    process.listeners(name).filter((each) => !before.get(name)?.includes(each));
  const raise = (name: (typeof signals)[number]) => {
    for (const listener of added(name)) listener(name);
  };
  return { running, raise, heeded: signals.filter((name) => added(name).length > 0) };
}

test('what asks this process to end is handed on to the application', async () => {
  const { running, raise, heeded } = await startedOn(onLinux);
  expect(heeded).toEqual(['SIGTERM', 'SIGHUP', 'SIGINT']);
  raise('SIGINT');
  raise('SIGHUP');
  expect(await running.ended).toBe(128 + 1);
});

test('on Windows a console that is closed ends no application by force, and no start with an error', async () => {
  const { running, raise, heeded } = await startedOn(onWindows);
  expect(heeded).toEqual(['SIGHUP', 'SIGINT', 'SIGBREAK']);
  for (const name of heeded) raise(name);
  expect(process.kill(running.pid, 0)).toBe(true);
  process.kill(running.pid, 'SIGTERM');
  expect(await running.ended).toBe(128 + 15);
  expect((await startedOn(onWindows)).heeded).toEqual(heeded);
});

/** A file that nobody may run: EACCES, as Windows says it of one that asks for elevation. */
async function fileNobodyRuns(name: string): Promise<string> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, '#!/bin/sh\n');
  await chmod(file, 0o644);
  return file;
}

test('an application that asks for elevation is said to, on Windows alone', async () => {
  const file = await fileNobodyRuns('agent.exe');
  await expect(startApplication(onWindows, { file, args: [] }, null)).rejects.toMatchObject({
    code: 'application.needs-elevation',
    exitStatus: 1,
    message: expect.stringMatching(/agent\.exe asks for an administrator's rights.*Run as administrator/) as string,
  });
  await expect(startApplication(onLinux, { file, args: [] }, null)).rejects.toMatchObject({
    code: 'application.not-started',
    message: expect.stringContaining('Check the path after "--"') as string,
  });
});

test.each(['agent.lnk', 'AGENT.CMD', 'agent.bat'])(
  'a file that is no program of Windows is said to be none: %s',
  async (name) => {
    const file = join(await temporaryFolder(), name);
    await expect(startApplication(onWindows, { file, args: [] }, null)).rejects.toMatchObject({
      code: 'application.not-started',
      message: expect.stringContaining('Name the program itself after "--"') as string,
    });
  },
);

test('a folder that is none is what is named', async () => {
  const application = { file: '/bin/true', args: [], folder: '/nowhere/at/all' };
  await expect(startApplication(onWindows, application, null)).rejects.toMatchObject({
    message: expect.stringContaining('Check --in') as string,
  });
});
