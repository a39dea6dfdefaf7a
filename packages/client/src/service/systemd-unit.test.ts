// The unit of systemd: what it runs, what it may write to, and that no path gets out of its place.
import { mkdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { TestHost } from '../test-support/test-host.ts';
import { installUnit, removeUnit, unitArgument, unitText } from './systemd-unit.ts';

const command = { program: '/opt/usher client/usher-client', args: ['service', 'run'] };

test('a word is quoted, and nothing in it is put in the place of something else', () => {
  expect(unitArgument('/a "b" \\ %h $HOME\n')).toBe('"/a \\"b\\" \\\\ %%h $$HOME\\x0a"');
});

test('the unit runs the engine, and may write to its state and to the applications alone', () => {
  const text = unitText(command, { state: '/var/lib/usher-client', applications: '/opt/applications' });
  expect(text).toContain('ExecStart="/opt/usher client/usher-client" "service" "run"\n');
  expect(text).toContain('ProtectSystem=strict\nReadWritePaths="-/var/lib/usher-client" "-/opt/applications"\n');
  expect(text).toContain('NoNewPrivileges=true');
});

test('it is written where units lie, and taken away', async () => {
  const unitFolder = await temporaryFolder();
  await mkdir(unitFolder, { recursive: true });
  const systemd = { unitFolder, isRunning: false };
  const host = new TestHost();
  expect(await installUnit(host, systemd, command, { state: '/var/lib/usher-client', applications: null })).toBe(false);
  expect(await readFile(`${unitFolder}/usher-client.service`, 'utf8')).toContain('WantedBy=multi-user.target');
  await removeUnit(host, systemd);
  await removeUnit(host, systemd);
  await expect(readFile(`${unitFolder}/usher-client.service`)).rejects.toThrow('ENOENT');
});
