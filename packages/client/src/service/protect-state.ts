// Sets the rights of the machine's state folder, anew at every start of the engine: the folder is what keeps installers as
// they were verified until they are used.
import { chmod, lstat, mkdir, readdir, rename, rmdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { asClientError, ClientError, systemCode } from '../client-error.ts';
import type { Host } from '../engine/host.ts';
import type { AlarmContent } from '../engine/reports.ts';
import type { Log } from '../state/log.ts';
import { isThere } from '../state/presence.ts';
import { Icacls } from '../windows/icacls.ts';
import { numericSid } from '../windows/security-descriptor.ts';
import { seal } from '../windows/state-seal.ts';
import { standingOf, type Standing } from './state-owner.ts';

/** Well-known ids of accounts, which have other names in other languages: SYSTEM, Administrators, Users. */
const system = '*S-1-5-18';
const administrators = '*S-1-5-32-544';
const users = '*S-1-5-32-545';

/**
 * Makes the folder the engine's own: on Windows its owner is SYSTEM, nothing is inherited, SYSTEM and Administrators alone
 * have rights, and users may read what is `public`; on Linux users may pass through it to what is `public`. A folder that
 * is a link, belongs to somebody else, or could be changed by somebody else, is set aside, and an empty one takes its place;
 * so is what lies in it and cannot be given these rights. Gives what administrators have to know.
 * @throws ClientError `state.unusable` without the rights to do so, or where the system does not say whose the folder is, or
 *   does not set rights just now: then nothing was set aside
 */
export async function protectState(host: Host, folder: string, log: Log): Promise<readonly AlarmContent[]> {
  const alarms: AlarmContent[] = [];
  const notes: string[] = [];
  const warn = (text: string) => void notes.push(text);
  const raise: Raise = (alarm, detail) => {
    warn(detail);
    alarms.push({ alarm, detail });
  };
  try {
    if (host.systemRoot === null) await protectOnLinux(host, folder, raise);
    else await protectOnWindows(protecting(host, host.systemRoot, folder, warn, raise));
    return alarms;
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '')) throw error;
    throw unusable(folder, error);
  } finally {
    // Not before: the log is in the folder, and would make one that everybody can write to where there is none.
    if (await isThere(folder)) for (const note of notes) log.warn(note);
  }
}

/**
 * Makes a state folder of Windows that is not there, with its rights: one that is made like any other below ProgramData could
 * be changed by everybody, and is not trusted later. One that is there is left as it is.
 * @throws ClientError `state.unusable` without the rights to do so
 */
export async function makeStateFolder(host: Host, folder: string): Promise<void> {
  if (host.systemRoot === null || (await isThere(folder))) return;
  // There is no log yet that this could be noted in.
  const ignore = () => undefined;
  await makeFolder(protecting(host, host.systemRoot, folder, ignore, ignore));
}

type Raise = (alarm: AlarmContent['alarm'], detail: string) => void;

async function protectOnLinux(host: Host, folder: string, raise: Raise): Promise<void> {
  const foreign = await foreignOnLinux(folder);
  const aside = foreign === null ? null : await setAside(host, folder);
  const open = join(folder, 'public');
  await mkdir(open, { recursive: true, mode: 0o711 });
  await chmod(folder, 0o711);
  await chmod(open, 0o755);
  if (foreign !== null && aside !== null) raise('state-set-aside', wasSetAside(folder, foreign, aside));
}

/** What is wrong with the folder; null where it is the machine's own, or not there. */
async function foreignOnLinux(folder: string): Promise<string | null> {
  if (!(await isThere(folder))) return null;
  const found = await lstat(folder);
  if (!found.isDirectory()) return 'is a link, or no folder';
  const own = process.getuid?.() ?? found.uid;
  return found.uid === own || found.uid === 0 ? null : `belongs to the account ${found.uid}`;
}

function wasSetAside(folder: string, why: string, aside: string): string {
  return `The state folder ${folder} ${why}: it was set aside as ${aside}, and an empty one took its place.`;
}

async function setAside(host: Host, folder: string): Promise<string> {
  const aside = `${folder}.set-aside-${host.clock.now()}`;
  await rename(folder, aside);
  return aside;
}

