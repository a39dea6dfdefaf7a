// Lets one client at a time work on a state folder; a lock that a dead process left behind is taken over.
import { open, rename, stat, utimes } from 'node:fs/promises';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import { ClientError, systemCode } from '../client-error.ts';
import { removeFile } from './atomic-file.ts';
import { isDiskFull } from './room.ts';
import { readTextIfThere } from './state-file.ts';

/** What the lock needs of the machine. */
export interface LockEnvironment {
  readonly pid: number;
  readonly clock: Clock;
  /** A text that no other holder has. */
  newId(): string;
  isAlive(pid: number): boolean;
  wait(ms: number): Promise<void>;
}

/** A lock that is held until `release`. */
export interface HeldLock {
  release(): Promise<void>;
}

const holderSchema = z.object({ pid: z.int(), id: z.string() });
type Holder = z.infer<typeof holderSchema>;

const touchEveryMs = 5_000;
/** Twelve missed touches: the process number belongs to another program by now, if the clock is right. */
const abandonedAfterMs = 60_000;
const pollMs = 100;
/** So many looks, which take as long as four touches, and one. */
const looks = { named: 200, unreadable: 60 };

/**
 * Takes the lock at `path`, waiting up to `waitMs` for its holder.
 * @throws ClientError `state.busy` where another living client still holds it then
 */
export async function acquireLock(path: string, environment: LockEnvironment, waitMs: number): Promise<HeldLock> {
  const deadline = environment.clock.sinceBoot() + waitMs;
  for (;;) {
    const mine = { pid: environment.pid, id: environment.newId() };
    const created = await create(path, mine);
    if (created !== null) return holding(path, created, environment);
    if (await takeOverIfDead(path, environment)) continue;
    if (environment.clock.sinceBoot() >= deadline) {
      throw new ClientError(
        'state.busy',
        'Another Usher client is at work on this machine. Try again when it has finished.',
      );
    }
    await environment.wait(pollMs);
  }
}

/** The process number of the living client that holds the lock; null where none does, or its name can't be read. */
export async function livingHolder(path: string, environment: LockEnvironment): Promise<number | null> {
  const holder = await holderOf(path);
  if (typeof holder === 'string' || (await isDead(path, holder, environment))) return null;
  return holder.pid;
}

/** The lock's holder as it was written: `unreadable` where the disk had no room for the name. Null where another holds it. */
async function create(path: string, holder: Holder): Promise<Holder | 'unreadable' | null> {
  try {
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify(holder));
    } catch (error) {
      // An empty lock is one, too: it is touched, and only its age says whether its holder lives.
      if (!isDiskFull(error)) throw error;
      await handle.truncate();
      return 'unreadable';
    } finally {
      await handle.close();
    }
    return holder;
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'EEXIST') return null;
    if (!['EPERM', 'EACCES', 'EROFS', 'ENOENT'].includes(code)) throw error;
    // Windows answers EPERM or EACCES for a name whose file is just being removed.
    if ((await holderOf(path)) !== 'none') return null;
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): ClientError {
  return new ClientError(
    'state.unusable',
    `The state folder cannot be written (${path}). Run this with the rights to do so, or name another with --state.`,
    { cause },
  );
}

/** Moves a dead holder's lock out of the way. True where trying again makes sense at once. */
async function takeOverIfDead(path: string, environment: LockEnvironment): Promise<boolean> {
  const holder = await holderOf(path);
  if (holder === 'none') return true;
  if (!(await isDead(path, holder, environment))) return false;
  const moved = `${path}.dead-${environment.newId()}`;
  try {
    await rename(path, moved);
  } catch (error) {
    if (['ENOENT', 'EPERM', 'EACCES', 'EBUSY'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
  const taken = await holderOf(moved);
  if (!isSame(taken, holder)) {
    // Between the look and the rename somebody else took over: what was moved is a living lock. It goes back.
    await rename(moved, path);
    return false;
  }
  await removeFile(moved);
  return true;
}

function isSame(a: Holder | 'none' | 'unreadable', b: Holder | 'unreadable'): boolean {
  return typeof a === 'object' && typeof b === 'object' ? a.id === b.id : a === b;
}

async function isDead(path: string, holder: Holder | 'unreadable', environment: LockEnvironment): Promise<boolean> {
  if (holder !== 'unreadable' && !environment.isAlive(holder.pid)) return true;
  const untouchedMs = environment.clock.now() - (await modifiedAt(path, environment.clock));
  // The clock was set back since: how long it has not been touched is counted from now on.
  if (untouchedMs < 0) await touch(path, environment.clock);
  // Unreadable: its maker may be writing it just now, or lost power while it did.
  if (untouchedMs <= (holder === 'unreadable' ? touchEveryMs : abandonedAfterMs)) return false;
  return !(await isTouched(path, environment, holder === 'unreadable' ? looks.unreadable : looks.named));
}

/**
 * Whether somebody touches it, or lets it go, while it is looked at. The clock alone says nothing of that: it jumps when it
 * is set, and when the machine wakes up, before the one that holds the lock has had its turn. Looks are counted, not time.
 */
async function isTouched(path: string, environment: LockEnvironment, times: number): Promise<boolean> {
  const before = await modifiedAt(path, environment.clock);
  for (let look = 0; look < times; look += 1) {
    await environment.wait(pollMs);
    if ((await modifiedAt(path, environment.clock)) !== before) return true;
  }
  return false;
}

/** Nothing comes of it where that cannot be done: the file has gone, or is another account's. */
async function touch(path: string, clock: Clock): Promise<void> {
  try {
    const seconds = clock.now() / 1000;
    await utimes(path, seconds, seconds);
  } catch (error) {
    if (systemCode(error) === null) throw error;
  }
}

async function modifiedAt(path: string, clock: Clock): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return clock.now();
    throw error;
  }
}

async function holderOf(path: string): Promise<Holder | 'none' | 'unreadable'> {
  try {
    const text = await readTextIfThere(path);
    if (text === null) return 'none';
    const parsed = holderSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : 'unreadable';
  } catch (error) {
    if (error instanceof SyntaxError || ['EPERM', 'EACCES', 'EBUSY'].includes(systemCode(error) ?? '')) {
      return 'unreadable';
    }
    throw error;
  }
}

function holding(path: string, mine: Holder | 'unreadable', environment: LockEnvironment): HeldLock {
  // One that fails is no end: another client that looks at the lock moves it away for a moment, or holds it open.
  const timer = setInterval(() => void touch(path, environment.clock), touchEveryMs);
  timer.unref();
  return {
    release: async () => {
      clearInterval(timer);
      const holder = await holderOf(path);
      if (isSame(holder, mine)) await removeFile(path);
    },
  };
}
