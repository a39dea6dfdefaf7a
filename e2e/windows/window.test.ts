// The window on Windows, as far as Wine goes: which browser is taken, and how it is started. In the place of Edge and Chrome
// stands a program that notes how it was started and ends, so that the terminal takes over.
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Administrator } from '../support/administrator.ts';
import { windowsClient } from '../support/built-client.ts';
import { ServerProcess } from '../support/server-process.ts';
import { WindowsWorkstation } from './windows-workstation.ts';

const noting = fileURLToPath(new URL('../../packages/testkit/testdata/programs/app.exe', import.meta.url));
const appPaths = 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\App Paths';

const things = new AsyncDisposableStack();
let machine: WindowsWorkstation;

beforeAll(async () => {
  const [server, made] = await Promise.all([ServerProcess.start(), WindowsWorkstation.create()]);
  things.use(server);
  machine = things.use(made);
  const admin = await Administrator.signIn(server);
  const key = await admin.installationKey();
  // Where the workstation waits for approval, every start has something to say.
  expect(await machine.client(['activate', '--key', key])).toMatchObject({ exitCode: 0 });
});
afterAll(() => things.disposeAsync());

async function put(path: string): Promise<string> {
  const target = machine.windows.linuxPath(path);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(noting, target);
  return path;
}

const start = (session: string, ...options: readonly string[]) =>
  machine.windows.run(windowsClient, ['start', ...options, '--', 'C:\\nothing.exe'], {
    environment: { SESSIONNAME: session },
  });
const started = async () => (await machine.windows.applicationStarts()).map(({ program }) => program);

test('without a browser, and where nobody sits, it is said once why nothing was started', async () => {
  const { exitCode, stderr } = await start('Console');
  expect(exitCode).toBe(10);
  expect(stderr).toMatch(
    /^usher-client: The workstation waits for approval\. .* Code 1002\. Workstation: ws_\w+\.\s*$/,
  );
});

test('a browser that an administrator registered is found', async () => {
  const chrome = await put('C:\\Browsers\\chrome.exe');
  const key = `${appPaths}\\chrome.exe`;
  await machine.windows.run('reg.exe', ['add', key, '/v', 'Path', '/d', 'C:\\Browsers', '/f', '/reg:64']);
  expect(await start('Console')).toMatchObject({ exitCode: 10 });
  // It ends at once, and so is tried a second time.
  expect(await started()).toEqual([chrome, chrome]);
});

test('Edge is taken first; it gets a window and a profile of its own, and the sandbox stays on', async () => {
  const edge = await put('C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe');
  const { exitCode, stderr } = await start('RDP-Tcp#0');
  expect(exitCode).toBe(10);
  expect(stderr).toContain('Code 1002.');
  const last = (await machine.windows.applicationStarts()).at(-1);
  expect(last?.program).toBe(edge);
  expect(last?.commandLine).toMatch(/--app=http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43} /);
  expect(last?.commandLine).toMatch(/--user-data-dir=\S*usher-window-\w+ /);
  expect(last?.commandLine).not.toContain('sandbox');
});

test('with "none" no browser is started', async () => {
  const before = await started();
  expect(await start('Console', '--ui', 'none')).toMatchObject({ exitCode: 10 });
  expect(await started()).toEqual(before);
});
