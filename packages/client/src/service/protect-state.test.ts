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

const admin = 'S-1-5-21-1-2-3-1001';
/** What PowerShell says of a folder with that owner. */
const ownedBy = (owner: string) =>
  `owner\r\nO:${owner}G:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)\r\n"desktop\\ana","${admin}"\r\n`;

/** A Windows whose PowerShell says each of these, in turn, and the last of them from then on. */
async function protectWith(...says: readonly { said: string; exitCode: number | null }[]) {
  const parent = await temporaryFolder();
  const state = join(parent, 'state');
  await mkdir(state);
  await writeFile(join(state, 'journal.json'), 'planted?');
  const asked: string[] = [];
  const windows: Host = Object.assign(new TestHost(), {
    systemRoot: 'C:\\Windows',
    run: (file: string, args: readonly string[]) => {
      if (!file.endsWith('powershell.exe')) return { exitCode: 0, timedOut: false, stdout: Buffer.alloc(0) };
      asked.push(Buffer.from(args.at(-1) ?? '', 'base64').toString('utf16le'));
      const { said, exitCode } = says[Math.min(asked.length, says.length) - 1]!;
      return { exitCode, timedOut: exitCode === null, stdout: Buffer.from(said) };
    },
  });
  const warned: string[] = [];
  const protecting = protectState(windows, state, { info: () => undefined, warn: (text) => warned.push(text) });
  const end = await protecting.then(
    (alarms) => alarms.map(({ alarm }) => alarm).join(' ') || 'kept',
    (error: unknown) => (error as { code: string }).code,
  );
  return { end, asked, warned, holds: await readdir(state) };
}

test.each([
  ['SYSTEM', 'SY'],
  ['Administrators', 'BA'],
  ['whoever runs this', admin],
])('on Windows a folder of %s is kept', async (_, owner) => {
  const { end, holds } = await protectWith({ said: ownedBy(owner), exitCode: 0 });
  expect({ end, holds }).toEqual({ end: 'kept', holds: ['journal.json', 'public'] });
});

test.each(['S-1-5-21-1-2-3-1002', 'BU', 'AU'])('on Windows a folder of %s is set aside', async (owner) => {
  const { end, holds, warned } = await protectWith({ said: ownedBy(owner), exitCode: 0 });
  expect({ end, holds }).toEqual({ end: 'state-set-aside', holds: ['public'] });
  expect(warned.join()).toContain(`belongs to ${owner}`);
});

