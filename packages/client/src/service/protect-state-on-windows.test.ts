// The state folder's rights on Windows: PowerShell, icacls and reg play what they would say; the folder is a real one.
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, win32 } from 'node:path';
import { expect, test } from 'vitest';
import { LogFile } from '../state/log.ts';
import { TestHost } from '../test-support/test-host.ts';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { protectState } from './protect-state.ts';

interface Ending {
  readonly said?: string;
  readonly exitCode?: number | null;
  /** The program cannot be started: the system's code. */
  readonly refused?: string;
}

const admin = 'S-1-5-21-1-2-3-1001';
const mine = '(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)';
const readable = 'O:SYG:SYD:AI(A;OICI;0x1200a9;;;BU)(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)';
/** What PowerShell says of a folder with that descriptor, and of what is public in it. */
const says = (sddl: string, ofPublic = ''): Ending => ({
  said: `owner\r\n${sddl}\r\npublic part\r\n${ofPublic}${ofPublic === '' ? '' : '\r\n'}"desktop\\ana","${admin}"\r\n`,
});
const ownedBy = (owner: string) => says(`O:${owner}G:SYD:PAI${mine}`);
const silent: Ending = {};
/** As AppLocker and App Control refuse a program. */
const refused: Ending = { refused: 'UNKNOWN' };

/** A machine with Windows: each program ends as a test says, and what icacls was asked for is kept. */
class Windows extends TestHost {
  override readonly systemRoot: null = 'C:\\Windows' as unknown as null;
  readonly asked: string[] = [];
  readonly given: string[] = [];
  readonly registry = new Map<string, string>();
  /** The last one from then on. */
  powershell: readonly Ending[] = [silent];
  icacls: (args: readonly string[]) => Ending | Promise<Ending> = () => ({});

  override readonly run: TestHost['run'] = async (file, args) => {
    const { said = '', exitCode = 0, refused: code } = await this.#ending(win32.basename(file), args);
    if (code !== undefined) throw Object.assign(new Error(`spawn ${code}`), { code });
    return { exitCode, timedOut: exitCode === null, stdout: Buffer.from(said) };
  };

  async #ending(program: string, args: readonly string[]): Promise<Ending> {
    if (program === 'powershell.exe') {
      this.asked.push(Buffer.from(args.at(-1) ?? '', 'base64').toString('utf16le'));
      return this.powershell[Math.min(this.asked.length, this.powershell.length) - 1] ?? silent;
    }
    if (program === 'reg.exe') return this.#ofRegistry(args);
    this.given.push(args.join(' '));
    return await this.icacls(args);
  }

  #ofRegistry([what = '', key = '', , name = '', , , , data = '']: readonly string[]): Ending {
    if (what === 'add') this.registry.set(name, data);
    const value = this.registry.get(name);
    if (value === undefined) return { exitCode: 1 };
    return { said: `\r\n${key.replace('HKLM', 'HKEY_LOCAL_MACHINE')}\r\n    ${name}    REG_SZ    ${value}\r\n` };
  }
}

/** Protects a folder that holds a journal, and says what came of it. */
async function protectOn(windows: Windows, state?: string) {
  const folder = state ?? join(await temporaryFolder(), 'state');
  if (state === undefined) {
    await mkdir(folder);
    await writeFile(join(folder, 'journal.json'), 'planted?');
  }
  const warned: string[] = [];
  const protecting = protectState(windows, folder, { info: () => undefined, warn: (text) => warned.push(text) });
  const end = await protecting.then(
    (alarms) => alarms.map(({ alarm }) => alarm).join(' ') || 'kept',
    (error: unknown) => String((error as { code: unknown }).code),
  );
  const beside = await readdir(join(folder, '..'));
  const aside = beside.filter((name) => name.includes('set-aside-'));
  const asideHolds = aside[0] === undefined ? [] : (await readdir(join(folder, '..', aside[0]))).sort();
  const holds = beside.includes('state') ? (await readdir(folder)).sort() : null;
  const given = windows.given.map((call) => call.replaceAll(folder, 'STATE').replace(/\.new-[0-9a-f]{16}/, '.new'));
  return { folder, end, warned, holds, asideHolds, given, beside: beside.length };
}

