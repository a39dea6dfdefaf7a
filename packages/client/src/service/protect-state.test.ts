// The state folder's rights: what the engine finds there before it trusts it, and what it makes of it.
import { chown, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Host } from '../engine/host.ts';
import { TestHost } from '../test-support/test-host.ts';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { protectState } from './protect-state.ts';

const isRoot = process.getuid?.() === 0;

/** Sets the rights of `state` in a folder of its own; gives what was said and what lies beside it. */
async function protect(make: (state: string) => Promise<unknown>) {
  const parent = await temporaryFolder();
  const state = join(parent, 'state');
  await make(state);
  const warned: string[] = [];
  await protectState(new TestHost(), state, { info: () => undefined, warn: (text) => warned.push(text) });
  const modes = await Promise.all([state, join(state, 'public')].map(async (path) => (await stat(path)).mode & 0o777));
  return { parent, state, warned, modes };
}

test('people may pass through the folder to what is public, and read nothing else', async () => {
  const { state, warned, modes } = await protect(async (folder) => {
    await mkdir(folder, { mode: 0o700 });
    await writeFile(join(folder, 'identity.json'), '{}', { mode: 0o600 });
  });
  expect({ warned, modes }).toEqual({ warned: [], modes: [0o711, 0o755] });
  expect(await readFile(join(state, 'identity.json'), 'utf8')).toBe('{}');
});

test('a link in the place of the folder is set aside, and nothing behind it is touched', async () => {
  const elsewhere = await temporaryFolder();
  const { parent, state, warned } = await protect((folder) => symlink(elsewhere, folder));
  expect((await lstat(state)).isDirectory()).toBe(true);
  expect(await readdir(elsewhere)).toEqual([]);
  const aside = (await readdir(parent)).filter((name) => name.startsWith('state.set-aside-'));
  expect(aside).toHaveLength(1);
  expect(warned).toEqual([expect.stringContaining('is a link, or no folder') as string]);
});

test.runIf(isRoot)('a folder that belongs to somebody else is set aside, with what they put into it', async () => {
  const { state, warned } = await protect(async (folder) => {
    await mkdir(folder);
    await writeFile(join(folder, 'identity.json'), 'planted');
    await chown(folder, 65534, 65534);
  });
  expect(await readdir(state)).toEqual(['public']);
  expect(warned).toEqual([expect.stringContaining('belongs to the account 65534') as string]);
});

test('on Windows the tree is given to SYSTEM, inherits nothing, and lets users read what is public', async () => {
  const folder = await temporaryFolder();
  const calls: string[] = [];
  const windows: Host = Object.assign(new TestHost(), {
    systemRoot: 'C:\\Windows',
    run: (file: string, args: readonly string[]) => {
      const name = file.slice(file.lastIndexOf('\\') + 1);
      calls.push(name === 'icacls.exe' ? args.slice(1).join(' ') : name);
      return Promise.resolve({ exitCode: 0, timedOut: false, stdout: Buffer.from('S-1-5-18\r\nS-1-5-18\r\n') });
    },
  });
  await protectState(windows, folder, { info: () => undefined, warn: () => undefined });
  expect(calls).toEqual([
    'powershell.exe',
    '/setowner *S-1-5-18 /T /C /L /Q',
    '/inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F',
    '/reset /T /C /L /Q',
    '/grant:r *S-1-5-32-545:(OI)(CI)RX',
  ]);
});

test('on Windows a new folder has its rights before it has its name; what somebody puts there meanwhile ends it', async () => {
  const state = join(await temporaryFolder(), 'state');
  let isRaced = false;
  const folders: string[] = [];
  const windows: Host = Object.assign(new TestHost(), {
    systemRoot: 'C:\\Windows',
    run: async (_file: string, [folder = '']: readonly string[]) => {
      folders.push(folder);
      if (isRaced) await symlink(tmpdir(), join(folder, 'public'));
      return { exitCode: 0, timedOut: false, stdout: Buffer.alloc(0) };
    },
  });
  const log = { info: () => undefined, warn: () => undefined };
  await protectState(windows, state, log);
  expect(folders[0]).toMatch(/state\.new-[0-9a-f]{16}$/);
  expect(await readdir(state)).toEqual(['public']);

  isRaced = true;
  const other = `${state}-2`;
  await expect(protectState(windows, other, log)).rejects.toMatchObject({ code: 'state.unusable' });
  await expect(lstat(other)).rejects.toThrow('ENOENT');
});
