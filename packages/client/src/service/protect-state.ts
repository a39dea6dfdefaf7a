// Sets the rights of the machine's state folder, anew at every start of the engine: the folder is what keeps installers as
// they were verified until they are used.
import { chmod, lstat, mkdir, readdir, rename, rmdir } from 'node:fs/promises';
import { join, win32 } from 'node:path';
import { ClientError, systemCode } from '../client-error.ts';
import type { Host } from '../engine/host.ts';
import type { AlarmContent } from '../engine/reports.ts';
import type { Log } from '../state/log.ts';
import { isThere } from '../state/presence.ts';

/** Well-known ids of accounts, which have other names in other languages: SYSTEM, Administrators, Users. */
const system = '*S-1-5-18';
const administrators = '*S-1-5-32-544';
const users = '*S-1-5-32-545';
const timeoutMs = 60_000;

/**
 * Makes the folder the engine's own: on Windows its owner is SYSTEM, nothing is inherited, SYSTEM and Administrators alone
 * have rights, and users may read what is `public`; on Linux users may pass through it to what is `public`. A folder that
 * is a link, belongs to somebody else, or cannot be given these rights, is set aside, and an empty one takes its place; so
 * is what lies in it and cannot be given them. Gives what administrators have to know.
 * @throws ClientError `state.unusable` without the rights to do so, or where PowerShell does not say whose the folder is
 */
export async function protectState(host: Host, folder: string, log: Log): Promise<readonly AlarmContent[]> {
  const alarms: AlarmContent[] = [];
  const raise = (alarm: AlarmContent['alarm'], detail: string) => {
    log.warn(detail);
    alarms.push({ alarm, detail });
  };
  try {
    await setAsideIfForeign(host, folder, log, raise);
    await makeIfMissing(host, folder, log);
    const open = join(folder, 'public');
    await mkdir(open, { recursive: true });
    if (host.systemRoot === null) {
      await chmod(folder, 0o711);
      await chmod(open, 0o755);
    } else {
      await protectOnWindows({ host, log, raise, program: icaclsOf(host.systemRoot) }, folder);
    }
    return alarms;
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '')) throw error;
    throw unusable(folder, error);
  }
}

type Raise = (alarm: AlarmContent['alarm'], detail: string) => void;

/** What setting rights on Windows needs. */
interface Windows {
  readonly host: Host;
  readonly log: Log;
  readonly raise: Raise;
  /** icacls.exe */
  readonly program: string;
}

async function protectOnWindows(windows: Windows, folder: string): Promise<void> {
  const { host, log, raise } = windows;
  if (!(await isGiven(windows, [folder, '/setowner', system], [folder, ...ownRights]))) {
    const aside = await setAside(host, folder);
    await makeIfMissing(host, folder, log);
    raise(
      'state-set-aside',
      `The rights of the state folder ${folder} could not be set: it was set aside as ${aside}, and an empty one took its place.`,
    );
  }
  const all = join(folder, '*');
  if (!(await isGiven(windows, [all, '/setowner', system, ...wholeTree], [all, '/reset', ...wholeTree]))) {
    for (const name of await readdir(folder)) await protectEntry(windows, folder, name);
  }
  const open = join(folder, 'public');
  await mkdir(open, { recursive: true });
  if (await isGiven(windows, [open, '/grant:r', `${users}:(OI)(CI)RX`])) return;
  raise('rights-not-set', `People could not be given the right to read ${open}: their starts find no engine.`);
}

/** What lies in the folder inherits its rights. What can't be made to must not be trusted. */
async function protectEntry(windows: Windows, folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  if (await isGiven(windows, [path, '/setowner', system, ...wholeTree], [path, '/reset', ...wholeTree])) return;
  const aside = `${folder}.set-aside-${windows.host.clock.now()}`;
  await mkdir(aside, { recursive: true });
  await rename(path, join(aside, name));
  windows.raise('state-set-aside', `The rights of ${path} could not be set: it was set aside in ${aside}.`);
}

function unusable(folder: string, cause?: unknown): ClientError {
  const message = `The rights of the state folder ${folder} cannot be set. Run this as an administrator.`;
  return new ClientError('state.unusable', message, { cause });
}

/** All that lies below, too; links themselves, and not what they lead to. */
const wholeTree = ['/T', '/C', '/L', '/Q'];

/** Nothing is inherited; files and folders below get the same. */
const ownRights = ['/inheritance:r', '/grant:r', `${system}:(OI)(CI)F`, `${administrators}:(OI)(CI)F`];

/**
 * A new folder has its rights before it has its name: what it would inherit (from ProgramData) lets users put links into it.
 * @throws ClientError `state.unusable` where they can't be set, or somebody did so in that moment all the same
 */
async function makeIfMissing(host: Host, folder: string, log: Log): Promise<void> {
  if (await isThere(folder)) return;
  if (host.systemRoot === null) {
    await mkdir(folder, { recursive: true, mode: 0o711 });
    return;
  }
  const made = `${folder}.new-${Buffer.from(host.random(8)).toString('hex')}`;
  await mkdir(made, { recursive: true });
  const windows = { host, log, program: icaclsOf(host.systemRoot) };
  if (!(await isGiven(windows, [made, ...ownRights]))) {
    await rmdir(made);
    throw unusable(folder);
  }
  if ((await readdir(made)).length > 0) {
    throw new ClientError('state.unusable', `Somebody else writes into ${made}. Look who does, then try again.`);
  }
  await rename(made, folder);
}