async function protectWith(...powershell: readonly Ending[]) {
  const windows = new Windows();
  windows.powershell = powershell;
  return { ...(await protectOn(windows)), asked: windows.asked };
}

test.each([
  ['SYSTEM', 'SY'],
  ['Administrators', 'BA'],
  ['whoever runs this', admin],
])('a folder of %s is kept', async (_, owner) => {
  const { end, holds } = await protectWith(ownedBy(owner));
  expect({ end, holds }).toEqual({ end: 'kept', holds: ['journal.json', 'public', 'seal'] });
});

test.each(['S-1-5-21-1-2-3-1002', 'BU', 'AU'])('a folder of %s is set aside', async (owner) => {
  const { end, holds, warned } = await protectWith(ownedBy(owner));
  expect({ end, holds }).toEqual({ end: 'state-set-aside', holds: ['public', 'seal'] });
  expect(warned.join()).toContain(`belongs to ${owner}`);
});

test.each([
  ['what ProgramData hands down', `AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;CIID;DCLCRPCR;;;BU)`, 'S-1-5-32-545'],
  ['a right that somebody gave', `PAI${mine}(A;OICI;0x1301bf;;;S-1-5-21-1-2-3-1002)`, 'S-1-5-21-1-2-3-1002'],
  ['a right for what is below alone', `PAI${mine}(A;OICIIO;FA;;;WD)`, 'S-1-1-0'],
  ['no list of rights', 'NO_ACCESS_CONTROL', 'everybody'],
])('a folder of Administrators that others could change by %s is set aside', async (_, list, who) => {
  const { end, holds, warned, asideHolds } = await protectWith(says(`O:BAG:SYD:${list}`));
  expect({ end, holds, asideHolds }).toEqual({
    end: 'state-set-aside',
    holds: ['public', 'seal'],
    asideHolds: ['journal.json'],
  });
  expect(warned).toEqual([expect.stringMatching(`lets ${who} change it: it was set aside`) as string]);
});

test('an empty folder that an administrator has made is replaced without a word', async () => {
  const windows = new Windows();
  windows.powershell = [says('O:BAG:SYD:AI(A;OICIID;FA;;;BA)(A;OICIID;0x1301bf;;;AU)')];
  const state = join(await temporaryFolder(), 'state');
  await mkdir(state);
  const { end, holds, beside, given } = await protectOn(windows, state);
  expect({ end, holds, beside }).toEqual({ end: 'kept', holds: ['public', 'seal'], beside: 1 });
  expect(given[0]).toBe('STATE.new /setowner *S-1-5-18');
});

test('those who may only read are left out, and that they could not be is told', async () => {
  const open = says(`O:SYG:SYD:PAI${mine}(A;OICI;FRFX;;;BU)(A;OICI;FR;;;LG)`);
  const mended = await protectWith(open, says(`O:SYG:SYD:PAI${mine}`));
  expect(mended).toMatchObject({ end: 'kept', holds: ['journal.json', 'public', 'seal'] });
  expect(mended.given[1]).toBe(
    'STATE /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F /remove *S-1-5-32-545',
  );
  const left = await protectWith(open);
  expect(left).toMatchObject({ end: 'rights-not-set', holds: ['journal.json', 'public', 'seal'] });
});