test('on Windows the owner is asked for without what a constrained language forbids', async () => {
  const { asked } = await protectWith({ said: ownedBy('SY'), exitCode: 0 });
  expect(asked).toHaveLength(1);
  expect(asked[0]).not.toMatch(/::|\[[A-Z]|\)\.\w+\(/);
});

test.each([
  ['says nothing and fails', { said: '', exitCode: 1 }],
  ['takes too long', { said: '', exitCode: null }],
  ['does not name an owner', { said: 'owner\r\n"desktop\\ana","S-1-5-18"\r\n', exitCode: 0 }],
  ['names none in the description', { said: 'owner\r\nG:SYD:(A;;FA;;;SY)\r\n', exitCode: 0 }],
])('on Windows nothing is used, and nothing lost, where PowerShell %s', async (_, says) => {
  const { end, asked, warned, holds } = await protectWith(says);
  expect({ end, asked: asked.length, holds }).toEqual({ end: 'state.unusable', asked: 2, holds: ['journal.json'] });
  expect(warned).toEqual([expect.stringContaining('powershell.exe') as string]);
});

test('on Windows a PowerShell that fails for once is asked again', async () => {
  const { end, asked } = await protectWith({ said: '', exitCode: null }, { said: ownedBy('SY'), exitCode: 0 });
  expect({ end, asked: asked.length }).toEqual({ end: 'kept', asked: 2 });
});

test('where there is no PowerShell (that of Wine says nothing), the rights are set, and that is noted', async () => {
  const { end, warned, holds } = await protectWith({ said: '', exitCode: 0 });
  expect({ end, holds }).toEqual({ end: 'kept', holds: ['journal.json', 'public'] });
  expect(warned).toEqual([expect.stringContaining('could not be seen') as string]);
});

test('on Windows the tree is given to SYSTEM, inherits nothing, and lets users read what is public', async () => {
  const folder = await temporaryFolder();
  const calls: string[] = [];
  const windows: Host = Object.assign(new TestHost(), {
    systemRoot: 'C:\\Windows',
    run: (file: string, args: readonly string[]) => {
      const name = file.slice(file.lastIndexOf('\\') + 1);
      calls.push(name === 'icacls.exe' ? args.slice(1).join(' ') : name);
      return Promise.resolve({ exitCode: 0, timedOut: false, stdout: Buffer.from(ownedBy('SY')) });
    },
  });
  await protectState(windows, folder, { info: () => undefined, warn: () => undefined });
  expect(calls).toEqual([
    'powershell.exe',
    '/setowner *S-1-5-18',
    '/inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F',
    '/setowner *S-1-5-18 /T /C /L /Q',
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

/** A Windows on which icacls fails for what `fails` says, and what was raised and lies there afterwards. */
async function protectWhere(fails: (args: readonly string[]) => boolean) {
  const parent = await temporaryFolder();
  const state = join(parent, 'state');
  await mkdir(join(state, 'cache'), { recursive: true });
  await writeFile(join(state, 'identity.json'), '{}');
  const warned: string[] = [];
  const windows: Host = Object.assign(new TestHost(), {
    systemRoot: 'C:\\Windows',
    run: (file: string, args: readonly string[]) => {
      const exitCode = file.endsWith('icacls.exe') && fails(args) ? 5 : 0;
      return Promise.resolve({ exitCode, timedOut: false, stdout: Buffer.alloc(0) });
    },
  });
  const protecting = protectState(windows, state, { info: () => undefined, warn: (text) => warned.push(text) });
  const raised = await protecting.catch((error: unknown) => error);
  const aside = (await readdir(parent)).filter((name) => name.startsWith('state.set-aside-'));
  const asideHolds = aside[0] === undefined ? [] : (await readdir(join(parent, aside[0]))).sort();
  const holds = (await readdir(parent)).includes('state') ? (await readdir(state)).sort() : null;
  return { raised, warned, asideHolds, holds, others: (await readdir(parent)).length - aside.length };
}

test('a folder whose rights cannot be set is set aside, and an empty one takes its place', async () => {
  const { raised, asideHolds, holds, warned } = await protectWhere(
    ([path = '', what]) => path.endsWith('state') && what === '/inheritance:r',
  );
  expect(raised).toEqual([
    {
      alarm: 'state-set-aside',
      detail: expect.stringMatching(/rights of the state folder .* could not be set/) as string,
    },
  ]);
  expect(asideHolds).toEqual(['cache', 'identity.json', 'public']);
  expect(holds).toEqual(['public']);
  expect(warned).toContainEqual(expect.stringMatching(/^icacls .*\/inheritance:r.* ended with 5$/));
});

test('only what cannot be given its rights is set aside where the folder itself can be', async () => {
  const { raised, asideHolds, holds } = await protectWhere(
    ([path = '', what]) => (path.endsWith('*') || path.endsWith('cache')) && what === '/reset',
  );
  expect(raised).toEqual([
    { alarm: 'state-set-aside', detail: expect.stringMatching(/rights of .*cache could not be set/) as string },
  ]);
  expect(asideHolds).toEqual(['cache']);
  expect(holds).toEqual(['identity.json', 'public']);
});

test('an icacls that fails for once is asked again', async () => {
  let failed = false;
  const { raised, holds } = await protectWhere(([path = '']) => {
    const fails = path.endsWith('*') && !failed;
    if (fails) failed = true;
    return fails;
  });
  expect({ raised, holds }).toEqual({ raised: [], holds: ['cache', 'identity.json', 'public'] });
});

test('that people cannot read what is public is raised, and keeps nobody from working', async () => {
  const { raised, holds } = await protectWhere((args) => args.includes('*S-1-5-32-545:(OI)(CI)RX'));
  expect(raised).toEqual([{ alarm: 'rights-not-set', detail: expect.stringContaining('find no engine') as string }]);
  expect(holds).toEqual(['cache', 'identity.json', 'public']);
});

test('without the rights to set any, nothing is left half made', async () => {
  const { raised, holds, others } = await protectWhere(() => true);
  expect(raised).toMatchObject({ code: 'state.unusable' });
  expect({ holds, others }).toEqual({ holds: null, others: 0 });
});