async function setAsideIfForeign(host: Host, folder: string, log: Log, raise: Raise): Promise<void> {
  const why = await foreignness(host, folder, log);
  if (why === null) return;
  const aside = await setAside(host, folder);
  raise(
    'state-set-aside',
    `The state folder ${folder} ${why}: it was set aside as ${aside}, and an empty one took its place.`,
  );
}

async function setAside(host: Host, folder: string): Promise<string> {
  const aside = `${folder}.set-aside-${host.clock.now()}`;
  await rename(folder, aside);
  return aside;
}

/** What is wrong with the folder; null where it is the machine's own, or not there. */
async function foreignness(host: Host, folder: string, log: Log): Promise<string | null> {
  try {
    const found = await lstat(folder);
    if (found.isSymbolicLink() || !found.isDirectory()) return 'is a link, or no folder';
    if (host.systemRoot !== null) return await foreignOnWindows(host, host.systemRoot, folder, log);
    const own = process.getuid?.() ?? found.uid;
    return found.uid === own || found.uid === 0 ? null : `belongs to the account ${found.uid}`;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Owners that a state folder may have: SYSTEM, Administrators, the built-in administrator, and TrustedInstaller, which no
 * user can become. The first three as SDDL abbreviates them ("SID Strings", Windows API).
 */
const trustedOwners = ['SY', 'BA', 'LA', 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464'];

/**
 * Null too where there is no PowerShell to ask: then setting the rights is all that can be done.
 * @throws ClientError `state.unusable` where there is one that does not say: what a user put there must not be trusted, nor
 *   an identity be lost because PowerShell failed for once
 */
async function foreignOnWindows(host: Host, systemRoot: string, folder: string, log: Log): Promise<string | null> {
  const first = await askForOwner(host, systemRoot, folder);
  const answer = isAnswer(first) ? first : await askForOwner(host, systemRoot, folder);
  if (answer === null) {
    log.warn(`whom ${folder} belongs to could not be seen: there is no PowerShell that could be asked`);
    return null;
  }
  const owner = ownerIn(answer);
  if (owner === null) {
    const message =
      `PowerShell does not say whom the state folder ${folder} belongs to, so that it cannot be trusted ` +
      `(${answer.exitCode === null ? 'it took too long' : `it ended with ${answer.exitCode}`}). ` +
      'See that the system may run powershell.exe, then start the engine again.';
    log.warn(message);
    throw new ClientError('state.unusable', message);
  }
  // An administrator who activated this machine by hand may be the owner himself.
  const self = /"(S-1-[\d-]+)"\s*$/.exec(answer.said)?.[1];
  return owner === self || trustedOwners.includes(owner) ? null : `belongs to ${owner}`;
}

/** What PowerShell said, and how it ended. */
interface Said {
  readonly said: string;
  readonly exitCode: number | null;
}

/**
 * Asks for the folder's owner, as SDDL, and for who asks, in a way that a PowerShell takes which App Control holds to a
 * constrained language: no method of .NET is called. Null where there is none, or none that may be started; that of Wine
 * says nothing whatever it is asked, with success.
 */
async function askForOwner(host: Host, systemRoot: string, folder: string): Promise<Said | null> {
  const program = win32.join(systemRoot, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  const whoami = win32.join(systemRoot, 'System32', 'whoami.exe');
  // PowerShell takes typographic quotation marks for straight ones.
  const quoted = folder.replace(/['\u2018-\u201b]/g, '$&$&');
  const script = `'owner'; (Get-Acl -LiteralPath '${quoted}').Sddl; & '${whoami}' /user /fo csv /nh`;
  const encoded = Buffer.from(script, 'utf16le').toString('base64');
  const args = ['-NoLogo', '-NoProfile', '-NonInteractive', '-EncodedCommand', encoded];
  try {
    const { stdout, exitCode } = await host.run(program, args, { timeoutMs });
    return stdout.length === 0 && exitCode === 0 ? null : { said: stdout.toString('latin1'), exitCode };
  } catch (error) {
    if (['ENOENT', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '')) return null;
    throw error;
  }
}

function isAnswer(said: Said | null): boolean {
  return said === null || ownerIn(said) !== null;
}

/** The owner in SDDL: the SID, or its abbreviation. */
function ownerIn({ said }: Said): string | null {
  return /^O:(S-1-[\d-]+|[A-Z]{2})/m.exec(said)?.[1] ?? null;
}

function icaclsOf(systemRoot: string): string {
  return win32.join(systemRoot, 'System32', 'icacls.exe');
}

/** Runs icacls with each of these; false where one fails, twice: a file may have gone while it was at it. */
async function isGiven(
  { host, log, program }: Omit<Windows, 'raise'>,
  ...all: readonly (readonly string[])[]
): Promise<boolean> {
  for (const args of all) {
    const run = async () => (await host.run(program, args, { timeoutMs })).exitCode;
    const exitCode = (await run()) === 0 ? 0 : await run();
    if (exitCode === 0) continue;
    log.warn(`icacls ${args.join(' ')} ended with ${exitCode ?? 'a time-out'}`);
    return false;
  }
  return true;
}