test('the owner is asked for without what a constrained language forbids', async () => {
  const { asked } = await protectWith(ownedBy('SY'));
  expect(asked).toHaveLength(1);
  expect(asked[0]).not.toMatch(/::|\[[A-Z]|\)\.\w+\(/);
});

test.each([
  ['says nothing and fails', { exitCode: 1 }, 2],
  ['takes too long', { exitCode: null }, 2],
  ['does not name an owner', { said: 'owner\r\n"desktop\\ana","S-1-5-18"\r\n' }, 2],
  ['names none in the description', { said: 'owner\r\nG:SYD:(A;;FA;;;SY)\r\n' }, 2],
  ['is refused by AppLocker or App Control', refused, 1],
  ['may not be read', { refused: 'EACCES' }, 1],
  ['is not there', { refused: 'ENOENT' }, 1],
])('nothing is used, and nothing lost, where PowerShell %s', async (_, ending, times) => {
  const { end, asked, warned, holds } = await protectWith(ending);
  expect({ end, asked: asked.length, holds }).toEqual({ end: 'state.unusable', asked: times, holds: ['journal.json'] });
  expect(warned).toEqual([expect.stringContaining('powershell.exe') as string]);
});

test('a PowerShell that fails for once is asked again', async () => {
  const { end, asked } = await protectWith({ exitCode: null }, ownedBy('SY'));
  expect({ end, asked: asked.length }).toEqual({ end: 'kept', asked: 2 });
});

test.each([
  ['is refused by AppLocker or App Control', refused],
  ['takes too long', { exitCode: null }],
])('a folder that was the machine’s own before is known again where PowerShell %s', async (_, ending) => {
  const windows = new Windows();
  windows.powershell = [ownedBy('SY'), ending];
  const { folder } = await protectOn(windows);
  const again = await protectOn(windows, folder);
  expect(again).toMatchObject({ end: 'kept', holds: ['journal.json', 'public', 'seal'] });
  expect(again.warned).toEqual([expect.stringContaining('known again by its seal') as string]);
});

test('a seal that others may have read is another one after it', async () => {
  const windows = new Windows();
  windows.powershell = [ownedBy('SY'), says(`O:SYG:SYD:PAI${mine}(A;OICI;FRFX;;;BU)`), ownedBy('SY'), refused];
  const { folder } = await protectOn(windows);
  const read = await readFile(join(folder, 'seal'), 'utf8');
  await protectOn(windows, folder);
  expect(await readFile(join(folder, 'seal'), 'utf8')).not.toBe(read);
  expect((await protectOn(windows, folder)).end).toBe('kept');
  // With the one that was read nobody makes a folder that is taken for this one.
  await writeFile(join(folder, 'seal'), read);
  expect((await protectOn(windows, folder)).end).toBe('state.unusable');
});

test('a new folder is known again where PowerShell is refused from the first day', async () => {
  const windows = new Windows();
  windows.powershell = [refused];
  const folder = join(await temporaryFolder(), 'state');
  expect((await protectOn(windows, folder)).end).toBe('kept');
  expect((await protectOn(windows, folder)).end).toBe('kept');

  // Somebody else puts a folder there, with another seal, a link to the one that was there, or none.
  const kept = `${folder}-kept`;
  await rename(folder, kept);
  for (const plant of ['another', 'link', 'none'] as const) {
    await mkdir(folder);
    if (plant === 'another') await writeFile(join(folder, 'seal'), 'a'.repeat(64));
    if (plant === 'link') await symlink(join(kept, 'seal'), join(folder, 'seal'));
    expect(`${plant}: ${(await protectOn(windows, folder)).end}`).toBe(`${plant}: state.unusable`);
    await rm(folder, { recursive: true });
  }
});

test('where PowerShell says nothing, with success (Wine), the rights are set, and that is noted', async () => {
  const { end, warned, holds } = await protectWith(silent);
  expect({ end, holds }).toEqual({ end: 'kept', holds: ['journal.json', 'public'] });
  expect(warned).toEqual([expect.stringContaining('could not be seen') as string]);
});

const whole = '/T /C /L /Q';
const forUsers = 'STATE/public /grant:r *S-1-5-32-545:(OI)(CI)RX';

test('a folder is given to SYSTEM, inherits nothing, and lets users read what is public', async () => {
  const { given } = await protectWith(ownedBy('BA'));
  expect(given).toEqual([
    'STATE /setowner *S-1-5-18',
    'STATE /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F',
    `STATE/* /setowner *S-1-5-18 ${whole}`,
    `STATE/*.json /reset ${whole}`,
    forUsers,
  ]);
});

/** A folder whose rights are as they should be, with what lies in one. */
async function usualFolder(): Promise<string> {
  const folder = join(await temporaryFolder(), 'state');
  for (const name of ['cache', 'public/tuf']) await mkdir(join(folder, name), { recursive: true });
  for (const name of ['identity.json', 'clock.json', 'policy.jws', 'public/engine.json', 'public.json']) {
    await writeFile(join(folder, name), '{}');
  }
  return folder;
}

test('at no moment of a start are people without the right to what is public', async () => {
  const windows = new Windows();
  windows.powershell = [says(`O:SYG:SYD:PAI${mine}`, readable)];
  const { given, end } = await protectOn(windows, await usualFolder());
  expect(end).toBe('kept');
  expect(given[0]).toBe(`STATE/* /setowner *S-1-5-18 ${whole}`);
  expect(given.slice(1).sort()).toEqual(
    [
      ...['STATE/*.json', 'STATE/*.jws', 'STATE/cache', 'STATE/public/*'].map((name) => `${name} /reset ${whole}`),
      forUsers,
    ].sort(),
  );
});

test('what is public is given its rights anew where they are others, and set aside where somebody could change it', async () => {
  const untidy = new Windows();
  untidy.powershell = [says(`O:SYG:SYD:PAI${mine}`, readable.replace('BU', 'WD'))];
  const kept = await protectOn(untidy, await usualFolder());
  expect(kept.end).toBe('kept');
  expect(kept.given.slice(-2)).toEqual([`STATE/public /reset ${whole}`, forUsers]);

  const spoilt = new Windows();
  spoilt.powershell = [says(`O:SYG:SYD:PAI${mine}`, readable.replace('0x1200a9', '0x1301bf'))];
  const { end, asideHolds, folder } = await protectOn(spoilt, await usualFolder());
  expect({ end, asideHolds }).toEqual({ end: 'state-set-aside', asideHolds: ['public'] });
  expect(await readdir(join(folder, 'public'))).toEqual([]);
});

test('a new folder has its rights before it has its name; what somebody puts there meanwhile ends it', async () => {
  const windows = new Windows();
  const state = join(await temporaryFolder(), 'state');
  expect((await protectOn(windows, state)).given[0]).toBe('STATE.new /setowner *S-1-5-18');
  windows.icacls = async ([folder = '', what]) => {
    if (what === '/setowner') await symlink(tmpdir(), join(folder, 'public'));
    return {};
  };
  const raced = await protectOn(windows, join(await temporaryFolder(), 'state'));
  expect({ end: raced.end, holds: raced.holds }).toEqual({ end: 'state.unusable', holds: null });
});

test('where another client makes the folder at the same time, that one stays alone', async () => {
  const windows = new Windows();
  const state = join(await temporaryFolder(), 'state');
  windows.icacls = async ([, what]) => {
    if (what === '/inheritance:r') await mkdir(join(state, 'public'), { recursive: true });
    return {};
  };
  // The system's own code: Windows says EPERM.
  expect(await protectOn(windows, state)).toMatchObject({ end: 'ENOTEMPTY', holds: ['public'], beside: 1 });
});

test('the log makes no folder in the place of one that was set aside', async () => {
  const windows = new Windows();
  windows.powershell = [ownedBy('BU')];
  const folder = join(await mkdtemp(join(await temporaryFolder(), 'a-')), 'state');
  await mkdir(folder);
  const beforeItsName: boolean[] = [];
  windows.icacls = async ([path = '']) => {
    if (path.includes('.new-'))
      beforeItsName.push(
        await access(folder).then(
          () => true,
          () => false,
        ),
      );
    return {};
  };
  await protectState(windows, folder, new LogFile(join(folder, 'logs', 'client.log'), windows.clock));
  expect(beforeItsName).toEqual([false, false]);
  expect(await readFile(join(folder, 'logs', 'client.log'), 'utf8')).toContain('belongs to BU');
});

/** Protects a folder with identity and cache, where icacls ends so for what `fails` says. */
async function protectWhere(
  fails: (args: readonly string[]) => boolean,
  { ending = { exitCode: 5 }, powershell = silent }: { ending?: Ending; powershell?: Ending } = {},
) {
  const windows = new Windows();
  windows.powershell = [powershell];
  windows.icacls = (args) => (fails(args) ? ending : {});
  const state = join(await temporaryFolder(), 'state');
  await mkdir(join(state, 'cache'), { recursive: true });
  await writeFile(join(state, 'identity.json'), '{}');
  return await protectOn(windows, state);
}

test('a folder of which nothing is known, and whose rights are refused, is set aside', async () => {
  const { end, asideHolds, holds, warned } = await protectWhere(
    ([path = '', what]) => path.endsWith('state') && what === '/inheritance:r',
  );
  expect({ end, asideHolds, holds }).toEqual({
    end: 'state-set-aside',
    asideHolds: ['cache', 'identity.json'],
    holds: ['public', 'seal'],
  });
  expect(warned).toContainEqual(expect.stringMatching(/^icacls .*\/inheritance:r.* ended with 5$/));
});

test.each([
  ['refuses it', { exitCode: 5 }],
  ['takes too long', { exitCode: null }],
  ['dies with a system that shuts down', { exitCode: 0xc000_0142 }],
  ['may not be started', refused],
])('a folder of Administrators is kept with all that it holds where icacls %s', async (_, ending) => {
  const { end, holds, asideHolds } = await protectWhere(([path = '']) => path.endsWith('state'), {
    ending,
    powershell: ownedBy('BA'),
  });
  expect({ end, holds, asideHolds }).toEqual({
    end: 'state.unusable',
    holds: ['cache', 'identity.json'],
    asideHolds: [],
  });
});

test.each([
  ['takes too long', { exitCode: null }],
  ['dies', { exitCode: 0xc000_0142 }],
  ['may not be started', refused],
])('nothing that the folder holds is set aside where icacls %s', async (_, ending) => {
  for (const fails of [() => true, ([, what]: readonly string[]) => what === '/reset']) {
    const { end, holds, asideHolds } = await protectWhere(fails, { ending, powershell: ownedBy('SY') });
    expect({ end, asideHolds }).toEqual({ end: 'state.unusable', asideHolds: [] });
    expect(holds).toEqual(['cache', 'identity.json', 'public']);
  }
});

test('only what is refused its rights is set aside where the folder itself can be given them', async () => {
  const { end, asideHolds, holds, warned } = await protectWhere(
    ([path = '', what]) => (path.endsWith('*') || path.endsWith('cache')) && what === '/reset',
  );
  expect({ end, asideHolds, holds }).toEqual({
    end: 'state-set-aside',
    asideHolds: ['cache'],
    holds: ['identity.json', 'public'],
  });
  expect(warned.at(-1)).toMatch(/cache could not be given its rights: it was set aside/);
});

test('an icacls that fails for once is asked again', async () => {
  let failed = false;
  const { end, holds } = await protectWhere(([path = '']) => {
    const fails = path.endsWith('*') && !failed;
    if (fails) failed = true;
    return fails;
  });
  expect({ end, holds }).toEqual({ end: 'kept', holds: ['cache', 'identity.json', 'public'] });
});

test('that people cannot read what is public is raised, and keeps nobody from working', async () => {
  const { end, holds, warned } = await protectWhere((args) => args.includes('*S-1-5-32-545:(OI)(CI)RX'));
  expect({ end, holds }).toEqual({ end: 'rights-not-set', holds: ['cache', 'identity.json', 'public'] });
  expect(warned.at(-1)).toContain('find no engine');
});

test('without the rights to set any, nothing is left half made', async () => {
  const { end, holds, beside } = await protectWhere(() => true);
  expect({ end, holds, beside }).toEqual({ end: 'state.unusable', holds: null, beside: 1 });
});