function unusable(folder: string, cause?: unknown): ClientError {
  const message = `The rights of the state folder ${folder} cannot be set. Run this as an administrator.`;
  return new ClientError('state.unusable', message, { cause });
}

/** What setting rights on Windows needs. */
interface Protecting {
  readonly host: Host;
  readonly systemRoot: string;
  readonly folder: string;
  readonly warn: (text: string) => void;
  readonly raise: Raise;
  readonly icacls: Icacls;
}

function protecting(
  host: Host,
  systemRoot: string,
  folder: string,
  warn: Protecting['warn'],
  raise: Raise,
): Protecting {
  return { host, systemRoot, folder, warn, raise, icacls: new Icacls(host, systemRoot, warn) };
}

/** All that lies below, too; links themselves, and not what they lead to. */
const wholeTree = ['/T', '/C', '/L', '/Q'];

/** Nothing is inherited; files and folders below get the same. */
const ownRights = ['/inheritance:r', '/grant:r', `${system}:(OI)(CI)F`, `${administrators}:(OI)(CI)F`];

/** A folder that was made just now. */
const fresh: Standing & { is: 'own' } = { is: 'own', isRight: true, readers: [], publicPart: 'unseen' };

async function protectOnWindows(work: Protecting): Promise<void> {
  const standing = await ownFolder(work);
  const isRight = standing.is === 'own' && standing.isRight;
  const kept = isRight ? standing : await giveFolderRights(work, standing);
  await protectContent(work, kept.is === 'own' ? kept.publicPart : 'unseen');
  if (kept.is === 'own') await sealFolder(work, kept.readers.length > 0);
}

/** The folder as it is, where it can be trusted or nothing is known of it; else another one in its place. */
async function ownFolder(work: Protecting): Promise<Exclude<Standing, { is: 'foreign' }>> {
  const { host, systemRoot, folder, warn, raise } = work;
  if (!(await isThere(folder))) return await makeFolder(work);
  const isFolder = (await lstat(folder)).isDirectory();
  const standing = isFolder ? await standingOf(host, systemRoot, folder, warn) : notAFolder;
  if (standing.is !== 'foreign') return standing;
  // One that an administrator has made, and in which there is nothing, is nothing to be told of.
  const aside = standing.isOfTrusted && (await isRemovedEmpty(folder)) ? null : await setAside(host, folder);
  const made = await makeFolder(work);
  if (aside !== null) raise('state-set-aside', wasSetAside(folder, standing.why, aside));
  return made;
}

const notAFolder: Standing & { is: 'foreign' } = { is: 'foreign', why: 'is a link, or no folder', isOfTrusted: false };

async function isRemovedEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOTEMPTY') return false;
    throw error;
  }
}

/**
 * A new folder has its rights before it has its name: what it would inherit (from ProgramData) lets users put links into it.
 * @throws ClientError `state.unusable` where they can't be set, or somebody did so in that moment all the same
 */
async function makeFolder({ host, folder, icacls }: Protecting): Promise<Standing & { is: 'own' }> {
  const made = `${folder}.new-${Buffer.from(host.random(8)).toString('hex')}`;
  await mkdir(made, { recursive: true });
  let isNamed = false;
  try {
    // The owner first: whoever may not give it away can still remove the folder.
    if (!(await icacls.gives([made, '/setowner', system], [made, ...ownRights]))) throw unusable(folder);
    if ((await readdir(made)).length > 0) {
      throw new ClientError('state.unusable', `Somebody else writes into ${made}. Look who does, then try again.`);
    }
    await rename(made, folder);
    isNamed = true;
  } finally {
    if (!isNamed) await isRemovedEmpty(made);
  }
  return fresh;
}

/**
 * Where icacls refuses a folder that can be trusted, that one is kept for the next attempt. One of which nothing is known
 * must not be used.
 */
