// Sets the rights of the machine's state folder, anew at every start of the engine: the folder is what keeps installers as
// they were verified until they are used.
import { chmod, lstat, mkdir, readdir, rename } from 'node:fs/promises';
import { join, win32 } from 'node:path';
import { ClientError, systemCode } from '../client-error.ts';
import type { Host } from '../engine/host.ts';
import type { Log } from '../state/log.ts';

/** Well-known ids of accounts, which have other names in other languages: SYSTEM, Administrators, Users. */
const system = '*S-1-5-18';
const administrators = '*S-1-5-32-544';
const users = '*S-1-5-32-545';
const timeoutMs = 60_000;

/**
 * Makes the folder the engine's own: on Windows its owner is SYSTEM, nothing is inherited, SYSTEM and Administrators alone
 * have rights, and users may read what is `public`; on Linux users may pass through it to what is `public`. A folder that
 * is a link, or belongs to somebody else, is set aside, and an empty one takes its place.
 * @throws ClientError `state.unusable` without the rights to do so
 */
export async function protectState(host: Host, folder: string, log: Log): Promise<void> {
  try {
    await setAsideIfForeign(host, folder, log);
    await makeIfMissing(host, folder, log);
    const open = join(folder, 'public');
    await mkdir(open, { recursive: true });
    if (host.systemRoot === null) {
      await chmod(folder, 0o711);
      await chmod(open, 0o755);
      return;
    }
    await icacls(host, host.systemRoot, log, [folder, '/setowner', system, '/T', '/C', '/L', '/Q']);
    await icacls(host, host.systemRoot, log, [folder, ...ownRights]);
    await icacls(host, host.systemRoot, log, [join(folder, '*'), '/reset', '/T', '/C', '/L', '/Q']);
    await icacls(host, host.systemRoot, log, [open, '/grant:r', `${users}:(OI)(CI)RX`]);
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '')) throw error;
    throw new ClientError(
      'state.unusable',
      `The rights of the state folder ${folder} cannot be set. Run this as an administrator.`,
      { cause: error },
    );
  }
}

/** Nothing is inherited; files and folders below get the same. */
const ownRights = ['/inheritance:r', '/grant:r', `${system}:(OI)(CI)F`, `${administrators}:(OI)(CI)F`];

/**
 * A new folder has its rights before it has its name: what it would inherit (from ProgramData) lets users put links into it.
 * @throws ClientError `state.unusable` where somebody did so in that moment all the same
 */
async function makeIfMissing(host: Host, folder: string, log: Log): Promise<void> {
  if (await isThere(folder)) return;
  if (host.systemRoot === null) {
    await mkdir(folder, { recursive: true, mode: 0o711 });
    return;
  }
  const made = `${folder}.new-${Buffer.from(host.random(8)).toString('hex')}`;
  await mkdir(made, { recursive: true });
  await icacls(host, host.systemRoot, log, [made, ...ownRights]);
  if ((await readdir(made)).length > 0) {
    throw new ClientError('state.unusable', `Somebody else writes into ${made}. Look who does, then try again.`);
  }
  await rename(made, folder);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function setAsideIfForeign(host: Host, folder: string, log: Log): Promise<void> {
  const why = await foreignness(host, folder);
  if (why === null) return;
  const aside = `${folder}.set-aside-${host.clock.now()}`;
  await rename(folder, aside);
  await makeIfMissing(host, folder, log);
  log.warn(`the state folder ${folder} ${why}: it was set aside as ${aside}, and an empty one took its place`);
}

/** What is wrong with the folder; null where it is the machine's own, or not there. */
async function foreignness(host: Host, folder: string): Promise<string | null> {
  try {
    const found = await lstat(folder);
    if (found.isSymbolicLink() || !found.isDirectory()) return 'is a link, or no folder';
    if (host.systemRoot !== null) return await foreignOnWindows(host, host.systemRoot, folder);
    const own = process.getuid?.() ?? found.uid;
    return found.uid === own || found.uid === 0 ? null : `belongs to the account ${found.uid}`;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Owners that a state folder may have: SYSTEM, Administrators, and TrustedInstaller, which no user can become. */
const trustedOwners = ['S-1-5-18', 'S-1-5-32-544', 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464'];

/** Null too where the system does not say (Wine has no PowerShell): then setting the rights is all that can be done. */
async function foreignOnWindows(host: Host, systemRoot: string, folder: string): Promise<string | null> {
  const program = win32.join(systemRoot, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  const quoted = folder.replaceAll("'", "''");
  // The owner, and who asks: an administrator who activated this machine by hand may be the owner himself.
  const script = `(Get-Acl -LiteralPath '${quoted}').GetOwner([Security.Principal.SecurityIdentifier]).Value; [Security.Principal.WindowsIdentity]::GetCurrent().User.Value`;
  const encoded = Buffer.from(script, 'utf16le').toString('base64');
  const args = ['-NoLogo', '-NoProfile', '-NonInteractive', '-EncodedCommand', encoded];
  try {
    const said = (await host.run(program, args, { timeoutMs })).stdout.toString('latin1');
    const [owner = '', self = ''] = said.split(/\s+/);
    const isTrusted = !owner.startsWith('S-1-') || owner === self || trustedOwners.includes(owner);
    return isTrusted ? null : `belongs to ${owner}`;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function icacls(host: Host, systemRoot: string, log: Log, args: readonly string[]): Promise<void> {
  const program = win32.join(systemRoot, 'System32', 'icacls.exe');
  const { exitCode } = await host.run(program, args, { timeoutMs });
  if (exitCode !== 0) log.warn(`icacls ${args.slice(1).join(' ')} ended with ${exitCode ?? 'a time-out'}`);
}
