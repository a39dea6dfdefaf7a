// The machine loses its power at one moment after another of an update. The next start finishes the update or goes back,
// says which, and there is always an application to start. The real server, the real executable, the real Windows Installer.
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Administrator } from '../support/administrator.ts';
import { windowsClient } from '../support/built-client.ts';
import { setStage } from '../support/stage.ts';
import { stateFolder, WindowsWorkstation } from './windows-workstation.ts';

const application = 'C:\\Program Files\\Contoso Agent\\app.exe';
const journalPath = `${stateFolder}\\journal.json`;
const [oldVersion, newVersion] = ['3.22.1', '3.23.0'];

const things = new AsyncDisposableStack();
let admin: Administrator;
let machine: WindowsWorkstation;
let product: string;

beforeAll(async () => {
  const stage = await setStage(things, WindowsWorkstation.create());
  ({ admin, machine } = stage);
  await machine.activate(await admin.installationKey({ autoAuthorize: true }));
  for (const version of [oldVersion, newVersion]) {
    const { path } = await stage.vendor.make(`contoso-agent-${version}.msi`, { version });
    product = (await admin.uploadApproved(path)).product.id;
  }
});
afterAll(() => things.disposeAsync());

const start = (answer: 'now' | 'later') => ['start', '--answer', answer, '--', application];

/** The phase and step of the installation, as the journal has them; null where none is under way. */
function underWay(): string | null {
  const path = machine.windows.linuxPath(journalPath);
  try {
    const { phase, step } = JSON.parse(readFileSync(path, 'utf8')) as { phase: string; step: string | null };
    return `${phase} ${step ?? ''}`;
  } catch (error) {
    // It is not there, or was removed a moment ago.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Goes to a version as one should, so that each cut begins on the same machine. */
async function goTo(version: string): Promise<void> {
  const { id } = await admin.startUpdate({ product, version, requirement: 'mandatory' });
  expect(await machine.client(['update', '--yes'])).toMatchObject({ exitCode: 0 });
  expect(await admin.counts(id)).toEqual({ installed: 1 });
}

/** Starts the application with an update, and cuts the power `lateMs` after the update has come so far. */
async function cut(isSoFar: () => boolean, lateMs: number): Promise<void> {
  const running = await machine.windows.start(windowsClient, start('now'));
  const end = running.ended.then(
    () => 'ended',
    () => 'cut',
  );
  const came = async () => {
    while (!isSoFar()) await delay(2);
    await delay(lateMs);
    return 'came';
  };
  expect(await Promise.race([came(), end])).toBe('came');
  await machine.windows.cutPower();
  await end;
}

const isChanging = (): boolean => underWay()?.startsWith('changing install') === true;
const isDone = (): boolean => underWay()?.endsWith(': done') === true;
const moments: readonly (readonly [string, () => boolean, number])[] = [
  ['when the journal is begun', () => underWay() !== null, 0],
  ['while Windows Installer removes the old version', isChanging, 150],
  ['while Windows Installer installs the new version', isChanging, 300],
  ['when Windows Installer has done', isDone, 0],
];

test.each(moments)('%s', async (_name, isSoFar, lateMs) => {
  await goTo(oldVersion);
  const before = await machine.windows.applicationStarts();
  const { id } = await admin.startUpdate({ product, version: newVersion, requirement: 'optional' });
  const since = await admin.newestEvent();
  await cut(isSoFar, lateMs);
  const wasChanging = underWay()?.startsWith('changing') === true;

  const { exitCode, stderr } = await machine.client(start('later'));
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  const installed = await machine.installed();
  expect(installed).toHaveLength(1);
  const version = installed[0]?.version ?? 'none';
  expect([oldVersion, newVersion]).toContain(version);
  expect((await machine.windows.applicationStarts()).slice(before.length).map((each) => each.version)).toEqual([
    version,
  ]);
  expect(existsSync(machine.windows.linuxPath(journalPath))).toBe(false);
  if (wasChanging) {
    expect(stderr).toContain(
      version === newVersion
        ? 'An interrupted update to 3.23.0 was finished.'
        : 'An interrupted update to 3.23.0 was undone',
    );
  }

  // The server knows what is there, and was told each thing once.
  expect((await admin.workstation()).installedVersion).toBe(version);
  const told = (await admin.events(since)).map(({ type }) => type).filter((type) => type.startsWith('assignment.'));
  expect(told).toEqual([...new Set(told)]);
  expect(told.includes('assignment.installed')).toBe(version === newVersion);
  // Where it had begun to change something and that was undone, that is told, too.
  if (wasChanging) expect(told.includes('assignment.rolled-back')).toBe(version === oldVersion);
  await admin.wire.call('POST', `/updates/${id}/cancel`, {}).catch(() => undefined);
});