async function giveFolderRights(
  work: Protecting,
  standing: Exclude<Standing, { is: 'foreign' }>,
): Promise<Exclude<Standing, { is: 'foreign' }>> {
  const { host, folder, icacls, raise } = work;
  const readers = standing.is === 'own' ? standing.readers : [];
  const taken = readers.flatMap((sid) => numericSid(sid) ?? []).map((sid) => `*${sid}`);
  const rights = [...ownRights, ...(taken.length === 0 ? [] : ['/remove', ...taken])];
  if (await icacls.gives([folder, '/setowner', system], [folder, ...rights])) {
    if (readers.length > 0) await tellOfReaders(work);
    return standing;
  }
  if (standing.is === 'own') throw unusable(folder);
  const aside = await setAside(host, folder);
  const made = await makeFolder(work);
  raise(
    'state-set-aside',
    `The rights of the state folder ${folder} could not be set: it was set aside as ${aside}, and an empty one took its place.`,
  );
  return made;
}

/** Somebody was given the right to read there: it was taken back, or that is told. */
async function tellOfReaders({ host, systemRoot, folder, warn, raise }: Protecting): Promise<void> {
  const now = await standingOf(host, systemRoot, folder, warn);
  if (now.is === 'own' && now.readers.length === 0) return;
  const who = now.is === 'own' ? now.readers.join(', ') : 'somebody';
  raise('rights-not-set', `The right to read ${folder} could not be taken from ${who}: who can, is this workstation.`);
}

/**
 * What lies in the folder inherits its rights. What people may read is left alone where it is as it should be: a moment
 * without their right to is one in which their starts are refused.
 */
async function protectContent(work: Protecting, publicPart: (Standing & { is: 'own' })['publicPart']): Promise<void> {
  const { folder, icacls, raise } = work;
  const open = join(folder, publicName);
  const isNew = !(await isThere(open));
  if (publicPart === 'foreign') await setEntryAside(work, publicName, 'could be changed by others');
  await mkdir(open, { recursive: true });
  if (await icacls.gives([join(folder, '*'), '/setowner', system, ...wholeTree])) await resetOthers(work);
  else for (const name of await othersIn(folder)) await protectEntry(work, name);
  const isReset = isNew || publicPart === 'foreign';
  const isKept = publicPart === 'right' && (await isContentReset(work, open));
  if (!isReset && !isKept) await protectEntry(work, publicName);
  await mkdir(open, { recursive: true });
  if (await icacls.gives([open, '/grant:r', `${users}:(OI)(CI)RX`])) return;
  raise('rights-not-set', `People could not be given the right to read ${open}: their starts find no engine.`);
}

const publicName = 'public';

async function othersIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name !== publicName);
}

/** Those whose names end alike in one run, and all runs at once: starting a program takes longer than what it does. */
async function resetOthers(work: Protecting): Promise<void> {
  const { folder, icacls } = work;
  const groups = Map.groupBy(await othersIn(folder), (name) => (extname(name) === '' ? name : `*${extname(name)}`));
  const resets = [...groups].map(async ([pattern, names]) =>
    (await icacls.gives([join(folder, pattern), '/reset', ...wholeTree])) ? [] : names,
  );
  const refused = (await Promise.all(resets)).flat();
  for (const name of refused) await protectEntry(work, name);
}

async function isContentReset({ icacls }: Protecting, open: string): Promise<boolean> {
  const isEmpty = (await readdir(open)).length === 0;
  return isEmpty || (await icacls.gives([join(open, '*'), '/reset', ...wholeTree]));
}

/** What can't be made to inherit must not be trusted. */
async function protectEntry(work: Protecting, name: string): Promise<void> {
  const path = join(work.folder, name);
  if (await work.icacls.gives([path, '/setowner', system, ...wholeTree], [path, '/reset', ...wholeTree])) return;
  await setEntryAside(work, name, 'could not be given its rights');
}

async function setEntryAside({ host, folder, raise }: Protecting, name: string, why: string): Promise<void> {
  const aside = `${folder}.set-aside-${host.clock.now()}`;
  await mkdir(aside, { recursive: true });
  await rename(join(folder, name), join(aside, name));
  raise('state-set-aside', `${join(folder, name)} ${why}: it was set aside in ${aside}.`);
}

async function sealFolder({ host, systemRoot, folder, warn }: Protecting, wasReadable: boolean): Promise<void> {
  const isSealed = await seal(host, systemRoot, folder, wasReadable).catch((error: unknown) => {
    if (asClientError(error) === null && systemCode(error) === null) throw error;
    return false;
  });
  if (!isSealed) warn(`${folder} could not be sealed: where PowerShell says nothing, it will not be known again`);
}
