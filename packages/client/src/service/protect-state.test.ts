// The state folder's rights: what the engine finds there before it trusts it, and what it makes of it.
import { chown, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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
